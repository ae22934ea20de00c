import { doubtfulTraces, hop, phaseTimes, placed, traced } from '../../../test/build/spans.ts'
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
  {
    it: 'beside what else a diagnosis looks at: what always takes so long may be meant to',
    given: {
      spans: placed({ hops: [hop({ times: [phaseTimes({ phase: 'work', p50: 1500, max: 1600, slow: 20 })] })] }),
    },
    expect: [{ subject: 'Call/web->cart', severity: 'info' }],
  },
  {
    it: 'there, a few that take far longer than the others',
    given: { spans: placed({ hops: [hop({ times: [phaseTimes({ phase: 'work', p50: 5, max: 1600, slow: 3 })] })] }) },
    expect: [{ subject: 'Call/web->cart', severity: 'warning' }],
  },
  ...doubtfulTraces,
])
