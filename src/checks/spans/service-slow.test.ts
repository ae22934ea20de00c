import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './service-slow.ts'

describeCheck(check, [
  {
    it: 'its own time is long',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'work', max: 1200, slow: 1 })] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'a database is no service',
    given: { spans: traced({ hops: [hop({ kind: 'database', times: [phaseTimes({ phase: 'work', slow: 1 })] })] }) },
    expect: 'not-applicable',
  },
  { it: 'all is well', given: { spans: traced({}) }, expect: 'ok' },
  ...doubtfulTraces,
])
