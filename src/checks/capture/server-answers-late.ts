import { check } from '../../findings/check.ts'
import { lateHandshakes, unanswered } from '../../model/capture.ts'
import { count, ms } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** The connection stands, and no byte came at all. */
const isNone = (detail: string): boolean => detail === unanswered.closed || detail === unanswered.ended

/** The connection or the first byte of an answer came late. */
export default check({
  code: 'PKT718',
  slug: 'capture/server-answers-late',
  title: 'a server that took a second or more',
  fine: 'first answers, and each of HTTP/1, came within a second',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, {
      kinds: ['first-byte-late', 'handshake-late'],
      about: 'tcp',
      silence: ({ detail }) => isNone(detail),
    }),
  words: {
    headline: ({ args }) =>
      isNone(args.detail)
        ? `${args.server} did not answer ${count(args.count, 'request')} within ${ms(args.ms ?? 0)}.`
        : lateText(args, ms(args.ms ?? 0)),
    detail: ({ args }) =>
      `${args.count} of ${args.of} took a second or more${isNone(args.detail) ? `, ${args.detail}` : ''}, ` +
      `${ms(args.ms ?? 0)} the longest`,
    note: () =>
      "Times are the network's: from the SYN to its answer, and from the first bytes of the client to " +
      'the first of the server.',
    help: ({ args }) => [
      args.detail === lateHandshakes.again
        ? 'What drops SYNs is the network, a full queue of the listener (at the server: nstat -az ' +
          'TcpExtListenDrops TcpExtListenOverflows), or a limit on connections.'
        : 'A late handshake is the network or the backlog; a late first byte is the program.',
      `tshark -r FILE -Y 'tcp.time_delta > 1'`,
    ],
  },
})

function lateText({ detail, server, count: times }: Late, longest: string): string {
  if (detail === lateHandshakes.again)
    return `SYNs to ${server} were dropped at first: ${count(times, 'connection')} took up to ${longest} to open.`
  return detail === lateHandshakes.otherAck
    ? `${server} answered SYNs by an ACK of another connection at first: up to ${longest} until they opened.`
    : `${server} took up to ${longest} to answer.`
}

interface Late {
  readonly detail: string
  readonly server: string
  readonly count: number
}
