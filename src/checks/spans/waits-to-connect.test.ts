import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './waits-to-connect.ts'

describeCheck(check, [
  {
    it: 'a span says it',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'connect', max: 3004, slow: 2 })] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'a gap of a lost SYN',
    given: {
      spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'before', max: 1004, slow: 1, synTeeth: 1 })] })] }),
    },
    expect: [{ subject: 'Call/web->cart', confidence: 'possible' }],
  },
  {
    it: 'a gap of another length',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'before', max: 2000, slow: 1 })] })] }) },
    expect: 'ok',
  },
  { it: 'all is well', given: { spans: traced({}) }, expect: 'ok' },
  {
    it: 'no span tells of it',
    given: { spans: traced({ hops: [hop({ kind: 'database', times: [phaseTimes({ phase: 'work' })] })] }) },
    expect: 'not-applicable',
  },
  ...doubtfulTraces,
])
