import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { MeshSettings } from '../../model/beside.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isHostOf } from '../../relations/mesh/mesh-hosts.ts'
import { hasPairs, labelOf } from '../../relations/selector.ts'
import { isSidecar, meshOf } from '../../relations/service/mesh-sidecar.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/** Of every installation that nobody moved. */
const rootNamespace = 'istio-system'

/**
 * With `discoverySelectors` istiod looks at namespaces alone that bear their labels: of all others it knows no Service
 * and no pod, so that a route to them has no cluster (503, NC), and what has a proxy there is told of nothing (istio,
 * mesh/v1alpha1 config.proto, discovery_selectors).
 */
export default check({
  code: 'MSH818',
  slug: 'mesh/namespace-undiscovered',
  title: 'Istio does not look at a namespace that it is to serve',
  fine: 'Istio looks at each namespace that has its proxies, or that its routes lead to',
  severity: 'warning',
  needs: ['beside', 'namespaces', 'pods'],
  wants: ['mesh', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ beside, namespaces, pods, mesh, clusterDns }) {
    const settings = beside.meshSettings.filter((it) => it.namespace === rootNamespace)
    if (settings.length === 0) return notApplicable('the file holds no settings of Istio')
    if (settings.some((it) => it.discovers === undefined)) return ok(1, 'Istio looks at all namespaces')
    if (settings.some((it) => it.discovers === null))
      return cannotTell('ambiguous', 'discoverySelectors of Istio are in a form that is not read')
    const left = namespaces.filter(
      (it) => it.name !== rootNamespace && it.deleting === undefined && !isDiscovered(it, settings),
    )
    if (left.length === 0) return ok(namespaces.length)
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const inside = Map.groupBy(
      pods.filter((it) => isLive(it) && hasSidecar(it)),
      (it) => it.namespace,
    )
    const found = left.flatMap((it) => {
      const led = mesh.known ? leadersTo(it.name, mesh.value, domain) : []
      const own = inside.get(it.name) ?? []
      return own.length === 0 && led.length === 0 && !isInjected(it) ? [] : [verdict(it, { settings, own, led })]
    })
    return found.length > 0 ? found : ok(namespaces.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Istio does not look at namespace ${on.name}, which bears none of the labels that it was told of ` +
      `(${some(args.selectors)}), ${reasonOf(args)}.`,
    detail: ({ args }) => `discoverySelectors of ConfigMap ${rootNamespace}/${args.map}`,
    note: () =>
      'istiod knows no Service and no pod of such a namespace: routes to it have no cluster (503, flag NC), the ' +
      'root certificate is not written there, and proxies there hear of nothing new',
    help: ({ subject: on, args }) => [
      'give the namespace the label, or add a selector that takes it',
      `kubectl label namespace ${on.name} ${args.selectors[0] ?? ''}`,
      `kubectl -n ${rootNamespace} get configmap ${args.map} -o yaml`,
    ],
  },
})

interface Reason {
  readonly pods: number
  readonly led: readonly string[]
}

function reasonOf({ pods, led }: Reason): string {
  if (led.length > 0) return `and ${some(led, 2)} ${led.length === 1 ? 'leads' : 'lead'} there`
  return pods > 0
    ? `and ${count(pods, 'pod')} there ${pods === 1 ? 'has' : 'have'} its proxy`
    : 'and is labelled for it'
}

function isDiscovered({ name, labels }: Namespace, settings: readonly MeshSettings[]): boolean {
  const seen = { ...labels, 'kubernetes.io/metadata.name': name }
  return settings.some(({ discovers }) => (discovers ?? []).some((it) => hasPairs(it, seen)))
}

/** A gateway is a proxy alone: it asks istiod wherever it stands. */
function hasSidecar(pod: Pod): boolean {
  return meshOf(pod) === 'Istio' && pod.containers.some((it) => !isSidecar(it))
}

function isInjected({ labels }: Namespace): boolean {
  const inject = labelOf(labels, 'istio-injection')
  return inject === 'enabled' || (inject === undefined && labelOf(labels, 'istio.io/rev') !== undefined)
}

/** Objects of other namespaces, which Istio may look at. */
function leadersTo(namespace: string, { virtualServices, destinationRules }: Mesh, domain: string): readonly string[] {
  const isThere = (host: string, home: string): boolean => home !== namespace && isHostOf(namespace, host, home, domain)
  return [
    ...virtualServices
      .filter((it) => it.destinations.some(({ host }) => isThere(host, it.namespace)))
      .map((it) => `VirtualService ${full(it)}`),
    ...destinationRules.filter((it) => isThere(it.host, it.namespace)).map((it) => `DestinationRule ${full(it)}`),
  ]
}

interface Seen {
  readonly settings: readonly MeshSettings[]
  readonly own: readonly Pod[]
  readonly led: readonly string[]
}

function verdict({ name, labels }: Namespace, { settings, own, led }: Seen) {
  const selectors = settings.flatMap(({ discovers }) =>
    (discovers ?? []).map((it) =>
      Object.entries(it)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    ),
  )
  return finding({
    subject: subject('Namespace', null, name),
    confidence: 'inferred',
    severity: led.some((it) => it.startsWith('VirtualService')) ? 'error' : 'warning',
    args: { selectors, pods: own.length, led, map: settings[0]?.name ?? 'istio' },
    evidence: [
      { kind: 'fact', label: 'discoverySelectors', value: some(selectors, 5) },
      {
        kind: 'fact',
        label: `labels of namespace ${name}`,
        value: some(
          Object.entries(labels).map(([key, value]) => `${key}=${value}`),
          5,
        ),
      },
    ],
  })
}
