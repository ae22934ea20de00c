import { check } from '../../findings/check.ts'
import { largeLost } from '../../model/capture.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { hostOf, plural } from '../../relations/capture/words.ts'

/** The connection opens, and the first full segment never arrives. */
export default check({
  code: 'PKT717',
  slug: 'capture/large-packets-lost',
  title: 'large packets are lost, small ones pass',
  fine: 'large packets pass',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['large-lost'], about: 'tcp', causes: ['retransmitted'] }),
  words: {
    headline: ({ args }) =>
      args.detail.startsWith(largeLost.server)
        ? `Large packets from ${args.server} to its clients are lost.`
        : `Large packets from clients to ${args.server} are lost.`,
    detail: ({ args }) =>
      `${args.count} ${plural(args.count, 'connection')} stuck on a segment of 1000 bytes or more: ${args.detail}`,
    note: () => 'The handshake and small packets pass, so that it looks like a program that hangs.',
    help: ({ args }) => [
      args.detail.endsWith(largeLost.unsaid)
        ? 'Find the link with the smaller MTU, and let ICMP fragmentation needed through, or clamp the MSS.'
        : 'The ICMP message came, and was not heeded, or named no smaller size than what was lost: clamp the MSS, or ' +
          'set the MTU of the sender to what the link carries.',
      `ping -M do -s 1372 ${hostOf(args.server)}`,
    ],
  },
})
