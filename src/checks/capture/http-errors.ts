import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** The server said that it failed. */
export default check({
  code: 'PKT722',
  slug: 'capture/http-errors',
  title: 'HTTP answers that say the server failed',
  fine: 'no HTTP answer says that the server failed',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['http-error'], about: 'tcp' }),
  words: {
    headline: ({ args }) => `${args.server} answered with ${args.detail}.`,
    detail: ({ args }) => `${args.count} of ${count(args.of, 'answer')} with ${args.detail}`,
    note: () => 'Only HTTP/1 in the clear can be read.',
    help: () => [
      'Look at the log of that server; 502, 503 and 504 are said by a proxy about what stands behind it, and ' +
        '`hopscope diagnose` follows a URL to there.',
    ],
  },
})
