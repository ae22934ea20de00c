import { check } from '../../findings/check.ts'
import { count, percent } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** The server's own yes, which nobody took. */
const isOfServer = (detail: string): boolean => detail.startsWith('SYN-ACK')

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
      `${args.count} of ${count(args.of, 'connection')} to ${args.server} got no answer to the ` +
      `${isOfServer(args.detail) ? 'SYN-ACK' : 'SYN'}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} unanswered (${percent(args.count, args.of)}), from ` +
      `${count(args.clients, 'client')}; ${args.detail}`,
    note: ({ args }) =>
      isOfServer(args.detail)
        ? 'The server said yes, and again: its packets do not reach the client, or the ACK of the client ' +
          'does not reach it.'
        : 'Nothing came back, not even a refusal: the packet or its answer was dropped.',
    help: ({ args }) => [
      isOfServer(args.detail)
        ? 'Find out where the SYN-ACK or the ACK stays: capture at the client too, and name both files.'
        : 'Find out whether the SYN reached the server: capture there too, and name both files.',
      `hopscope pcap ${args.point} ${isOfServer(args.detail) ? 'CLIENT' : 'SERVER'}.pcap`,
    ],
  },
})
