import { doubtfulTraces, hop, phaseTimes, placed, traced } from '../../../test/build/spans.ts'
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
  {
    it: 'beside what else a diagnosis looks at',
    given: { spans: placed({ hops: [hop({ failures: [{ kind: 'refused', status: null, count: 3, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed', severity: 'warning' }],
  },
  {
    it: 'there, by its name alone',
    given: {
      spans: placed({ hops: [hop({ failures: [{ kind: 'refused', status: null, count: 3, trace: 'a1' }] })] }, false),
    },
    expect: [{ subject: 'Call/web->cart', confidence: 'possible', severity: 'warning' }],
  },
  {
    it: 'there, once: it need not be so now',
    given: { spans: placed({ hops: [hop({ failures: [{ kind: 'refused', status: null, count: 1, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart', severity: 'info' }],
  },
  {
    it: 'there, what stands before the cluster sends no spans',
    given: { spans: placed({ doubts: { ...traced({}).doubts, orphans: 3 } }) },
    expect: 'not-applicable',
    says: /3 of 80 spans have no parent/,
  },
  ...doubtfulTraces,
])
