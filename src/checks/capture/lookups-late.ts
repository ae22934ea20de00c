import { check } from '../../findings/check.ts'
import { count, ms } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { named } from '../../relations/capture/words.ts'

/** The program waited a second or more for a name. */
export default check({
  code: 'PKT704',
  slug: 'capture/lookups-late',
  title: 'lookups that took a second or more',
  fine: 'every answer came within a second',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['lookup-late'], about: 'dns' }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${count(args.of, 'lookup')} to ${args.server} took up to ${ms(args.ms ?? 0)}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} took a second or more, ${ms(args.ms ?? 0)} the longest${named(args.name)}`,
    note: () => 'Counted from the first time that it was asked, so that a lost query that was sent again is in it.',
    help: () => [
      'A time near 2.5 s or 5 s is a query that was lost and sent again; anything else is a server that is slow.',
      'hopscope dns',
    ],
  },
})
