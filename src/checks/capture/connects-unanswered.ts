import { check } from '../../findings/check.ts'
import { count, percent } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** A client asked to connect and got neither a yes nor a no. */
export default check({
  code: 'PKT711',
  slug: 'capture/connects-unanswered',
  title: 'connections that nobody answered',
  fine: 'every SYN was answered',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['connect-unanswered'], about: 'tcp', silence: true }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${count(args.of, 'connection')} to ${args.server} got no answer to the SYN.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} unanswered (${percent(args.count, args.of)}), from ` +
      `${count(args.clients, 'client')}; ${args.detail}`,
    note: () => 'Nothing came back, not even a refusal: the packet or its answer was dropped.',
    help: ({ args }) => [
      'Find out whether the SYN reached the server: capture there too, and name both files.',
      `hopscope pcap ${args.point} SERVER.pcap`,
    ],
  },
})
