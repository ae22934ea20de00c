import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './large-packets-lost.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: {
      capture: captured({ signs: [sign('large-lost', { detail: 'from the server, no ICMP message', port: 80 })] }),
    },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
