import { captured, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './connects-refused.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('connect-refused', { detail: 'RST', port: 8080 })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  {
    it: 'no packet at all',
    given: { capture: captured({ packets: 0, ways: 'none', dns: {}, tcp: {} }) },
    expect: 'cannot-tell',
    says: /no packet/,
  },
  {
    it: 'cut off',
    given: { capture: captured({ end: 'cut-off', why: 'it ends within a record, at byte 9' }) },
    expect: 'cannot-tell',
    says: /byte 9/,
  },
  {
    it: 'the capture lost some itself',
    given: { capture: captured({ dropped: 7 }) },
    expect: 'cannot-tell',
    says: /7 packets/,
  },
  { it: 'one direction', given: { capture: captured({ ways: 'one' }) }, expect: 'cannot-tell', says: /one direction/ },
])
