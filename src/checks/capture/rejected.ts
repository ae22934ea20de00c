import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { plural } from '../../relations/capture/words.ts'

/** Something on the way answered in the server's place that it does not let this through, or has no way to it. */
export default check({
  code: 'PKT713',
  slug: 'capture/rejected',
  title: 'packets rejected on the way, by ICMP',
  fine: 'no ICMP message rejected anything',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, {
      kinds: ['rejected'],
      about: 'tcp',
      causes: ['lookup-unanswered', 'connect-unanswered', 'pair-half-lost'],
    }),
  words: {
    headline: ({ args }) => `Packets to ${args.server} were rejected: ${args.detail}.`,
    detail: ({ args }) =>
      `${args.count} ICMP ${plural(args.count, 'message')}, ${args.detail}, of ${count(args.of, 'attempt')}`,
    note: () => 'The sender of the ICMP message is who rejects: a router or the node itself.',
    help: () => [
      'See who sends the message, and look for its REJECT rule or its missing route.',
      'iptables-save -c | grep REJECT',
    ],
  },
})
