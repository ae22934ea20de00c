import { check } from '../../findings/check.ts'
import { count } from '../../phrases.ts'
import { ofCapture } from '../../relations/capture/signs.ts'

/** The other end said no at once. */
export default check({
  code: 'PKT712',
  slug: 'capture/connects-refused',
  title: 'connections that were refused',
  fine: 'no connection was refused',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture }) => ofCapture(capture, { kinds: ['connect-refused'], about: 'tcp' }),
  words: {
    headline: ({ args }) => `${args.server} refused ${args.count} of ${count(args.of, 'connection')}.`,
    detail: ({ args }) => `${args.count} of ${args.of} refused by ${args.detail}`,
    note: () =>
      'A RST comes from the host itself: nothing listens on the port. Port unreachable comes from a ' +
      'REJECT rule, as kube-proxy has for a Service without endpoints.',
    help: () => [
      'See whether something listens on that port, and whether the Service has endpoints.',
      'kubectl get endpointslices -A',
    ],
  },
})
