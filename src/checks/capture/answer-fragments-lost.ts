import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'
import { plural } from '../../relations/capture/words.ts'

/** An answer of more than the path's MTU was sent in pieces, and not all of them arrived. */
export default check({
  code: 'PKT708',
  slug: 'capture/answer-fragments-lost',
  title: 'large answers of which fragments were lost',
  fine: 'no answer lost a fragment',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['fragment-lost'], about: 'dns', causes: ['lookup-unanswered'] }),
  words: {
    headline: ({ args }) => `${args.count} large ${plural(args.count, 'answer')} of ${args.server} lost a fragment.`,
    detail: ({ args }) => `${args.count} of ${count(args.of, 'lookup')} answered in fragments that did not all come`,
    note: () => 'Later fragments have no port, so that filters by port drop them.',
    help: () => [
      'Keep answers small: bufsize 1232 in CoreDNS.',
      'kubectl -n kube-system get configmap coredns -o yaml',
    ],
  },
})
