import { doubtfulTraces, hop, phaseTimes, placed, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './waits-for-a-pool.ts'

describeCheck(check, [
  {
    it: 'a span says it',
    given: {
      spans: traced({
        hops: [hop({ kind: 'database', to: 'db', times: [phaseTimes({ phase: 'pool', max: 4000, slow: 6 })] })],
      }),
    },
    expect: [{ subject: 'Call/web->db', confidence: 'observed' }],
  },
  {
    it: 'an error says it',
    given: { spans: traced({ hops: [hop({ failures: [{ kind: 'pool', status: null, count: 3, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'a pool that is quick',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'pool' })] })] }) },
    expect: 'ok',
  },
  { it: 'no span tells of one', given: { spans: traced({}) }, expect: 'not-applicable' },
  {
    it: 'beside what else a diagnosis looks at, by its name alone: no error',
    given: { spans: placed({ hops: [hop({ times: [phaseTimes({ phase: 'pool', max: 2100, slow: 4 })] })] }, false) },
    expect: [{ subject: 'Call/web->cart', confidence: 'possible', severity: 'warning' }],
  },
  ...doubtfulTraces,
])
