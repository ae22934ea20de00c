import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './answer-fragments-lost.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('fragment-lost', { detail: 'UDP' })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with lookups and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ dns: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
