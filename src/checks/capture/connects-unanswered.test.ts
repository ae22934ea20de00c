import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './connects-unanswered.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('connect-unanswered', { detail: 'SYN sent again', port: 80 })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
  {
    it: 'silence in one direction is none',
    given: {
      capture: captured({ ways: 'one', signs: [sign('connect-unanswered', { detail: 'SYN sent once', port: 80 })] }),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'too soon to tell',
    given: {
      capture: captured({
        dns: { queries: 4, lookups: 4, unfinished: 4 },
        tcp: { segments: 4, connections: 4, unfinished: 4 },
      }),
    },
    expect: 'cannot-tell',
    says: /too soon/,
  },
])
