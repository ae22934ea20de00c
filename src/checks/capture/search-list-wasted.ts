import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { named } from '../../relations/capture/words.ts'

/** For one name of the program several are asked, and all but the last answered NXDOMAIN. */
export default check({
  code: 'PKT705',
  slug: 'capture/search-list-wasted',
  title: 'most lookups are steps along a search list',
  fine: 'few lookups are steps along a search list',
  severity: 'info',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) =>
    ofCapture(capture, { kinds: ['search-waste'], about: 'dns', isEnough: (bad, of) => bad >= 10 && bad * 2 >= of }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${count(args.of, 'lookup')} to ${args.server} only tried a search suffix.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} answered NXDOMAIN and followed by the same name with another end${named(args.name)}`,
    note: () =>
      'ndots:5 lets each name with fewer than five dots go through the whole search list before it is asked as it is.',
    help: () => ['End names that are whole with a dot, or set ndots in the pod.', 'hopscope explain DNS104'],
  },
})
