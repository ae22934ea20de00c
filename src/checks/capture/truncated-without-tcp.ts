import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { hostOf, named, plural, was } from '../../relations/capture/words.ts'

/** The answer was too large for UDP, and the same question over TCP got no answer, or was not seen. */
export default check({
  code: 'PKT706',
  slug: 'capture/truncated-without-tcp',
  title: 'a truncated answer, and nothing over TCP',
  fine: 'what was truncated was asked over TCP',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['truncated-no-tcp'], about: 'dns', silence: true }),
  words: {
    headline: ({ args }) =>
      `${args.count} truncated ${plural(args.count, 'answer')} of ${args.server} ${was(args.count)} ` +
      `never completed over TCP.`,
    detail: ({ args }) => `${args.count} truncated of ${count(args.of, 'lookup')}; ${args.detail}${named(args.name)}`,
    note: () => 'An answer that does not fit says so, and has to be asked for again over TCP.',
    help: ({ args }) => ['Let TCP port 53 through to the DNS servers.', `nc -zv -w 3 ${hostOf(args.server)} 53`],
  },
})
