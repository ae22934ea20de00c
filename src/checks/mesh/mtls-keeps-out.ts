import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { Mesh } from '../../model/mesh.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { type AroundBy, callAround, portAround } from '../../relations/mesh/around-sidecar.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { meshServices, type MeshService, targetPorts } from '../../relations/mesh/mesh-services.ts'
import { isInMesh, mtlsOf } from '../../relations/mesh/mtls.ts'
import { calledBy, toldCalls, callableFrom } from '../../relations/service/called-services.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With mTLS STRICT the server's proxy resets whatever does not come with the mesh's certificates. Whoever has no proxy
 * of the mesh is kept out: an ingress controller beside it, a job, a namespace that was never labelled; and whoever
 * has one, and goes past it by its own annotations.
 */
export default check({
  code: 'MSH804',
  slug: 'mesh/mtls-keeps-out',
  title: 'a server that insists on mTLS is called from outside of the mesh',
  fine: 'nobody outside of the mesh is told to call a server that insists on mTLS',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'namespaces', 'clusterDns'],
  remedies: [],
  decides: ['MESH-01'],

  run(seen) {
    const { mesh, services, pods, ingresses, ingressClasses, ingressControllers, namespaces, clusterDns, scope } = seen
    const strict = meshServices(services, pods).flatMap((it) => {
      const by = strictBy(mesh, it)
      return by === null ? [] : [{ ...it, by }]
    })
    if (strict.length === 0)
      return noneHere(mesh, ['PeerAuthentication'], 'no Service here has pods that insist on mTLS')
    const callable = callableFrom({ services, namespaces, clusterDns, scope })
    const byService = new Map<string, Caller[]>()
    const add = (service: { readonly namespace: string; readonly name: string }, it: Caller): void => {
      const its = byService.get(full(service)) ?? []
      if (!its.some((one) => one.name === it.name)) byService.set(full(service), [...its, it])
    }
    for (const { pod, call } of toldCalls(pods)) {
      if (isInMesh(pod) && pod.sidecarTraffic === undefined) continue
      const to = calledBy(pod, call, callable)
      if (to.is !== 'there') continue
      const around = callAround(pod, to.service, call.port)
      if (isInMesh(pod) && around === null) continue
      const told = `told to by ${call.by ?? 'its command line'}`
      add(to.service, {
        name: nameOf(workloadOfPod(pod)),
        how: around === null ? told : `${told}, and goes past its own proxy by ${around}`,
        of: workloadOfPod(pod),
        ...(around === null ? {} : { around }),
      })
    }
    const outside = new Set(pods.filter((it) => !isInMesh(it)).map(full))
    const controllersOf = controllersByClass({
      ingressClasses: ingressClasses.known ? ingressClasses.value : [],
      ingressControllers: ingressControllers.known ? ingressControllers.value : [],
    })
    for (const ingress of ingresses.known ? ingresses.value : []) {
      // Its own ones: the gateway of the mesh serves another class.
      const own = controllersOf(ingress)
      const [foreign] = own
      if (foreign === undefined || !own.every(({ namespace, pod }) => outside.has(`${namespace}/${pod}`))) continue
      for (const { backend } of routesOf(ingress))
        add(
          { namespace: ingress.namespace, name: backend.service },
          {
            name: `Ingress ${full(ingress)}`,
            how: `served by pod ${foreign.pod}`,
            of: subject('Ingress', ingress.namespace, ingress.name),
          },
        )
    }
    const found = strict.flatMap(({ service, by }): readonly Verdict<KeptOut>[] => {
      const callers = byService.get(full(service)) ?? []
      return callers.length === 0 ? [] : [keptOut(subject('Service', service.namespace, service.name), by, callers)]
    })
    return found.length === 0 ? ok(strict.length) : found
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes mTLS of the mesh alone, and ${some(args.callers, 2)} ` +
      `${args.callers.length === 1 ? 'calls' : 'call'} it ` +
      (args.around === null ? 'from outside of the mesh.' : `past ${whose(args.callers)} by ${args.around}.`),
    detail: ({ args }) => `PeerAuthentication ${args.by} says STRICT · ${args.how}`,
    note: () => 'the proxy before its pods resets such connections: "connection reset by peer", 502 at an ingress',
    help: ({ args }) => [
      ...(args.around === null
        ? []
        : [`take the port or the range out of the caller's annotation traffic.sidecar.istio.io/${args.around}`]),
      'bring the callers into the mesh, or let this workload take plain text too: a PeerAuthentication of its own ' +
        'with mode PERMISSIVE, or of one port (portLevelMtls)',
      'kubectl get peerauthentications.security.istio.io -A',
      `kubectl -n ${args.by.split('/')[0]} edit peerauthentications.security.istio.io ${args.by.split('/')[1]}`,
    ],
  },
})

interface Caller {
  readonly name: string
  readonly how: string
  readonly of: Subject
  /** Its annotation, where it has a proxy. */
  readonly around?: AroundBy
}

type KeptOut = {
  readonly by: string
  readonly callers: readonly string[]
  readonly how: string
  readonly around: AroundBy | null
}

function whose(callers: readonly string[]): string {
  return callers.length === 1 ? 'its own proxy' : 'their own proxies'
}

function nameOf({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace}/${name}`
}

/** The policy by which every port of every pod of it takes mTLS alone; null where one is open, or nobody knows. */
function strictBy(mesh: Mesh, { service, inside, outside }: MeshService): string | null {
  if (inside.length === 0 || outside.length > 0) return null
  const ports = inside.flatMap((pod) => targetPorts(service, pod).map((port) => ({ pod, port })))
  // What does not meet the server's proxy is asked for nothing.
  if (ports.some(({ pod, port }) => portAround(pod, port) !== null)) return null
  const asked = ports.map(({ pod, port }) => mtlsOf(mesh, pod, port))
  const policies = asked.flatMap((it) => (it !== 'unknown' && it.mode === 'STRICT' && it.by !== null ? [it.by] : []))
  const [first] = policies
  return first === undefined || policies.length < asked.length ? null : full(first)
}

function keptOut(on: Subject, by: string, callers: readonly Caller[]): Verdict<KeptOut> {
  return finding({
    subject: on,
    also: callers.map((it) => it.of),
    confidence: 'inferred',
    args: {
      by,
      callers: callers.map((it) => it.name),
      how: callers[0]?.how ?? '',
      around: callers.every((it) => it.around !== undefined) ? (callers[0]?.around ?? null) : null,
    },
    evidence: callers.slice(0, 4).map((it) => ({ kind: 'fact', label: it.name, value: it.how })),
    causes: [svcUnanswered({ namespace: on.namespace ?? '', name: on.name })],
  })
}
