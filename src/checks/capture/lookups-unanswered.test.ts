import { captured, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './lookups-unanswered.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('lookup-unanswered', { detail: 'asked again', ms: 5001 })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  { it: 'a capture with lookups and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ dns: {} }) }, expect: 'not-applicable' },
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
  {
    it: 'silence in one direction is none',
    given: {
      capture: captured({ ways: 'one', signs: [sign('lookup-unanswered', { detail: 'asked once', ms: 5001 })] }),
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
