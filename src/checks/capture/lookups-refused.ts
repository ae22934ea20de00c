import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { hostOf, named } from '../../relations/capture/words.ts'

/** The server answered that it can't or won't answer. */
export default check({
  code: 'PKT703',
  slug: 'capture/lookups-refused',
  title: 'lookups answered with an error',
  fine: 'no lookup was answered with an error',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['lookup-error'], about: 'dns' }),
  words: {
    headline: ({ args }) => `${args.server} answered ${args.count} of ${count(args.of, 'lookup')} with ${args.detail}.`,
    detail: ({ args }) => `${args.count} of ${args.of} answered with ${args.detail}${named(args.name)}`,
    note: () =>
      'SERVFAIL says that the server could not find out, REFUSED that it does not want to. NXDOMAIN is ' +
      'no error: it says that there is no such name.',
    help: ({ args }) => [
      'Ask the server itself, and read its log.',
      `dig @${hostOf(args.server)} ${args.name ?? 'kubernetes.default.svc.cluster.local'}`,
    ],
  },
})
