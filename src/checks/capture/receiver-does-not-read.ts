import { check } from '../../findings/check.ts'
import { count, ms } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { plural } from '../../relations/capture/words.ts'

/** The receiver said that its buffer is full, and for how long. */
export default check({
  code: 'PKT716',
  slug: 'capture/receiver-does-not-read',
  title: 'a receiver that does not read',
  fine: 'no receiver let its window close',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['zero-window'], about: 'tcp' }),
  words: {
    headline: ({ args }) => `On ${args.count} ${plural(args.count, 'connection')} to ${args.server} ${args.detail}.`,
    detail: ({ args }) =>
      `${args.count} of ${count(args.of, 'connection')} with a closed window, ${ms(args.ms ?? 0)} the longest`,
    note: () => 'The network is fine: the program behind the socket does not take what has arrived.',
    help: () => ['Look at the program that does not read: CPU, locks, a full downstream.', 'ss -tn state established'],
  },
})
