import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { labelOf } from '../../relations/selector.ts'
import { isNobodys, revisionsOf } from '../../relations/mesh/revisions.ts'
import { isAmbient } from '../../relations/mesh/mtls.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * A namespace's label brings pods into the mesh when they are made, and not those that were there before. Servers that
 * insist on mTLS reset what comes from outside of it, and a policy of the mesh does not hold for pods that are not in.
 */
export default check({
  code: 'SVC236',
  slug: 'service/outside-the-mesh',
  title: 'pods of a namespace of the mesh are not in it',
  fine: 'every pod of a namespace of the mesh is in it',
  severity: 'warning',
  needs: ['namespaces', 'pods'],
  wants: ['beside'],
  remedies: [],
  decides: ['MESH-01', 'MESH-12'],

  run({ namespaces, pods, beside, scope }) {
    const labelled = namespaces.flatMap((it) => {
      const how = howOf(it)
      return how === null || (scope.namespace !== null && scope.namespace !== it.name)
        ? []
        : [{ name: it.name, how, revision: revisionOf(it, how) }]
    })
    if (labelled.length === 0) return notApplicable('no namespace here is labelled for Istio')
    const byNamespace = Map.groupBy(pods.filter(isExpected), (it) => it.namespace)
    const there = scope.namespace === null ? revisionsOf(pods) : null
    const found = labelled.flatMap(({ name, how, revision }) => {
      const own = byNamespace.get(name) ?? []
      const out = own.filter((it) => !isIn(it, how))
      return out.length === 0
        ? []
        : [verdict(name, how, { out, of: own.length, revision: missing(revision, there, beside) })]
    })
    return found.length > 0 ? found : ok(labelled.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Namespace ${on.name} is labelled for Istio, and ${args.pods.length} of ${count(args.of, 'pod')} there ` +
      `${args.pods.length === 1 ? 'is' : 'are'} not in the mesh: ${some(args.pods, 2)}` +
      (args.revision === null
        ? '.'
        : `; it asks for revision ${args.revision}, and no istiod here is of it (${some(args.there)}).`),
    detail: ({ args }) => (args.how === 'sidecar' ? 'no container istio-proxy' : 'no mark of the ambient redirection'),
    note: ({ args }) =>
      'servers with mTLS STRICT reset their connections; policies of the mesh do not hold for them' +
      (args.how === 'ambient' ? '; the agent of the node (istio-cni, ztunnel) brings a pod in when it is made' : ''),
    help: ({ subject: on, args }) => [
      stepFor(args),
      `kubectl -n ${on.name} get pods -o wide`,
      args.revision === null
        ? 'kubectl -n istio-system get pods -o wide'
        : 'kubectl get pods -A -l app=istiod -L istio.io/rev',
    ],
  },
})

function stepFor({ how, revision }: { readonly how: How; readonly revision: string | null }): string {
  if (revision !== null)
    return (
      `label the namespace for a revision that is here (istio.io/rev), or install ${revision}; then restart its ` +
      'workloads'
    )
  return how === 'sidecar'
    ? 'restart their workloads, so that they are made with the sidecar; where none comes, look at the injector'
    : 'see that istio-cni and ztunnel run on the nodes of these pods, then restart them'
}

type How = 'sidecar' | 'ambient'

function howOf({ labels }: Namespace): How | null {
  if (labelOf(labels, 'istio.io/dataplane-mode') === 'ambient') return 'ambient'
  const injects = labelOf(labels, 'istio-injection') === 'enabled' || labelOf(labels, 'istio.io/rev') !== undefined
  return injects && labelOf(labels, 'istio-injection') !== 'disabled' ? 'sidecar' : null
}

/** Neither on the host network nor told to stay out. */
function isExpected(pod: Pod): boolean {
  const inject = labelOf(pod.labels, 'sidecar.istio.io/inject')
  return (
    isLive(pod) &&
    pod.phase === 'Running' &&
    !pod.hostNetwork &&
    inject !== 'false' &&
    pod.noSidecar === undefined &&
    labelOf(pod.labels, 'istio.io/dataplane-mode') !== 'none' &&
    labelOf(pod.labels, 'gateway.networking.k8s.io/gateway-name') === undefined
  )
}

/** The CNI of the ambient mode leaves its mark on the pod, where DNS sees it too (`dnsHop`). */
function isIn(pod: Pod, how: How): boolean {
  return meshOf(pod) === 'Istio' || (how === 'ambient' && isAmbient(pod))
}

interface Missing {
  readonly revision: string
  readonly there: readonly string[]
}

interface Seen {
  readonly revision: Missing | null
  readonly out: readonly Pod[]
  readonly of: number
}

/** By the label of revisions; `istio-injection` goes before it, and is of whoever is the default. */
function revisionOf({ labels }: Namespace, how: How): string | null {
  const isPlain = labelOf(labels, 'istio-injection') !== undefined
  return how === 'sidecar' && !isPlain ? (labelOf(labels, 'istio.io/rev') ?? null) : null
}

function missing(revision: string | null, there: ReadonlySet<string> | null, beside: Known<Beside>): Missing | null {
  return revision !== null && there !== null && isNobodys(revision, there, beside)
    ? { revision, there: [...there].toSorted() }
    : null
}

function verdict(namespace: string, how: How, { out, of, revision }: Seen) {
  return finding({
    subject: subject('Namespace', null, namespace),
    confidence: 'inferred',
    args: {
      how,
      pods: out.map((it) => it.name),
      of,
      revision: revision?.revision ?? null,
      there: revision?.there ?? [],
    },
    evidence: [
      {
        kind: 'shares',
        label: 'pods that are not in the mesh',
        rows: [{ where: `namespace ${namespace}`, bad: out.length, of, note: some(out.map((it) => it.name)) }],
      },
    ],
  })
}
