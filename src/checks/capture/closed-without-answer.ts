import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/**
 * A request came, and the server said goodbye in place of an answer: "Empty reply from server", of TLS "unexpected
 * EOF". It listens and takes connections, so that whoever only connects finds it well.
 */
export default check({
  code: 'PKT720',
  slug: 'capture/closed-without-answer',
  title: 'a server that closed without an answer',
  fine: 'no server closed in place of an answer',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['closed-unanswered'], about: 'tcp', silence: () => true }),
  words: {
    headline: ({ args }) => `${args.server} closed ${count(args.count, 'connection')} without a byte of an answer.`,
    detail: ({ args }) => `${args.count} of ${count(args.of, 'request')} closed by the server within a second`,
    note: () =>
      'a program that ends or refuses the client, a proxy without a backend, or one that speaks another protocol ' +
      'at this port',
    help: () => [
      'Look at the log of the server at that time, and at what its port speaks: TLS, HTTP, the PROXY protocol.',
      `tshark -r FILE -Y 'tcp.flags.fin == 1 and tcp.len == 0'`,
    ],
  },
})
