import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './connections-go-silent.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: {
      capture: captured({ signs: [sign('went-silent', { detail: 'by the client again and again', port: 80 })] }),
    },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
