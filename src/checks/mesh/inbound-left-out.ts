import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type AroundBy, callAround, portAround } from '../../relations/mesh/around-sidecar.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { mayBeElsewhere, noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { meshServices, type MeshService } from '../../relations/mesh/mesh-services.ts'
import { goesByProxy, isInMesh, mtlsOf } from '../../relations/mesh/mtls.ts'
import { calledBy, callableFrom, toldCalls } from '../../relations/service/called-services.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * istiod knows nothing of these annotations, which iptables alone is made of: proxies of callers speak mTLS to every
 * pod that has a sidecar, and a port that does not meet it hands that to the program (istio/istio#30311; FAQ, Auto mTLS
 * and excludeInboundPorts). A DestinationRule that says DISABLE puts it right, or a PeerAuthentication of that port.
 */
export default check({
  code: 'MSH815',
  slug: 'mesh/inbound-left-out',
  title: "a port that a pod's sidecar does not meet is called with mTLS",
  fine: 'no pod of the mesh is told to call a port that does not meet its sidecar',
  severity: 'warning',
  needs: ['mesh', 'services', 'pods'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: ['MESH-02'],

  run({ mesh, services, pods, namespaces, clusterDns, scope }) {
    const all = meshServices(services, pods).filter(({ inside }) =>
      inside.some((it) => it.sidecarTraffic !== undefined),
    )
    if (all.length === 0) return noneHere(mesh, [], 'no pod behind a Service here has ports that pass by its sidecar')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const callable = callableFrom({ services, namespaces, clusterDns, scope })
    const byService = new Map(all.map((it) => [full(it.service), it]))
    const told = toldCalls(pods.filter((it) => isInMesh(it) && (goesByProxy(it) || it.sidecarTraffic !== undefined)))
    const bad = told.flatMap(({ pod, call }) => {
      const to = calledBy(pod, call, callable)
      const its = to.is === 'there' ? byService.get(full(to.service)) : undefined
      if (its === undefined || callAround(pod, its.service, call.port) !== null) return []
      const left = leftOut(mesh, its, { port: call.port, domain })
      return left === null ? [] : [{ its, left, of: workloadOfPod(pod), by: call.by ?? 'its command line' }]
    })
    if (bad.length === 0) return ok(all.length)
    return [...Map.groupBy(bad, (it) => it.its)].map(([{ service }, callers]): Verdict<LeftOut> => {
      const [first] = callers
      return finding({
        subject: subject('Service', service.namespace, service.name),
        also: callers.map((it) => it.of),
        confidence: mayBeElsewhere(mesh, 'DestinationRule') ? 'possible' : 'inferred',
        args: {
          port: first?.left.port ?? 0,
          pod: first?.left.pod ?? '',
          by: first?.left.by ?? 'excludeInboundPorts',
          callers: [...new Set(callers.map(({ of }) => `${of.kind} ${full(of)}`))],
        },
        evidence: callers
          .slice(0, 4)
          .map(({ of, by }) => ({ kind: 'fact', label: `${of.kind} ${full(of)}`, value: by })),
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Port ${args.port} of the pods of Service ${full(on)} does not meet their sidecar, and the sidecars of ` +
      `${some(args.callers, 2)} speak mTLS to it.`,
    detail: ({ args }) => `pod ${args.pod} · traffic.sidecar.istio.io/${args.by}`,
    note: () => 'the program gets TLS that it does not expect: callers see 503 with UC or UF, or a reset',
    help: ({ subject: on, args }) => [
      'take the port out of the annotation; or make a DestinationRule for the Service with tls.mode DISABLE',
      `kubectl -n ${args.pod.split('/')[0]} get pod ${args.pod.split('/')[1]} -o yaml`,
      `kubectl -n ${on.namespace} get destinationrules.networking.istio.io`,
    ],
  },
})

type LeftOut = {
  readonly port: number
  readonly pod: string
  readonly by: AroundBy
  readonly callers: readonly string[]
}

/** The port of a pod that the call comes to past its sidecar, where nothing has the caller's speak plain text. */
function leftOut(
  mesh: Mesh,
  { service, inside }: MeshService,
  { port, domain }: { readonly port: number | null; readonly domain: string },
): Pick<LeftOut, 'port' | 'pod' | 'by'> | null {
  if (isTold(mesh, service, domain)) return null
  const own = service.ports.filter((it) => it.protocol === 'TCP')
  const called = port === null ? own : own.filter((it) => it.port === port)
  const [only, ...more] = called
  if (only === undefined || more.length > 0) return null
  for (const pod of inside) {
    const target = targetPortIn(pod, only)
    const by = target === null ? null : portAround(pod, target)
    if (target === null || by === null) continue
    const asked = mtlsOf(mesh, pod, target)
    // DISABLE goes for the proxies of callers as well: they ask for what the server takes.
    if (asked !== 'unknown' && asked.mode !== 'DISABLE') return { port: target, pod: full(pod), by }
  }
  return null
}

/** A DestinationRule may have said which TLS to speak, for the Service or one of its ports. */
function isTold({ destinationRules }: Mesh, { name, namespace }: Service, domain: string): boolean {
  const whole = wholeHost(name, namespace, domain)
  return destinationRules.some(
    (it) =>
      hostTakes(wholeHost(it.host, it.namespace, domain), whole) &&
      (it.portTls !== undefined || [it, ...it.subsets].some(({ tls }) => tls !== null && tls !== 'ISTIO_MUTUAL')),
  )
}
