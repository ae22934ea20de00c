import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './segments-sent-again.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: {
      capture: captured({ signs: [sign('retransmitted', { detail: 'by the server', count: 9, of: 90, port: 80 })] }),
    },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
