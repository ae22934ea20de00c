import { check } from '../../findings/check.ts'
import { count, percent } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { was } from '../../relations/capture/words.ts'

/** Data was lost on the way, or its acknowledgement was. */
export default check({
  code: 'PKT715',
  slug: 'capture/segments-sent-again',
  title: 'many segments had to be sent again',
  fine: 'few segments had to be sent again',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, { kinds: ['retransmitted'], about: 'tcp', isEnough: (bad, of) => bad >= 3 && bad * 100 >= of }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${count(args.of, 'segment')} to and from ${args.server} ${was(args.count)} sent again.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} sent again (${percent(args.count, args.of)}), ${args.detail} most`,
    note: () => 'Each costs at least a round trip, at the end of a burst 200 ms and more.',
    help: ({ args }) => [
      'See on which side of a second capture they are lost.',
      `hopscope pcap ${args.point} OTHER.pcap`,
    ],
  },
})
