import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { plural } from '../../relations/capture/words.ts'

/**
 * The question went to the Service, and the answer came with the pod's own address: the client's socket drops it,
 * and the lookup times out.
 */
export default check({
  code: 'PKT707',
  slug: 'capture/answer-from-elsewhere',
  title: 'answers from an address that was not asked',
  fine: 'each answer came from where it was asked',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, {
      kinds: ['answer-from-elsewhere'],
      about: 'dns',
      causes: ['lookup-unanswered', 'lookup-late'],
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} ${plural(args.count, 'answer')} to questions for ${args.server} came from ${args.detail}.`,
    detail: ({ args }) =>
      `${args.count} of ${count(args.of, 'lookup')} answered by ${args.detail} in place of ${args.server}`,
    note: () => 'A resolver takes answers only from the address that it asked; it goes on waiting.',
    help: () => [
      'Find out why the address is not translated back: conntrack on the node of the client.',
      'sysctl net.bridge.bridge-nf-call-iptables',
    ],
  },
})
