import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './waits-outside-the-server.ts'

describeCheck(check, [
  {
    it: 'a gap before the server',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'before', max: 1999, slow: 2 })] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'after the server, for as long as anything',
    given: {
      spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'after', max: 5000, slow: 1, dnsTeeth: 1 })] })] }),
    },
    expect: [{ subject: 'Call/web->cart' }],
  },
  {
    it: 'a gap that others tell',
    given: {
      spans: traced({
        hops: [hop({ times: [phaseTimes({ phase: 'before', max: 5000, slow: 2, dnsTeeth: 1, synTeeth: 1 })] })],
      }),
    },
    expect: 'ok',
  },
  { it: 'all is well', given: { spans: traced({}) }, expect: 'ok' },
  {
    it: 'no call has its other end',
    given: { spans: traced({ hops: [hop({ kind: 'database', times: [phaseTimes({ phase: 'work' })] })] }) },
    expect: 'not-applicable',
  },
  ...doubtfulTraces,
])
