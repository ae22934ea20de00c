import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './half-of-a-pair-lost.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('pair-half-lost', { detail: 'AAAA', ms: 5003 })] }) },
    expect: [{ subject: 'Capture/a.pcap', severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'seen, and nobody asked again',
    given: { capture: captured({ signs: [sign('pair-half-lost', { detail: 'AAAA', ms: null })] }) },
    expect: [{ subject: 'Capture/a.pcap', severity: 'warning' }],
  },
  { it: 'a capture with lookups and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ dns: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
  {
    it: 'silence in one direction is none',
    given: { capture: captured({ ways: 'one', signs: [sign('pair-half-lost', { detail: 'AAAA', ms: 5003 })] }) },
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
