import { asDnsName } from '../../wire/dns-name.ts'
import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { named } from '../../relations/capture/words.ts'

/** One side ended the handshake and said why. */
export default check({
  code: 'PKT721',
  slug: 'capture/tls-alerts',
  title: 'TLS handshakes that ended with an alert',
  fine: 'no TLS alert in the clear',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['tls-alert'], about: 'tcp' }),
  words: {
    headline: ({ args }) => `TLS with ${args.server} ended with ${args.detail}.`,
    detail: ({ args }) => `${args.count} of ${count(args.of, 'connection')}: ${args.detail}${named(args.name)}`,
    note: () => 'Only alerts before encryption can be read: in TLS 1.3 most come later.',
    help: ({ args }) => [
      'Ask the server by hand, with the same name.',
      `openssl s_client -connect ${args.server} -servername ${asDnsName(args.name ?? '') ?? 'NAME'}`,
    ],
  },
})
