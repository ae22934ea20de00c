import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './many-small-calls.ts'

describeCheck(check, [
  {
    it: 'sixty small ones',
    given: {
      spans: traced({
        slow: 1,
        scattered: [
          { from: 'web', to: 'cache', phase: 'work', traces: 1, calls: 60, sum: 4800, ms: 5480, trace: 'a1' },
        ],
      }),
    },
    expect: [{ subject: 'Call/web->cache', confidence: 'observed' }],
  },
  {
    it: 'all is well',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'work' })] })] }) },
    expect: 'ok',
  },
  ...doubtfulTraces,
])
