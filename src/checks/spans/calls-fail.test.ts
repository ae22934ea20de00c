import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './calls-fail.ts'

describeCheck(check, [
  {
    it: 'refused',
    given: { spans: traced({ hops: [hop({ failures: [{ kind: 'refused', status: null, count: 3, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed', args: { count: 3, of: 20, kinds: ['3 refused'] } }],
  },
  {
    it: 'the server says 500',
    given: { spans: traced({ hops: [hop({ failures: [{ kind: 'status', status: 500, count: 1, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart' }],
  },
  {
    it: 'the server says 499',
    given: { spans: traced({ hops: [hop({ failures: [{ kind: 'status', status: 499, count: 1, trace: 'a1' }] })] }) },
    expect: 'ok',
  },
  {
    it: 'a name and a pool are told by others',
    given: {
      spans: traced({
        hops: [
          hop({
            failures: [
              { kind: 'dns', status: null, count: 1, trace: 'a1' },
              { kind: 'pool', status: null, count: 1, trace: 'a1' },
            ],
          }),
        ],
      }),
    },
    expect: 'ok',
  },
  {
    it: 'all is well',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'work' })] })] }) },
    expect: 'ok',
  },
  ...doubtfulTraces,
])
