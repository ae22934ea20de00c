import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './waits-for-dns.ts'

describeCheck(check, [
  {
    it: 'a span says it',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'dns', max: 5001, slow: 2 })] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'an error says it',
    given: { spans: traced({ hops: [hop({ failures: [{ kind: 'dns', status: null, count: 3, trace: 'a1' }] })] }) },
    expect: [{ subject: 'Call/web->cart', confidence: 'observed' }],
  },
  {
    it: 'a gap of a resolver timeout',
    given: {
      spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'before', max: 5004, slow: 1, dnsTeeth: 1 })] })] }),
    },
    expect: [{ subject: 'Call/web->cart', confidence: 'inferred' }],
  },
  {
    it: 'three times of a server without spans, among quick ones',
    given: {
      spans: traced({
        hops: [
          hop({ kind: 'call', to: 'api', times: [phaseTimes({ phase: 'work', max: 5004, slow: 3, dnsTeeth: 3 })] }),
        ],
      }),
    },
    expect: [{ subject: 'Call/web->api', confidence: 'possible' }],
  },
  {
    it: 'two of them are too few, and a server that always takes so long is slow',
    given: {
      spans: traced({
        hops: [
          hop({ times: [phaseTimes({ phase: 'before' })] }),
          hop({ kind: 'call', to: 'api', times: [phaseTimes({ phase: 'work', max: 5004, slow: 2, dnsTeeth: 2 })] }),
          hop({
            kind: 'call',
            to: 'job',
            times: [phaseTimes({ phase: 'work', p50: 5001, p95: 5004, max: 5004, slow: 9, dnsTeeth: 9 })],
          }),
        ],
      }),
    },
    expect: 'ok',
  },
  {
    it: 'a gap that is none of these',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'before', max: 4000, slow: 1 })] })] }) },
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
