import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type Unread, whyUnread } from '../../relations/ingress/traefik-reads.ts'
import { selectorText } from '../../relations/selector.ts'

/**
 * Traefik 3 has given up the group traefik.containo.us, and releases before 2.10 do not know traefik.io; the CRDs stay
 * in the API server, which takes objects of both. What is of the other group is left without a word.
 */
export default check({
  code: 'ING361',
  slug: 'ingress/route-unread',
  title: 'an IngressRoute is read by no Traefik',
  fine: 'each IngressRoute is of a group, a namespace, a class and labels that Traefik reads',
  severity: 'error',
  needs: ['beside', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, scope }) {
    const routes = beside.ingressRoutes ?? []
    const here = routes.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (here.length === 0) return notApplicable('no IngressRoute is here')
    const traefiks = ingressControllers.filter((it) => it.crd !== undefined)
    if (traefiks.length === 0) return cannotTell('ambiguous', 'no pod was recognised as Traefik')
    return here.map((it) => judge(it, routes, traefiks))
  },

  words: {
    headline: ({ subject: on, args }) => `IngressRoute ${full(on)} is read by no Traefik: ${says[args.why](args)}.`,
    detail: ({ args }) => `group ${args.group} · Traefik: ${args.pods}`,
    note: () => 'its hosts are answered with 404, as hosts that nobody declared',
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${on.namespace} get ingressroutes.${args.group} ${on.name} -o yaml`,
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
    ],
  },
})

type Why = Exclude<Unread, 'unsure'>

interface Told {
  readonly group: string
  readonly image: string
  readonly of: string
}

const says: Readonly<Record<Why, (args: Told) => string>> = {
  off: () => 'its flags turn on no --providers.kubernetescrd',
  'gone-group': ({ group, image }) => `it is of group ${group}, which ${image} has given up`,
  'new-group': ({ group, image }) => `it is of group ${group}, which ${image} does not know yet`,
  namespace: ({ of }) => `it looks at ${of} alone`,
  class: ({ of }) => `it takes those of class ${of} alone`,
  labels: ({ of }) => `it takes those with the labels ${of} alone`,
}

const cures: Readonly<Record<Why, string>> = {
  off: 'give Traefik --providers.kubernetescrd (the chart: providers.kubernetesCRD.enabled), or write an Ingress',
  'gone-group': 'rewrite it as traefik.io/v1alpha1, with its Middlewares, and remove the old one',
  'new-group': 'write it as traefik.containo.us/v1alpha1, or take Traefik to 2.10 or later',
  namespace: 'add the namespace to --providers.kubernetescrd.namespaces',
  class: 'give it the annotation kubernetes.io/ingress.class that Traefik looks for',
  labels: 'give it the labels of --providers.kubernetescrd.labelSelector',
}

function judge(route: IngressRoute, all: readonly IngressRoute[], traefiks: readonly IngressController[]) {
  const whys = traefiks.map((it) => whyUnread(route, it))
  if (whys.includes(null)) return ok(1)
  const unsure = traefiks[whys.indexOf('unsure')]
  if (unsure !== undefined)
    return cannotTell('ambiguous', `which release ${unsure.namespace}/${unsure.pod} is, its image does not say`)
  // Both are there while somebody moves from the one to the other.
  const isMoved = all.some(
    (it) => it.group !== route.group && it.namespace === route.namespace && it.name === route.name,
  )
  const [why] = whys
  const [first] = traefiks
  if (isMoved || first === undefined || why === undefined || why === null || why === 'unsure') return ok(1)
  return finding({
    subject: subject('IngressRoute', route.namespace, route.name),
    confidence: 'inferred',
    args: {
      why,
      group: route.group,
      image: first.image ?? '',
      of: takenBy(why, first),
      pods: some(traefiks.map((it) => `${it.namespace}/${it.pod} (${it.image ?? 'no image'})`)),
      home: first.namespace,
      pod: first.pod,
    },
    evidence: [{ kind: 'config', object: subject('IngressRoute', route.namespace, route.name), ...lineOf(why, route) }],
  })
}

function takenBy(why: Why, { crd }: IngressController): string {
  if (why === 'namespace') return some(crd?.watches ?? [])
  if (why === 'labels') return crd?.selector === undefined ? '' : selectorText(crd.selector)
  return crd?.className ?? ''
}

const groupMark = 'read by no Traefik that is here'

/** The line of the object that decides. */
function lineOf(why: Why, { group, namespace, className, labels = {} }: IngressRoute) {
  const line = (path: string, text: string, label: string) => ({ path, lines: [text], at: 0, mark: text, label })
  if (why === 'namespace') return line('metadata', `namespace: ${namespace}`, groupMark)
  if (why === 'class') {
    const key = 'kubernetes.io/ingress.class'
    return className === null
      ? line('metadata', 'annotations:', `and no ${key} among them`)
      : line('metadata.annotations', `${key}: ${className}`, groupMark)
  }
  if (why === 'labels') {
    const its = Object.entries(labels).map(([key, value]) => `${key}: ${value}`)
    return its.length === 0
      ? line('metadata', 'labels:', 'it has none')
      : { path: 'metadata.labels', lines: its.slice(0, 8), at: 0, mark: its[0] ?? '', label: 'its labels' }
  }
  const lines = [`apiVersion: ${group}/v1alpha1`, 'kind: IngressRoute']
  return { path: 'apiVersion', lines, at: 0, mark: `${group}/v1alpha1`, label: groupMark }
}
