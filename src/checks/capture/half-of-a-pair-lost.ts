import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { again } from '../../relations/capture/words.ts'

/** Resolvers send the questions for A and AAAA from one port within a millisecond. */
export default check({
  code: 'PKT702',
  slug: 'capture/half-of-a-pair-lost',
  title: 'one of A and AAAA lost, the other answered',
  fine: 'A and AAAA were answered together',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, {
      kinds: ['pair-half-lost'],
      about: 'dns',
      silence: true,
      // Resolvers ask again: where none did, the answers may have come, and been lost by the capture.
      severity: (its) => (its.some((it) => it.ms !== null) ? 'error' : 'warning'),
      causes: ['lookup-unanswered', 'lookup-late'],
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${count(args.of, 'pair')} of A and AAAA to ${args.server} lost one of the two.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} pairs from one port, ${args.detail} the one that was lost most${again(args.ms)}`,
    note: ({ args }) =>
      args.ms === null
        ? 'none of them was asked again, as resolvers do: the capture itself may have lost the answers'
        : 'Two packets of one socket leave at the same moment. On old kernels both make a conntrack entry, ' +
          'and the second is dropped.',
    help: () => [
      'Read the conntrack counters of the client node; insert_failed that rises there is the race.',
      'hopscope dns --node-access',
    ],
  },
})
