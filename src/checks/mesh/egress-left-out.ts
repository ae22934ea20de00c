import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { Mesh, SidecarScope } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { isLiveInMesh, takesPlain } from '../../relations/mesh/mesh-services.ts'
import { isInMesh, rootNamespace } from '../../relations/mesh/mtls.ts'
import { hasPairs } from '../../relations/selector.ts'
import { calledBy, type Callable, toldCalls, callableFrom } from '../../relations/service/called-services.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { objectLines } from './mesh-words.ts'

/**
 * A Sidecar's `egress` is all that the proxies of its pods know of. What it leaves out goes out as to a stranger:
 * without mTLS, which a STRICT server resets, and not at all where the mesh has outboundTrafficPolicy REGISTRY_ONLY
 * (istio, reference/config/networking/sidecar).
 */
export default check({
  code: 'MSH806',
  slug: 'mesh/egress-left-out',
  title: 'a Sidecar leaves out what its pods call',
  fine: 'every Sidecar has in its egress what its pods are told to call',
  severity: 'warning',
  needs: ['mesh', 'services', 'pods'],
  wants: ['namespaces', 'clusterDns', 'beside'],
  remedies: [],
  decides: ['MESH-10'],

  run({ mesh, services, pods, namespaces, clusterDns, beside, scope }) {
    if (mesh.sidecars.every((it) => it.egress === null))
      return noneHere(mesh, ['Sidecar'], 'no Sidecar here says what may be called')
    const domain = clusterDns.known ? clusterDns.value.domain : null
    const callable = callableFrom({ services, namespaces, clusterDns, scope })
    const told = toldCalls(pods.filter(isInMesh)).flatMap(({ pod, call }) => {
      const to = calledBy(pod, call, callable)
      const own = scopeOf(mesh, pod)
      return to.is === 'there' && own?.egress ? [{ pod, call, service: to.service, own, egress: own.egress }] : []
    })
    const left = told.filter(
      ({ service, own, egress }) =>
        !egress.some((it) => isIn(it, own.namespace, { ...service, host: hostOf(service, domain) })),
    )
    const podsOf = podsOfServices(pods)
    const isClosed = beside.known && beside.value.meshSettings.some((it) => it.outbound === 'REGISTRY_ONLY')
    if (left.length === 0)
      return scope.namespace !== null && leadsOut(mesh, pods, callable)
        ? cannotTell('not-asked', 'Services of other namespaces, which pods here are told to call, were not read', '-A')
        : ok(told.length)
    return [...Map.groupBy(left, (it) => it.own)].map(([own, its]): Verdict<LeftOut> => {
      const on = subject('Sidecar', own.namespace, own.name)
      return finding({
        subject: on,
        also: its.map(({ pod }) => workloadOfPod(pod)),
        ...(!isClosed &&
        its.every(({ service }) => takesPlain(mesh, { service, inside: podsOf(service).filter(isLiveInMesh) }))
          ? { severity: 'info' as const }
          : {}),
        confidence: 'inferred',
        args: {
          callers: [...new Set(its.map(({ pod }) => `${workloadOfPod(pod).kind} ${full(workloadOfPod(pod))}`))],
          services: [...new Set(its.map((it) => full(it.service)))],
          by: its[0]?.call.by ?? 'the command line',
          add: `${its[0]?.service.namespace ?? ''}/*`,
        },
        evidence: [
          objectLines(on, {
            path: 'spec.egress',
            lines: ['hosts:', ...(own.egress ?? []).slice(0, 8).map((it) => `- ${it}`)],
            mark: 'hosts:',
            label: `none takes ${its[0]?.service.namespace}/${its[0]?.service.name}`,
          }),
        ],
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Sidecar ${full(on)} leaves out ${some(args.services)}, which ${some(args.callers, 2)} ` +
      `${args.callers.length === 1 ? 'is' : 'are'} told to call.`,
    detail: ({ args }) => `told by ${args.by}`,
    note: () =>
      'such calls go out without mTLS, which a STRICT server resets; where the mesh has REGISTRY_ONLY they get 502',
    help: ({ subject: on, args }) => [
      `add \`${args.add}\`, or the host, to spec.egress[].hosts`,
      `kubectl -n ${on.namespace} edit sidecars.networking.istio.io ${on.name}`,
    ],
  },
})

type LeftOut = {
  readonly callers: readonly string[]
  readonly services: readonly string[]
  readonly by: string
  readonly add: string
}

/** The workload's own, then the namespace's, then the mesh's. Of two that fit nobody knows which counts. */
function scopeOf(mesh: Mesh, pod: Pod): SidecarScope | null {
  const levels = [
    mesh.sidecars.filter(
      (it) => it.namespace === pod.namespace && it.selector !== null && hasPairs(it.selector, pod.labels),
    ),
    mesh.sidecars.filter((it) => it.namespace === pod.namespace && it.selector === null),
    mesh.sidecars.filter((it) => it.namespace === rootNamespace && it.selector === null),
  ]
  const first = levels.find((it) => it.length > 0) ?? []
  return first.length === 1 ? (first[0] ?? null) : null
}

function hostOf({ name, namespace }: { readonly name: string; readonly namespace: string }, domain: string | null) {
  return wholeHost(name, namespace, domain ?? 'cluster.local')
}

/** `NAMESPACE/HOST`: `*` is any namespace, `.` the Sidecar's own, `~` none. */
function isIn(
  entry: string,
  own: string,
  { namespace, host }: { readonly namespace: string; readonly host: string },
): boolean {
  const [home = '', pattern = ''] = entry.split('/', 2)
  const isHome = home === '*' || home === namespace || (home === '.' && own === namespace)
  return isHome && hostTakes(pattern, host)
}

/** Somebody whom a Sidecar limits is told a name with a namespace, or none of a Service's. */
function leadsOut(mesh: Mesh, pods: readonly Pod[], callable: Callable): boolean {
  return toldCalls(pods.filter(isInMesh)).some(
    ({ pod, call }) =>
      scopeOf(mesh, pod)?.egress != null && call.host.includes('.') && calledBy(pod, call, callable).is === 'elsewhere',
  )
}
