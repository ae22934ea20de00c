import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './closed-without-answer.ts'

const signs = [sign('closed-unanswered', { detail: 'closed', ms: 3, port: 80 })]

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed', says: /without a byte/ }],
  },
  {
    it: 'where one direction was captured',
    given: { capture: captured({ ways: 'one', signs }) },
    expect: 'cannot-tell',
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
