import { check } from '../../findings/check.ts'
import { finding } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full } from '../../phrases.ts'
import { bodyLimitOf } from '../../relations/ingress/body-limit.ts'
import { type Late, lateDetail, lateEvidence, lateVerdicts, locationOf, sizeText, sumOf } from './late-words.ts'
import { ingressSubject } from './words.ts'

/**
 * A body over `client_max_body_size` is refused with a 413 before any pod is asked, and a probe sends no body: what
 * nginx said of users' requests is the only witness. A size that the location takes by now is no fault of now.
 */
export default check({
  code: 'ING357',
  slug: 'ingress/uploads-refused',
  title: 'uploads of users were refused lately as too large',
  fine: "the ends of the controllers' logs, where they were read, tell of no body that was refused as too large",
  severity: 'warning',
  needs: ['ingressConfigs', 'ingresses'],
  remedies: [],
  decides: ['ING-16'],

  run({ ingressConfigs, ingresses, scope }) {
    return lateVerdicts({ ingressConfigs, ingresses, scope }, ['body-too-big'], judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} refused ${count(args.times, 'request')} of users as too large in the last 15 minutes` +
      `${args.limit === null ? '' : `: it takes ${args.limit}`}.`,
    detail: ({ args }) =>
      `${args.largest === null ? '' : `the largest ${sizeText(args.largest)} · `}` +
      (args.limit === null ? '' : `client_max_body_size ${args.limit}, nginx.conf line ${args.line} · `) +
      lateDetail(args),
    note: ({ args }) =>
      'users got a 413, and no pod was asked: the probe sends no body, so that its own requests are well. The limit ' +
      (args.annotation === null
        ? "is that of the controller's ConfigMap (1m where that says nothing): no annotation of this Ingress sets it"
        : `is set by annotation ${args.annotation}`),
    help: ({ subject: on, args }) => [
      'if bodies of this size are meant, raise the limit for this Ingress, and see that the application takes them too',
      `kubectl -n ${on.namespace} annotate ingress ${on.name} --overwrite ${args.raise}=SIZE`,
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | grep 'too large'`,
    ],
  },
})

/** ingress-nginx's, and F5's. */
const annotations = ['nginx.ingress.kubernetes.io/proxy-body-size', 'nginx.org/client-max-body-size'] as const

function judge(ingress: Ingress, its: readonly Late[]) {
  const [first] = its
  if (first === undefined) return []
  const location = locationOf(its)
  const limit = location === null ? null : bodyLimitOf(location)
  const raise = annotations[first.config.product === 'f5-nginx' ? 1 : 0]
  const sizes = its.flatMap((it) => it.largest ?? [])
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: 'observed',
      args: {
        ...sumOf(its),
        largest: sizes.length === 0 ? null : Math.max(...sizes),
        limit: limit?.word ?? null,
        line: limit?.line ?? first.line,
        annotation: ingress.annotated?.includes(raise) === true ? raise : null,
        raise,
      },
      evidence: lateEvidence(its),
    }),
  ]
}
