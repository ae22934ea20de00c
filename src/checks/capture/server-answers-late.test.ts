import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unanswered } from '../../model/capture.ts'
import check from './server-answers-late.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('first-byte-late', { detail: 'late', ms: 1400, port: 80 })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  {
    it: 'SYNs that were dropped',
    given: { capture: captured({ signs: [sign('handshake-late', { detail: 'SYN sent again', ms: 3060, port: 80 })] }) },
    expect: [{ subject: 'Capture/a.pcap', args: { detail: 'SYN sent again' } }],
  },
  {
    it: 'a request that got no byte',
    given: {
      capture: captured({ signs: [sign('first-byte-late', { detail: unanswered.closed, ms: 30_000, port: 80 })] }),
    },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  {
    it: 'no byte, where one direction was captured',
    given: {
      capture: captured({
        ways: 'one',
        signs: [sign('first-byte-late', { detail: unanswered.closed, ms: 30_000, port: 80 })],
      }),
    },
    expect: 'cannot-tell',
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
