import { doubtfulTraces, hop, phaseTimes, traced } from '../../../test/build/spans.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './back-end-slow.ts'

describeCheck(check, [
  {
    it: 'a slow database',
    given: {
      spans: traced({
        hops: [
          hop({}),
          hop({
            from: 'cart',
            to: 'db',
            kind: 'database',
            system: 'postgresql',
            times: [phaseTimes({ phase: 'work', max: 2400, slow: 3 })],
          }),
        ],
      }),
    },
    expect: [{ subject: 'Call/cart->db', confidence: 'observed' }],
  },
  {
    it: 'a service that is slow has spans of its own',
    given: { spans: traced({ hops: [hop({ times: [phaseTimes({ phase: 'work', slow: 3 })] })] }) },
    expect: 'not-applicable',
  },
  { it: 'all is well', given: { spans: traced({}) }, expect: 'ok' },
  ...doubtfulTraces,
])
