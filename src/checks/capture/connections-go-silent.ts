import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** The connection stood, and then nobody acknowledged any more what one side sent. */
export default check({
  code: 'PKT719',
  slug: 'capture/connections-go-silent',
  title: 'connections that stopped being acknowledged',
  fine: 'what was sent was acknowledged',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, { kinds: ['went-silent'], about: 'tcp', silence: true, causes: ['retransmitted'] }),
  words: {
    headline: ({ args }) =>
      `${count(args.count, 'connection')} with ${args.server} went silent: what was sent there was never acknowledged.`,
    detail: ({ args }) =>
      `${args.count} of ${count(args.of, 'connection')}, the same segment sent ${args.detail}, and no reset`,
    note: () =>
      'The other side is gone, or the way to it or back: whoever sends waits for minutes (15 on Linux) ' +
      'before it gives up.',
    help: ({ args }) => [
      'See whether the pod or node behind that address still was there, and whether a second capture has the segments.',
      `hopscope pcap ${args.point} OTHER.pcap`,
    ],
  },
})
