import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { plural, was } from '../../relations/capture/words.ts'

/** One side broke an open connection off. */
export default check({
  code: 'PKT714',
  slug: 'capture/connections-reset',
  title: 'open connections that were reset',
  fine: 'no open connection was reset',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['reset'], about: 'tcp' }),
  words: {
    headline: ({ args }) =>
      `${args.count} ${plural(args.count, 'connection')} to ${args.server} ${was(args.count)} reset ${args.detail}.`,
    detail: ({ args }) => `${args.count} of ${count(args.of, 'connection')} reset ${args.detail}`,
    note: () =>
      'A reset after a FIN of either side is left out, as it only saves the rest of the goodbye; but not where a ' +
      'client that had asked got no byte. A reset with another TTL than the segments before it was sent by something ' +
      'else on the way, most likely: a REJECT rule, a firewall, a load balancer that gave up.',
    help: () => [
      'Look at the log of whoever sent the reset, at that time.',
      `tshark -r FILE -Y 'tcp.flags.reset == 1'`,
    ],
  },
})
