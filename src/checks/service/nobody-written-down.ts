import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { answersAlone, aroundAlone } from '../../relations/ingress/answers-alone.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { put } from '../../relations/once.ts'
import { slicesMeant, writtenByHand } from '../../relations/service/astray-slices.ts'
import { calledBy, toldCalls } from '../../relations/service/called-services.ts'
import { declaredPorts, portsText, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { isServing } from '../../relations/service/service-selects-pod.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject } from './words.ts'

/**
 * Without a selector the control plane fills in nothing: whoever made the Service was to write its endpoints down, by
 * hand or by a controller. Until somebody does, kube-proxy refuses, and DNS answers the name of a headless one with
 * nothing.
 */
export default check({
  code: 'SVC263',
  slug: 'service/nobody-written-down',
  title: 'a Service without a selector has no endpoint',
  fine: 'each Service without a selector has an endpoint that was written down',
  severity: 'warning',
  needs: ['services', 'endpointSlices'],
  wants: [
    'pods',
    'workloads',
    'ingresses',
    'clusterDns',
    'mesh',
    'gatewayRoutes',
    'ingressControllers',
    'ingressClasses',
    'beside',
  ],
  remedies: [],
  decides: ['SVC-19'],

  run({ services, endpointSlices, pods, workloads, ingresses, clusterDns, mesh, gatewayRoutes, scope, ...seen }) {
    const slicesOf = slicesOfServices(endpointSlices)
    const governing = governingServices(workloads)
    const byHand = writtenByHand(services).filter(
      (it) => it.ports.length > 0 && !isComponents(it) && !governing.has(full(it)) && !isElections(it),
    )
    if (byHand.length === 0)
      return notApplicable('each Service here has a selector or no port, or names the pods of a StatefulSet')
    const [meantFor, isHost] = [slicesMeant(services, endpointSlices), hostsOfMesh(mesh)]
    const isParent = parentsOfRoutes(gatewayRoutes)
    // Of Endpoints without a slice nothing is said in a file that holds no slices.
    const isWhole = endpointSlices.some((it) => it.from === undefined)
    const bare = byHand.filter(
      (it) =>
        slicesOf(it).every((one) => one.endpoints.length === 0 || (isWhole && one.unmirrored === true)) &&
        meantFor(it) === null &&
        !isHost(it) &&
        !isParent(it),
    )
    if (bare.length === 0) return ok(byHand.length)
    const around = {
      services,
      namespaces: null,
      domain: clusterDns.known ? clusterDns.value.domain : null,
      scope,
    }
    const callers = new Map<string, Subject[]>()
    for (const it of pods.known ? toldCalls(pods.value) : []) {
      const called = calledBy(it.pod, it.call, around)
      if ('service' in called) put(callers, full(called.service), () => []).push(workloadOfPod(it.pod))
    }
    const seenOf = aroundAlone(seen)
    const found = bare.flatMap((service) => {
      const routing = ingresses.known ? routesTo(ingresses.value, service) : []
      const leading = routing.filter((it) => !answersAlone(it, seenOf))
      const calling = callers.get(full(service)) ?? []
      const isAsked = isTarget(scope, serviceSubject(service))
      // The API wants a backend of an Ingress that only redirects: it stands there for nobody.
      if (routing.length > 0 && leading.length + calling.length === 0 && !isAsked) return []
      const named = [...calling, ...leading.map((it) => subject('Ingress', it.namespace, it.name))]
      const about = {
        named: [...new Map(named.map((it) => [subjectKey(it), it])).values()],
        likely: pods.known ? likelyBehind(service, pods.value) : null,
        isTarget: isAsked,
        isUnmirrored: slicesOf(service).some((it) => it.unmirrored === true && it.endpoints.length > 0),
      }
      return [verdict(service, about)]
    })
    return found.length > 0 ? found : ok(byHand.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no selector, and ` +
      (args.unmirrored
        ? 'its Endpoints bear the label skip-mirror, so that no EndpointSlice is made of them: '
        : 'nobody wrote endpoints down for it: ') +
      (args.headless ? 'its name leads to no address.' : 'nobody answers at its address.'),
    detail: ({ args }) =>
      `port ${args.ports} · no EndpointSlice of it has an address` +
      (args.named.length === 0 ? '' : ` · ${some(args.named)} ${args.named.length === 1 ? 'names' : 'name'} it`),
    note: ({ args }) => {
      if (args.keeper !== null)
        return `its label ${args.keeper} says that a controller keeps it: it may fill it in later, or never`
      return args.likely === null
        ? 'the control plane fills in endpoints by a selector alone: without one, whoever made the Service has to'
        : `${args.likely} in this namespace has ready pods and declares its port: a selector may be what is missing`
    },
    help: ({ subject: on, args }) => [
      ...(args.unmirrored ? [`take the label endpointslice.kubernetes.io/skip-mirror off Endpoints ${on.name}`] : []),
      args.likely === null
        ? 'give the Service a selector, or write an EndpointSlice with the label ' +
          `kubernetes.io/service-name: ${on.name}`
        : `if ${args.likely} is meant, give the Service the labels of its pods as its selector`,
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
    ],
  },
})

/**
 * The API server's own, which SVC253 is about, and the one by which Prometheus finds kubelets: its operator writes down
 * all nodes for it, which may be more than a mirror of Endpoints holds.
 */
function isComponents({ namespace, name, clusterIP, ports }: Service): boolean {
  const isApiServers = namespace === 'default' && name === 'kubernetes'
  return isApiServers || (clusterIP === 'None' && ports.some((it) => it.port === 10_250))
}

/**
 * Beside it members write into Endpoints of its name who leads, as an annotation, and no address: the Service keeps
 * these from being deleted (Patroni, docs/kubernetes.rst; client-go, leaderelection/resourcelock, endpoints).
 */
function isElections(service: Service): boolean {
  if (service.clusterIP !== 'None') return false
  const isKept = /-(?:config|failover|sync)$/.test(service.name) && keeperOf(service) !== null
  return isKept || /-(?:election|lock)$/.test(service.name)
}

/** SVC211 tells of these: what their pods miss is their names. */
function governingServices(workloads: Known<readonly Workload[]>): ReadonlySet<string> {
  return new Set(
    (workloads.known ? workloads.value : []).flatMap((it) =>
      it.kind === 'StatefulSet' && it.desired > 0 && it.serviceName != null
        ? [full({ namespace: it.namespace, name: it.serviceName })]
        : [],
    ),
  )
}

/** The host of a VirtualService need only have a name and an address: the sidecars send its requests elsewhere. */
function hostsOfMesh(mesh: Known<Mesh>): (service: Service) => boolean {
  const hosts = new Set(
    (mesh.known ? mesh.value.virtualServices : []).flatMap((it) =>
      it.hosts.flatMap((host) => {
        const [name = '', namespace = it.namespace] = host.split('.')
        return host === name || /^[^.]+\.[^.]+\.svc(?:\.|$)/.test(host) ? [`${namespace}/${name}`] : []
      }),
    ),
  )
  return (service) => hosts.has(full(service))
}

/**
 * The parent of a route lends its name and its address: the mesh sends what is asked of it to the backends of the route
 * (gateway-api, "Gateway API for Service Mesh", GEP-1294), and its own endpoints count only where it is one of them.
 */
function parentsOfRoutes(routes: Known<readonly GatewayRoute[]>): (service: Service) => boolean {
  const parents = new Set(
    (routes.known ? routes.value : []).flatMap((route) =>
      route.status.flatMap(({ parent: { group, kind, namespace, name }, conditions }) => {
        const own = { namespace: namespace ?? route.namespace, name }
        const backends = route.rules.flatMap((it) => it.backends)
        const isAccepted = conditions.some((it) => it.type === 'Accepted' && it.status === 'True')
        const isBackend = backends.some(
          (it) => it.name === name && (it.namespace ?? route.namespace) === own.namespace && it.weight > 0,
        )
        return group === '' && kind === 'Service' && isAccepted && backends.length > 0 && !isBackend ? [full(own)] : []
      }),
    ),
  )
  return (service) => parents.has(full(service))
}

/** A workload called like the Service, of which a ready pod declares one of its ports. */
function likelyBehind(service: Service, pods: Parameters<typeof toldCalls>[0]): string | null {
  const found = pods.find((pod) => {
    if (pod.namespace !== service.namespace || !isServing(pod)) return false
    const { name } = workloadOfPod(pod)
    const isLike = name === service.name || name.startsWith(`${service.name}-`) || service.name.startsWith(`${name}-`)
    return (
      isLike &&
      service.ports.some((port) =>
        declaredPorts(pod, port.protocol).some((it) => it.port === port.targetPort || it.name === port.targetPort),
      )
    )
  })
  if (found === undefined) return null
  const { kind, name } = workloadOfPod(found)
  return `${kind} ${name}`
}

/** What charts and tools that apply files as they are write on everything. */
const ofTools = /^(?:app\.kubernetes\.io|helm\.sh|argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io|k8slens[^/]*)$/
const appliers = /^(?:helm|tiller|kustomize.*|argo.*|flux.*|terraform|pulumi|kubectl.*|manual|kapp|skaffold)$/i

/** A label by which a controller knows what it made: of its own domain, or in the common words; null for none. */
function keeperOf({ labels = {} }: Service): string | null {
  for (const [key, value] of Object.entries(labels)) {
    const [domain = ''] = key.includes('/') ? key.split('/') : ['']
    const isOwn = domain !== '' && !ofTools.test(domain)
    const isManaged = key === 'app.kubernetes.io/managed-by' && !appliers.test(value)
    // Patroni's, as Zalando's operator, its own charts and its documentation write them.
    const isPatroni = /^(?:spilo|patroni)$/.test(value) || /^(?:spilo-role|cluster-name|patroni)$/.test(key)
    if (isOwn || isManaged || isPatroni) return `${key}=${value}`
  }
  return null
}

interface Bare {
  readonly named: readonly Subject[]
  readonly likely: string | null
  readonly isTarget: boolean
  readonly isUnmirrored: boolean
}

function verdict(service: Service, { named, likely, isTarget: isAsked, isUnmirrored }: Bare) {
  const keeper = keeperOf(service)
  const isMissed = named.length > 0 || isAsked
  const unkept: Severity = isMissed ? 'error' : 'warning'
  const kept: Severity = isMissed ? 'warning' : 'info'
  return finding({
    subject: serviceSubject(service),
    also: named,
    confidence: keeper === null ? 'inferred' : 'possible',
    severity: keeper === null ? unkept : kept,
    args: {
      ports: portsText(service),
      headless: service.clusterIP === 'None',
      named: named.map((it) => `${it.kind} ${full(it)}`),
      likely,
      keeper,
      unmirrored: isUnmirrored,
    },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec',
        lines: ['spec:', `  clusterIP: ${service.clusterIP ?? 'none'}`, `  # ports: ${portsText(service)}`],
        at: 0,
        mark: 'spec',
        label: 'no selector',
      },
    ],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}
