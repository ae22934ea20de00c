import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController } from '../../model/ingress.ts'
import { count, some } from '../../phrases.ts'
import { podSubject } from './live-words.ts'
import { anyOf } from '../../wire/pattern.ts'

/**
 * kubernetes/ingress-nginx is retired: best-effort work ended in March 2026 with v1.15.1, and there are no fixes since,
 * of security neither (its README). It goes on to work; whoever runs it should know. F5's controller is another
 * product, and builds of others (Chainguard, SUSE's for RKE2) have maintainers of their own.
 */
export default check({
  code: 'ING328',
  slug: 'ingress/controller-unmaintained',
  title: 'an ingress controller is no longer maintained by its project',
  fine: 'the ingress controllers here are not those that were retired',
  severity: 'info',
  needs: ['ingressControllers', 'ingresses'],
  remedies: [],
  decides: ['ING-35'],

  run({ ingressControllers, ingresses }) {
    const known = ingressControllers.filter((it) => it.image !== undefined)
    if (ingresses.length === 0 || known.length === 0) return notApplicable('no ingress controller whose image is known')
    const retired = known.filter(({ image = '' }) => isRetired(image))
    const groups = [...Map.groupBy(retired, ({ image }) => image ?? '').values()]
    return groups.length === 0 ? ok(known.length) : groups.map((its) => judge(its))
  },

  words: {
    headline: ({ args }) =>
      `Ingresses are served by ingress-nginx ${args.version}, whose project was retired in March 2026.`,
    detail: ({ args }) => `${count(args.count, 'pod')} of ${args.image} · admission webhook ${args.webhook}`,
    note: ({ args }) =>
      args.webhook === 'off'
        ? 'no fix of a security hole comes any more; ' +
          'and without its admission webhook nothing tests an Ingress before it is stored'
        : 'no fix of a security hole comes any more',
    help: ({ subject: on, args }) => [
      'plan the move: to a Gateway API implementation (ingress2gateway translates), ' +
        'or to a controller with maintainers',
      'kubectl get ingress -A',
      `kubectl -n ${on.namespace} get pod ${args.pod} -o yaml`,
    ],
  },
})

/** The project's own builds, under the names of its registries. */
function isRetired(image: string): boolean {
  return builds.test(image)
}

const registries = anyOf(
  /registry\.k8s\.io/,
  /k8s\.gcr\.io/,
  /(?:us|eu|asia)\.gcr\.io\/k8s-artifacts-prod/,
  /gcr\.io\/k8s-staging-ingress-nginx/,
  /quay\.io\/kubernetes-ingress-controller/,
)
const builds = new RegExp(`^${registries}/(?:ingress-nginx/)?(?:controller|nginx-ingress-controller)[:@]`)

function judge(its: readonly [IngressController, ...IngressController[]] | readonly IngressController[]) {
  const [first] = its
  if (first === undefined) return ok(1)
  const image = first.image ?? ''
  return finding({
    subject: podSubject(first),
    confidence: 'observed',
    args: {
      image,
      version: /:(v?[\w.]{1,40})/.exec(image.slice(image.lastIndexOf('/')))?.[1] ?? 'of an unknown version',
      count: its.length,
      webhook: first.webhook ?? 'unknown',
      pod: first.pod,
    },
    evidence: [{ kind: 'fact', label: 'image', value: some([...new Set(its.map((it) => it.image ?? ''))]) }],
  })
}
