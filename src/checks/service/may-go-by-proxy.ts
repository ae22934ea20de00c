import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Container, ContainerProxy, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type Callable, calledBy, callableFrom } from '../../relations/service/called-services.ts'
import {
  exceptedBy,
  exceptionsText,
  holdsAddress,
  isInside,
  type Proxied,
  proxiedCalls,
  proxyOf,
} from '../../relations/service/proxied-calls.ts'
import { isOver, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A program that is told `cart` and a port, or an address, may speak HTTP or something else: whether it asks the proxy
 * shows in no spec. Of a workload that was asked about, what it may call by names and as a client of the API server is
 * told as well; of each pod with a proxy in a whole cluster that would be noise.
 */
export default check({
  code: 'SVC261',
  slug: 'service/may-go-by-proxy',
  title: 'calls inside the cluster may go to an outside proxy',
  fine: 'NO_PROXY holds what containers with a proxy are told to call inside the cluster without a scheme',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: ['NET-12'],

  run({ pods, services, clusterDns, namespaces, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const calls = proxiedCalls(pods, around)
    const isNamed = namedIn(scope, pods, services)
    const all = containersOf(pods).flatMap((it) => {
      const named = isNamed(it.pod)
      if (it.container.proxyElsewhere === true) return named ? [untold(it, 'a proxy of')] : []
      return sidesOf(it, { calls, around, named, pods })
    })
    return all.length === 0
      ? notApplicable('no container here has a proxy and may call a Service by it without a scheme')
      : all
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.hosts.length > 0)
        return `${on.kind} ${full(on)} may ask the proxy ${args.proxy} for ${some(args.hosts)}, inside this cluster.`
      return args.names
        ? `What ${on.kind} ${full(on)} calls by HTTP inside the cluster would go to the proxy ${args.proxy}.`
        : `${on.kind} ${full(on)} would ask the proxy ${args.proxy} for the API server, if it is a client of it.`
    },
    detail: ({ args }) =>
      `container ${args.container} · ` + exceptionsText(args.variable, [...args.except, ...args.ranges]),
    note: ({ args }) =>
      (args.hosts.length > 0
        ? 'seen in the spec alone: no scheme tells whether it speaks HTTP, for which curl, Go, Python and gRPC heed ' +
          'these variables; a proxy outside knows no name and no address of the cluster'
        : 'nothing shows whether it does, and whether its program heeds these variables: curl, Go, Python and ' +
          'gRPC do') +
      (args.api
        ? '; clients of the API server ask for its address (KUBERNETES_SERVICE_HOST), which NO_PROXY does not hold'
        : ''),
    help: ({ subject: on, args }) => [
      `add ${[...args.hosts, '.svc', args.domain].join(', ')} and the Services' range of addresses to NO_PROXY of ` +
        `${on.kind} ${on.name}, in small letters too: no_proxy`,
      `kubectl -n ${on.namespace} get pods -o jsonpath='{range .items[*]}{.metadata.name}: ` +
        `{.spec.containers[*].env[?(@.name=="NO_PROXY")].value} ` +
        `{.spec.containers[*].env[?(@.name=="no_proxy")].value}{"\\n"}{end}'`,
      `kubectl -n ${on.namespace} exec ${on.kind.toLowerCase()}/${on.name} -c ${args.container} -- ` +
        'printenv NO_PROXY no_proxy',
    ],
  },
})

interface Place {
  readonly pod: Pod
  readonly container: Container
}

/** Of each workload one pod: they have one template, but for a rollout. */
function containersOf(pods: readonly Pod[]): readonly Place[] {
  const first = new Map<string, Pod>()
  for (const pod of pods) {
    const key = subjectKey(workloadOfPod(pod))
    if (!isOver(pod) && !first.has(key)) first.set(key, pod)
  }
  return [...first.values()].flatMap((pod) =>
    pod.containers
      .filter((it) => it.proxy !== undefined || it.proxyElsewhere === true)
      .map((container) => ({ pod, container })),
  )
}

function namedIn({ target }: Scope, pods: readonly Pod[], services: readonly Service[]): (pod: Pod) => boolean {
  if (target.kind !== 'object') return () => false
  const { object } = target
  if (object.kind !== 'Service') {
    const key = subjectKey(object)
    return (pod) => subjectKey(workloadOfPod(pod)) === key || `Pod/${pod.namespace}/${pod.name}` === key
  }
  const service = services.find((it) => it.namespace === object.namespace && it.name === object.name)
  const behind = new Set((service === undefined ? [] : podsOfServices(pods)(service)).map((it) => placeOf(it)))
  return (pod) => behind.has(placeOf(pod))
}

/** A rollout has several pods of one workload: one of them stands for all. */
function placeOf(pod: Pod): string {
  return subjectKey(workloadOfPod(pod))
}

interface Around {
  readonly calls: readonly Proxied[]
  readonly around: Callable
  readonly named: boolean
  readonly pods: readonly Pod[]
}

function untold({ pod, container }: Place, what: string) {
  return cannotTell(
    'not-there',
    `${what} ${full(workloadOfPod(pod))}, container ${container.name}, stands in a ConfigMap or a Secret, ` +
      'which are not read',
  )
}

function sidesOf(place: Place, { calls, around, named, pods }: Around) {
  const { pod, container } = place
  const rules = container.proxy
  const proxy = rules === undefined ? null : proxyOf(rules)
  if (rules === undefined || proxy === null || isInside(pod, proxy, around)) return []
  const on = workloadOfPod(pod)
  const own = calls.filter((it) => it.container === container.name && placeOf(it.pod) === placeOf(pod))
  const told = own.filter((it) => !it.isWeb && mayBeWeb(it, around))
  const addressed = (container.addresses ?? []).filter((it) => isOfCluster(it.ip, around.services, pods))
  if (rules.except === null) return named || told.length > 0 ? [untold(place, 'NO_PROXY of')] : []
  const hosts = [
    ...told.filter((it) => exceptedBy(rules, it.call) !== 'all').map((it) => it.call.host),
    ...addressed.filter((it) => holdsAddress(rules, it.ip) === false).map((it) => it.ip),
  ]
  // What it calls by a URL is SVC237's, and says more.
  const isTold = hosts.length > 0 || own.some((it) => it.isWeb && exceptedBy(rules, it.call) !== 'all')
  const names = named && !isTold && !holdsSome(rules, pod, around)
  const api = named && asksApiByProxy(rules, container, around.services)
  if (hosts.length > 0 || names || api)
    return [
      finding({
        subject: on,
        confidence: 'possible',
        severity: severityOf({ hosts, names, except: rules.except }),
        args: {
          proxy,
          container: container.name,
          hosts: [...new Set(hosts)],
          names,
          api,
          except: rules.except,
          ranges: rules.ranges ?? [],
          variable: variableOf(rules),
          domain: `.${around.domain ?? 'cluster.local'}`,
        },
        evidence: evidenceOf(on, container, rules),
      }),
    ]
  return named || told.length + addressed.length > 0 ? [ok(1)] : []
}

interface Seen {
  readonly hosts: readonly string[]
  readonly names: boolean
  readonly except: readonly string[]
}

/** Who excepted names thought of what is called; where nothing is excepted, nobody did. */
function severityOf({ hosts, names, except }: Seen): Severity {
  return hosts.length > 0 || (names && except.length === 0) ? 'warning' : 'info'
}

function evidenceOf(on: Subject, { name, calls = [], addresses = [] }: Container, rules: ContainerProxy) {
  const evidence: readonly Evidence[] = [
    {
      kind: 'config',
      object: on,
      path: `containers[${name}]`,
      lines: [
        `proxy: ${proxyOf(rules)}`,
        `${rules.by ?? 'NO_PROXY'}: ${exceptedText(rules)}`,
        ...calls.slice(0, 4).map((it) => `${it.by ?? 'command'}: ${it.host}${it.port === null ? '' : `:${it.port}`}`),
        ...addresses.slice(0, 4).map((it) => `${it.by}: ${it.ip}`),
      ],
      at: 1,
      mark: rules.by ?? 'NO_PROXY',
      label: 'what must not go to the proxy',
    },
  ]
  return evidence
}

/** Old recordings do not say which. */
function variableOf({ by }: ContainerProxy): 'NO_PROXY' | 'no_proxy' | null {
  return by === undefined ? 'NO_PROXY' : by
}

/** Of what it names, only what may be of the cluster is kept. */
function exceptedText({ except, ranges = [], by }: ContainerProxy): string {
  const all = [...(except ?? []), ...ranges]
  if (all.length > 0) return all.join(',')
  return by === null ? '(not set)' : '(nothing of the cluster)'
}

/** Ports on which HTTP or gRPC is spoken nearly always; a database's own protocol goes by no proxy of this kind. */
const webPorts: ReadonlySet<number> = new Set([80, 443, 3000, 5000, 8000, 8080, 8081, 8443, 8888, 9090, 50_051])
const webNames = /^(?:https?|grpc|grpcs|h2c|web|http2|http-.{1,60}|https-.{1,60}|grpc-.{1,60}|web-.{1,60})$/i

function mayBeWeb({ pod, call }: Proxied, around: Callable): boolean {
  const called = calledBy(pod, call, around)
  if (called.is !== 'there') return false
  const ports = called.service.ports.filter((it) => call.port === null || it.port === call.port)
  const isWeb = ports.some(
    (it) => webNames.test(it.appProtocol ?? '') || webNames.test(it.name ?? '') || webPorts.has(it.port),
  )
  return isWeb || (ports.length === 0 && call.port !== null && webPorts.has(call.port))
}

function isOfCluster(ip: string, services: readonly Service[], pods: readonly Pod[]): boolean {
  return services.some((it) => it.clusterIP === ip) || pods.some((it) => it.ip === ip && !isOver(it))
}

/** NO_PROXY that holds full names, or a Service beside it, was written with the cluster in mind. */
function holdsSome(rules: ContainerProxy, { namespace }: Pod, { domain, services }: Callable): boolean {
  const beside = services.filter((it) => it.namespace === namespace).map((it) => it.name)
  const names = [`x.${namespace}.svc.${domain ?? 'cluster.local'}`, `x.${namespace}.svc`, `x.${namespace}`, ...beside]
  return names.some((host) => exceptedBy(rules, { host, port: null }) === 'all')
}

/** rest.InClusterConfig of client-go: `https://KUBERNETES_SERVICE_HOST`, an address unless the spec says otherwise. */
function asksApiByProxy(rules: ContainerProxy, { calls = [] }: Container, services: readonly Service[]): boolean {
  if (rules.https === null || calls.some((it) => it.by === 'KUBERNETES_SERVICE_HOST')) return false
  const ip = services.find((it) => it.namespace === 'default' && it.name === 'kubernetes')?.clusterIP ?? null
  if (ip !== null) return holdsAddress(rules, ip) === false
  return rules.ranges?.length === 0 && rules.except?.includes('*') === false
}
