import type {
  Contact,
  Contacts,
  DirectContact,
  HttpContact,
  HttpEnd,
  NodePortContact,
  RoutedContact,
  StrangerAnswer,
  Unasked,
} from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Model } from '../../model/sources.ts'
import { announceLogs } from './announce-logs.ts'
import { announceHttp, httpBudget, requestsOf } from './announce-http.ts'
import { announceApi, planApi } from './plan-api.ts'
import { announceBetween, hubsOf } from './plan-between.ts'
import { deniedToProbe } from './denied-to-probe.ts'
import { leastTries, planConnects } from './plan-contacts.ts'
import { type CrossingSpec, planCrossings } from './plan-crossings.ts'
import { planDirect } from './plan-direct.ts'
import { planHttp } from './plan-http.ts'
import { type Counts, defaultCounts, pathCounts, planSeries } from './plan-dns.ts'
import { apiServerName, asDnsName, type DnsName } from '../../wire/dns-name.ts'
import { announceIngressConfigs, type IngressConfigPlan, planIngressConfigs } from '../ingress/plan-ingress-configs.ts'
import { type InsideOptions, type InsideSpec, planInside } from './plan-inside.ts'
import { announceNames, type NamesPlan, namesShare, planNames, serversOf } from './plan-names.ts'
import { planProgramLogs, type ProgramLogSpec } from './plan-program-logs.ts'
import { planProxyLogs, type ProxyLogPlan } from './plan-proxy-logs.ts'
import { planNodePorts } from './plan-node-ports.ts'
import { onePathMs, type Pace } from './pace.ts'
import { planRouted, unaskedRoutes } from './plan-routed.ts'
import { leftOutNodes, planNodes } from './plan-nodes.ts'
import { traceEnds } from '../../relations/path/trace-ends.ts'
import type { ApiSpec, MetricsSpec, SeriesSpec } from '../pod/spec.ts'
import { defaultImage } from '../../model/probe-image.ts'
import { type LogSpec, planServerLogs } from '../logs/server-logs.ts'
import { count, full } from '../../phrases.ts'

export interface ProbeOptions {
  /** From `newRunId`. */
  readonly run: string
  /** Where the probe pods are made (`--probe-namespace`); the scope's namespace, else `default`. */
  readonly namespace?: string
  readonly image?: string
  /** Only these nodes. */
  readonly nodes?: readonly string[]
  readonly maxNodes?: number
  readonly tolerateAll?: boolean
  readonly externalName?: string
  readonly queriesPerSecondPerNode?: number
  readonly counts?: Partial<Counts>
  /** Read conntrack counters on the nodes, and how. */
  readonly conntrack?: ProbePlan['conntrack']
  /** Whether a script may be run in containers that are there; it may unless false. */
  readonly exec?: boolean
  /** Whether HTTP requests may be sent; they may unless false. */
  readonly http?: boolean
  /** Whether logs may be read; they may unless false. */
  readonly logs?: boolean
  readonly connectTries?: number
}

export type PlannedConnect = Omit<Contact, 'node' | 'tries'> & {
  /** Absent: `connectTries`. A Service's own address is tried until each endpoint must have been met. */
  readonly times?: number
}
interface Ports {
  readonly scheme: 'http' | 'https'
  /** Where the same address listens, for redirects from one scheme to the other. */
  readonly ports: { readonly plain: number; readonly tls: number }
}
export type PlannedNodePort = Omit<NodePortContact, 'node' | 'tries'>
export type PlannedHttp = Omit<HttpContact, 'node' | 'basis' | keyof HttpEnd> &
  Ports &
  Required<Pick<HttpContact, 'basis'>> & {
    /** From each node. */
    readonly times: number
    /** Its Ingress refuses whoever asks often: no more is asked than that. Absent = as usual. */
    readonly gentle?: true
  }
export type PlannedStranger = Omit<StrangerAnswer, 'node' | keyof HttpEnd> & Ports
/** Both ports are those of the data plane's Service; null where it serves nothing by that scheme there. */
export type PlannedRouted = Omit<RoutedContact, 'node' | keyof HttpEnd> & {
  readonly scheme: 'http' | 'https'
  readonly ports: { readonly plain: number | null; readonly tls: number | null }
  /** Whether its pods may be asked for the same: nothing on the way changes or judges the request. */
  readonly isPlain: boolean
  /** From each node. */
  readonly times: number
}
export type PlannedDirect = Omit<DirectContact, 'node' | keyof HttpEnd> & Pick<Ports, 'scheme'>

/** All that a probe will do, before it does any of it. */
export interface ProbePlan {
  readonly run: string
  readonly namespace: string
  readonly image: string
  readonly tolerateAll: boolean
  readonly nodes: readonly string[]
  /** Of these the ones whose pods start first, and answer those of the others. */
  readonly hubs: readonly string[]
  /** Nodes that get no pod, and why. */
  readonly skipped: readonly { readonly node: string; readonly why: string }[]
  /** Empty when the cluster's DNS is not known; `dnsNote` says why then. */
  readonly series: readonly SeriesSpec[]
  readonly dnsNote: string | null
  /** The names that users ask for; null when no DNS server is known. The first two nodes ask each server. */
  readonly names: NamesPlan | null
  readonly dnsService: string | null
  /**
   * null when the cluster's domain, which its Corefile names, is no DNS name: then no lookup is made of anything below
   * it.
   */
  readonly clusterName: DnsName | null
  readonly counts: Counts
  readonly queriesPerSecondPerNode: number
  /** No lookup is started after this long; the last ones may take 12 s more. */
  readonly budgetMs: number
  readonly pace: Pace
  /** Connects and HTTP are made from these nodes alone. */
  readonly contactNodes: readonly string[]
  readonly connects: readonly PlannedConnect[]
  readonly nodePorts: readonly PlannedNodePort[]
  readonly connectTries: number
  /** Endpoints of the API server, which each node connects to beside its Service. */
  readonly api: ApiSpec['endpoints']
  readonly http: readonly PlannedHttp[]
  readonly strangers: readonly PlannedStranger[]
  readonly direct: readonly PlannedDirect[]
  readonly through: readonly PlannedDirect[]
  /** Through Gateways, and to HTTPProxies. */
  readonly routed: readonly PlannedRouted[]
  readonly unrouted: NonNullable<Contacts['unrouted']>
  readonly unasked: readonly Unasked[]
  /** `IP:PORT` of those that policies deny to the probe's pods: whoever does not even connect is not waited for. */
  readonly denied: ReadonlySet<string>
  /** What was left out for the sake of load, in words. */
  readonly leftOut: readonly string[]
  readonly inside: readonly InsideSpec[]
  /** Of a trace: connects out of the pod that it starts from. */
  readonly crossings: readonly CrossingSpec[]
  /** Whether pods that are there are looked out of. */
  readonly exec: 'allowed' | 'left-out'
  readonly requests: 'allowed' | 'left-out'
  readonly logs: 'allowed' | 'left-out'
  readonly metrics: readonly MetricsSpec[]
  readonly serverLogs: readonly LogSpec[]
  /** Containers whose last minutes are read for what they say of connections of theirs. */
  readonly programLogs: readonly ProgramLogSpec[]
  readonly ingressConfigs: IngressConfigPlan
  readonly proxyLogs: ProxyLogPlan
  readonly conntrack: 'not-asked' | 'host-network-pod' | 'kube-proxy-exec'
  /** Of the pods of each node: where nodes are asked for the size of packets. */
  readonly podRanges: ReadonlyMap<string, readonly string[]>
}

/**
 * 150/s per node, and 900/s over all nodes: one CoreDNS replica answers some 17000/s per vCPU (coredns/deployment,
 * Scaling_CoreDNS.md), so this stays near a twentieth of one, and three nodes are done in some 7 s.
 */
const ratePerNode = 150
const rateOfAll = 900
const mostNodes = 12

/** Pure: what the read-level model allows to be probed, within the caps. */
export function planProbe(model: Model, options: ProbeOptions): ProbePlan {
  const { nodes, skipped } = planNodes(model, {
    names: options.nodes ?? null,
    most: options.maxNodes ?? mostNodes,
    tolerateAll: options.tolerateAll === true,
  })
  const asked = planLookups(model, options, nodes.length)
  const contactNodes = withHome(spread(nodes, 3), nodes, model)
  const [contacts, nodePorts, planned] = [
    planConnects(model),
    planNodePorts(model),
    planHttp(model, contactNodes.length),
  ]
  const ofRoutes = planRouted(model, contactNodes.length)
  const [http, direct] = requestsWithin(options, planned, planDirect(model, planned.http, ofRoutes.routed))
  const { routed, unrouted, leftOut: routesLeftOut } = options.http === false ? unaskedRoutes(ofRoutes) : ofRoutes
  const requests = {
    run: options.run,
    namespace: options.namespace ?? model.scope.namespace ?? 'default',
    contactNodes,
    http: http.http,
    strangers: http.strangers,
    direct: direct.direct,
    through: direct.through,
  }
  return {
    ...requests,
    routed,
    unrouted,
    image: options.image ?? defaultImage,
    tolerateAll: options.tolerateAll === true,
    nodes,
    hubs: hubsOf(nodes, model.scope.trace === undefined ? null : homeOf(model), asked.pace),
    skipped,
    ...asked,
    connects: contacts.connects,
    nodePorts: nodePorts.nodePorts,
    connectTries: options.connectTries ?? leastTries,
    api: planApi(model),
    unasked: direct.unasked,
    denied: deniedToProbe(model, requests),
    leftOut: [...contacts.leftOut, ...nodePorts.leftOut, ...http.leftOut, ...routesLeftOut, ...direct.leftOut],
    ...planExecs(model, {
      exec: options.exec === false ? 'left-out' : 'allowed',
      clusterName: asked.clusterName,
      outside: asDnsName(absolute(options.externalName ?? 'example.com')),
      nodes: options.nodes ?? null,
    }),
    requests: options.http === false ? 'left-out' : 'allowed',
    logs: options.logs === false ? 'left-out' : 'allowed',
    programLogs: planProgramLogs(model),
    ingressConfigs: planIngressConfigs(model),
    proxyLogs: planProxyLogs(model),
    conntrack: options.conntrack ?? 'not-asked',
    podRanges: podRanges(model, options.conntrack ?? 'not-asked'),
  }
}

/** Without requests, what would have been asked is told as not asked, a port of a Service each. */
function requestsWithin(
  { http: mayAsk }: ProbeOptions,
  http: ReturnType<typeof planHttp>,
  direct: ReturnType<typeof planDirect>,
): [typeof http, typeof direct] {
  if (mayAsk !== false) return [http, direct]
  const ports = new Map(direct.direct.map(({ service }) => [`${full(service)}:${service.port}`, service]))
  const flagged = [...ports.values()].map((service): Unasked => ({ service, protocol: 'TCP', why: 'flag' }))
  return [
    { http: [], strangers: [], leftOut: [] },
    {
      direct: [],
      through: [],
      unasked: [...direct.unasked.filter((it) => it.why !== 'bound'), ...flagged],
      leftOut: [],
    },
  ]
}

function podRanges({ sources: { nodes } }: Model, conntrack: ProbePlan['conntrack']): ProbePlan['podRanges'] {
  if (conntrack === 'not-asked' || !nodes.known) return new Map()
  return new Map(nodes.value.map((it) => [it.name, it.podCidrs ?? []]))
}

type LookupsPart =
  | 'series'
  | 'dnsNote'
  | 'names'
  | 'dnsService'
  | 'clusterName'
  | 'counts'
  | 'queriesPerSecondPerNode'
  | 'budgetMs'
  | 'pace'
  | 'metrics'
  | 'serverLogs'

/** What is asked of DNS, and what is read of its servers meanwhile. */
function planLookups(model: Model, options: ProbeOptions, nodes: number): Pick<ProbePlan, LookupsPart> {
  const { clusterDns: dns } = model.sources
  const pace: Pace = isOnePath(model.scope) ? 'one-path' : 'usual'
  const counts = { ...(pace === 'one-path' ? pathCounts : defaultCounts), ...options.counts }
  const externalName = absolute(options.externalName ?? 'example.com')
  const wanted = options.queriesPerSecondPerNode ?? ratePerNode
  const rate = Math.max(1, Math.min(wanted, Math.floor(rateOfAll / Math.max(1, nodes))))
  const clusterName = apiServerName(dns.known ? dns.value.domain : 'cluster.local')
  const dnsNote = noteOn(dns)
  const shared = { dnsNote, clusterName, counts, pace, queriesPerSecondPerNode: rate }
  if (!dns.known)
    return {
      ...shared,
      series: [],
      names: null,
      dnsService: null,
      budgetMs: budget([], rate, pace),
      metrics: [],
      serverLogs: [],
    }
  const freshName = `hopscope-${options.run}.${externalName}`
  const { series, endpoints } =
    clusterName === null
      ? { series: [], endpoints: [] }
      : planSeries(dns.value, { counts, clusterName, externalName, freshName })
  const forNames = { servers: serversOf(series), externalName, run: options.run, rate }
  return {
    ...shared,
    series,
    names: series.length > 0 ? planNames(model, dns.value, forNames) : null,
    dnsService: dns.value.service?.clusterIP ?? null,
    budgetMs: budget(series, (1 - namesShare) * rate, pace),
    metrics: endpoints.map((it) => ({ ...it, port: 9153, ...limitOf(dns, it.pod) })),
    serverLogs: planServerLogs(dns.value),
  }
}

/** A trace, or a URL. */
function isOnePath({ trace, target }: Model['scope']): boolean {
  return trace !== undefined || (target.kind === 'object' && target.url !== null)
}

/** What is run in containers that are there. */
function planExecs(
  model: Model,
  { exec, clusterName, ...inside }: Pick<ProbePlan, 'exec' | 'clusterName'> & InsideOptions,
): Pick<ProbePlan, 'inside' | 'crossings' | 'exec'> {
  if (exec === 'left-out') return { inside: [], crossings: [], exec }
  return {
    inside: clusterName === null ? [] : planInside(model, clusterName, inside),
    crossings: planCrossings(model),
    exec,
  }
}

/** Queries of one node when all goes well. */
export function queriesOf(series: readonly SeriesSpec[]): number {
  return series.reduce((sum, it) => sum + 2 * it.count, 0)
}

/** Half as much time again as the cap alone takes: slow answers must not cost lookups, nor a dead server minutes. */
function budget(series: readonly SeriesSpec[], rate: number, pace: Pace): number {
  if (pace === 'one-path') return onePathMs.lookups
  return Math.round(Math.min(30, Math.max(6, (1.4 * queriesOf(series)) / rate)) * 1000)
}

/** `most` of them, evenly over the list. */
function spread(nodes: readonly string[], most: number): readonly string[] {
  if (nodes.length <= most) return nodes
  return Array.from({ length: most }, (_, i) => nodes[Math.floor((i * nodes.length) / most)] ?? '')
}

/** The node of the pod that a trace starts from. */
function homeOf(model: Model): string | null {
  return traceEnds(model)?.from?.node ?? null
}

/** A trace is about one pod: what its node reaches says most. */
function withHome(chosen: readonly string[], nodes: readonly string[], model: Model): readonly string[] {
  const home = homeOf(model)
  if (home === null || chosen.includes(home) || !nodes.includes(home)) return chosen
  return [home, ...chosen.slice(0, 2)]
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

function limitOf(dns: Known<ClusterDns>, pod: string): { readonly cpuLimitMilli?: number } {
  const limit = dns.known
    ? dns.value.pods.find((it) => it.name === pod)?.containers.find((it) => it.cpuLimitMilli !== null)?.cpuLimitMilli
    : null
  return typeof limit === 'number' ? { cpuLimitMilli: limit } : {}
}

export const noDomain = 'the domain of the cluster, as the Corefile has it, is no DNS name'

function noteOn(dns: Known<ClusterDns>): string | null {
  if (!dns.known) return dns.why.detail
  if (apiServerName(dns.value.domain) === null) return noDomain
  return dns.value.service === null ? 'there is no Service kube-system/kube-dns' : null
}

/** The plan in words, for before it starts: what is created where, how much is asked, how long at most. */
export function announce(plan: ProbePlan): readonly string[] {
  const pods = plan.nodes.length * (plan.conntrack === 'host-network-pod' ? 2 : 1)
  const seconds = Math.ceil(plan.budgetMs / 1000)
  const longest = Math.max(seconds, requestsOf(plan) === 0 ? 0 : Math.ceil(httpBudget(plan) / 1000))
  const starts = 2 * plan.hubs.length
  return [
    `creates ${count(pods, 'pod')} in namespace ${plan.namespace} on ${plan.nodes.join(', ') || 'no node'}, ` +
      `image ${plan.image}; removed at the end`,
    ...(plan.series.length > 0
      ? [
          `asks DNS at most ${plan.queriesPerSecondPerNode} queries/s per node, ` +
            `${queriesOf(plan.series)} per node in all, starting none after ${seconds} s; ` +
            'slows down and stops when answers get worse' +
            (plan.metrics.some((it) => (it.cpuLimitMilli ?? null) !== null) ? ', or a server nears its CPU limit' : ''),
        ]
      : [`asks no DNS server: ${plan.dnsNote ?? 'none is known'}`]),
    ...uncached(plan.series),
    ...(plan.names === null ? [] : announceNames(plan.names)),
    ...(plan.metrics.length > 0
      ? [`fetches the metrics page of ${count(plan.metrics.length, 'DNS server')} from each node, twice at most`]
      : []),
    ...(plan.nodes.length > 0 ? [announceApi(plan.api)] : []),
    ...announceBetween(plan.hubs),
    ...(plan.connects.length > 0
      ? [
          `opens TCP connections to ${count(plan.connects.length, 'address', 'addresses')} ` +
            `from ${plan.contactNodes.join(', ')}, at most ${plan.connectTries} times each` +
            `${ofServices(plan)}, twice more where the other side hangs up at once, and sends nothing`,
        ]
      : []),
    ...(plan.nodePorts.length > 0 ? [`opens as many to ${count(plan.nodePorts.length, 'NodePort')} of nodes`] : []),
    ...announceHttp(plan),
    ...(plan.inside.length > 0 ? [announceInside(plan.inside)] : []),
    ...announceCrossings(plan.crossings),
    ...(plan.logs === 'left-out' ? [] : announceLogs(plan)),
    ...(plan.exec === 'left-out' ? [] : announceIngressConfigs(plan.ingressConfigs, plan.logs)),
    ...byFlags(plan),
    ...announceConntrack[plan.conntrack],
    ...leftOutNodes(plan.skipped),
    ...plan.leftOut,
    `takes ${longest + 3 + starts} s when all is well, ${silentSeconds(plan, { seconds, longest }) + starts} s when ` +
      (requestsOf(plan) === 0 ? 'DNS is silent' : 'DNS or a web server is silent') +
      ', at most two minutes; each pod ends itself after that' +
      (plan.exec === 'left-out' ? '' : ', and when this command is gone where it may exec in them'),
  ]
}

function silentSeconds(plan: ProbePlan, { seconds, longest }: { seconds: number; longest: number }): number {
  if (plan.pace === 'one-path') return Math.ceil(onePathMs.all / 1000) + 2
  return requestsOf(plan) === 0 ? seconds + 15 : longest + 18
}

/** The address of a Service with several endpoints is tried more often. */
function ofServices({ connects, connectTries }: ProbePlan): string {
  const most = Math.max(0, ...connects.map((it) => it.times ?? 0))
  return most <= connectTries ? '' : ` (a Service's own up to ${most} times, to meet each of its endpoints)`
}

/** What the user's flags leave out. */
function byFlags({ exec, requests, logs }: ProbePlan): readonly string[] {
  return [
    ...(exec === 'left-out' ? ['runs nothing in containers that are there (--no-exec)'] : []),
    ...(requests === 'left-out' ? ['sends no HTTP request to any application or controller (--no-http)'] : []),
    ...(logs === 'left-out' ? ['reads no log (--no-logs)'] : []),
  ]
}

const announceConntrack: Readonly<Record<ProbePlan['conntrack'], readonly string[]>> = {
  'not-asked': [],
  'host-network-pod': [
    'reads conntrack counters on each node: half of the pods are hostNetwork pods without privileges',
    'reads there routes, interfaces, switches of the kernel and what kube-proxy says of its health; ' +
      "sends each node some 9 datagrams from up to 12 pods, 6 of them as large as a pod's interface takes: " +
      'each hostNetwork pod answers those of this run on a port of its own until it is removed',
  ],
  'kube-proxy-exec': [
    "reads conntrack counters on each node: runs `cat` in kube-proxy's pod, for routes and the kernel's switches, " +
      'and twice, for the rules that drop, `iptables-save -c` and `nft list tables`, ' +
      "and `nft -t list table` for up to 8 that are neither of iptables nor of kube-proxy or a pod network's",
  ],
}

/** What stands in `inside-script.ts`, in its order. */
function announceInside(inside: ProbePlan['inside']): string {
  const most = Math.max(...inside.map((it) => it.names.length))
  const names = most === 0 ? 'one name' : `at most ${most + 1} names`
  const pods = new Set(inside.map((it) => `${it.namespace}/${it.pod}`)).size
  const ofPods = pods === inside.length ? '' : ` of ${count(pods, 'pod')}`
  return (
    `runs a short script in ${count(inside.length, 'application container')}${ofPods}: reads resolv.conf, hosts, ` +
    'nsswitch.conf, routes, the state of TCP sockets, which ports are open and how many files, ' +
    `looks up ${names}, asks each nameserver once, and makes one connection` +
    (inside.some((it) => it.ports !== undefined)
      ? ', 3 more at most to its own ports where it listens on :: alone'
      : '')
  )
}

function announceCrossings(crossings: ProbePlan['crossings']): readonly string[] {
  const [first] = crossings
  if (first === undefined) return []
  const { namespace, pod, container } = first.from
  const connects = count(crossings.length, 'TCP connection')
  const pods = new Set(crossings.map(({ from }) => `${from.namespace}/${from.pod}`))
  const where =
    pods.size === 1 ? `container ${container} of pod ${namespace}/${pod}` : `a container of each of ${pods.size} pods`
  return [
    `opens ${connects} out of ${where}, once each, once more where the other side hangs up at once, and sends nothing`,
  ]
}

/** The one thing of a probe that somebody outside of the cluster may see. */
function uncached(series: readonly SeriesSpec[]): readonly string[] {
  const fresh = series.filter((it) => it.fresh === true)
  const [first] = fresh
  if (first === undefined) return []
  return [
    `among them are ${fresh.reduce((sum, it) => sum + it.count, 0)} lookups per node of names that do not exist, ` +
      `below ${first.name}: these go on to where CoreDNS forwards to`,
  ]
}
