import { check } from '../../findings/check.ts'
import { count, percent } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { again } from '../../relations/capture/words.ts'

/**
 * Programs asked a DNS server and nothing came back: the lookup waits for the resolver's timeout (5 s with glibc,
 * 2.5 s with musl) and then fails or goes on to the next server.
 */
export default check({
  code: 'PKT701',
  slug: 'capture/lookups-unanswered',
  title: 'lookups that the server they were sent to did not answer',
  fine: 'every lookup was answered',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['lookup-unanswered'], about: 'dns', silence: true }),
  words: {
    headline: ({ args }) => `${args.count} of ${count(args.of, 'lookup')} to ${args.server} got no answer.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} unanswered (${percent(args.count, args.of)}), from ` +
      `${count(args.clients, 'client')}${again(args.ms)}`,
    note: () =>
      'A query that is asked again was not answered in time, whatever the capture missed. 5 s between ' +
      'two is glibc, 2.5 s musl.',
    help: ({ args }) => [
      'Find out whether the query reached the server: capture there too, and name both files.',
      `hopscope pcap ${args.point} SERVER.pcap`,
    ],
  },
})
