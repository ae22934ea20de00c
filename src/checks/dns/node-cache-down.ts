import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, type Confidence, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known, Why } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { type Subject, subject } from '../../model/subject.ts'
import {
  type Asked,
  askedInside,
  isNodesOwn,
  leavingCaches,
  nodesBare,
  nodesWithoutCache,
  serversAnswer,
  stuckCaches,
} from '../../relations/dns/cache-state.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { cachePlaceholders, dnsLossInPod, dnsLossOnNode } from '../../relations/symptom.ts'
import { isClusterFirst } from '../../relations/dns/pod-resolvers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { full, some } from '../../phrases.ts'
import { commands, detail, type Down, headline, helps, noteOf } from './node-cache-words.ts'

/**
 * Between pods and CoreDNS a cache may stand on each node: a pod of NodeLocal DNSCache, or a program of the node's own.
 * Where it does not run, the pods of that node ask an address that nobody answers; where packets go past it, it is
 * there for nothing.
 */
export default check({
  code: 'DNS173',
  slug: 'dns/node-cache-down',
  title: "a node's DNS cache is not at work",
  fine: 'each DNS cache of a node is at work, and no node whose pods ask one lacks it',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['nodes', 'pods', 'insideViews', 'dnsProbe', 'dnsServerLogs'],
  remedies: [],
  decides: ['DNS-62', 'DNS-64', 'DNS-65', 'DNS-66', 'DNS-70', 'DNS-73', 'DNS-74'],

  run({ clusterDns, nodes, pods, insideViews, dnsProbe, dnsServerLogs }) {
    const asked = askedInside(insideViews, pods)
    const found = [
      ...stuck(clusterDns, dnsServerLogs),
      ...leaving(clusterDns, dnsProbe),
      ...passedBy(clusterDns),
      ...missed(clusterDns, nodes, pods, asked),
      ...absent(clusterDns, nodes, pods, asked),
      ...nodesOwn(clusterDns, asked, dnsProbe),
    ]
    if (found.length > 0) return found
    const unread = unreadWay(clusterDns)
    if (unread !== null) return cannotTell(unread.reason, `whether packets come to the caches: ${unread.detail}`)
    if (clusterDns.nodeCaches.length > 0) return ok(clusterDns.nodeCaches.length)
    const own = asked.filter((it) => isNodesOwn(clusterDns, it.server))
    const unanswered = own.find((it) => !it.answered)
    if (unanswered !== undefined && own.some((it) => it.answered && it.server === unanswered.server))
      return cannotTell(
        'ambiguous',
        `pod ${full(unanswered.pod)} is not answered by ${unanswered.server}, and others are`,
      )
    return own.length > 0 ? ok(own.length) : notApplicable('no DNS cache runs on the nodes')
  },

  words: {
    headline: ({ subject: on, args }) => `${headline(on, args)}.`,
    detail: ({ subject: on, args }) => detail(on, args),
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [helps[args.case], ...commands(on, args)],
  },
})

interface Told {
  readonly on: Subject
  readonly also?: readonly Subject[]
  readonly args: Down
  readonly evidence: readonly Evidence[]
  readonly severity?: Severity
  readonly confidence?: Confidence
  readonly symptoms?: readonly string[]
  readonly dueTo?: readonly string[]
  readonly causes?: readonly string[]
}

function told({ severity = 'error', confidence = 'inferred', on, ...rest }: Told) {
  return finding({ subject: on, severity, confidence, ...rest })
}

function cacheSubject(pods: readonly Pod[]): Subject {
  const [first] = pods
  if (first === undefined) return subject('DaemonSet', 'kube-system', 'node-local-dns')
  return pods.length === 1 ? subject('Pod', first.namespace, first.name) : workloadOfPod(first)
}

function lossOn(nodes: readonly (string | null)[]): readonly string[] {
  return nodes.flatMap((it) =>
    it === null
      ? []
      : [dnsLossOnNode(it), `dns-external:node/${it}`, `dns-cut-off:node/${it}`, `dns-service:node/${it}`],
  )
}

/** What does not run does not answer. Why, where its log was read. */
function stuck(dns: ClusterDns, logs: Known<readonly DnsServerLog[]>) {
  const all = stuckCaches(dns)
  const [first] = all
  if (first === undefined) return []
  const pods = all.map((it) => it.pod)
  const taken = signsOf(logs, pods, 'cannot-listen')
  const upstream = signsOf(logs, pods, 'no-upstream-service')
  const signs = taken.length > 0 ? taken : upstream
  const said = signs[0]?.sign.said ?? null
  const unlessTaken = upstream.length > 0 ? 'no-upstream' : 'crash'
  const how = taken.length > 0 ? 'port-taken' : unlessTaken
  const nodes = pods.map((it) => it.node)
  const isLedTo = pods.every((it) => !it.hostNetwork)
  return [
    told({
      on: cacheSubject(pods),
      ...(isLedTo ? { severity: 'warning', confidence: 'possible' } : {}),
      args: {
        case: how,
        namespace: first.pod.namespace,
        pod: first.pod.name,
        pods: pods.map((it) => it.name),
        nodes: nodes.map(String),
        of: dns.nodeCaches.length,
        state: first.why,
        said,
        isLedTo,
      },
      evidence: [
        ...(signs.length === 0 ? [] : [logEvidence(signs)]),
        ...all
          .slice(0, 6)
          .map((it) => ({ kind: 'fact' as const, label: `${it.pod.name} on ${it.pod.node}`, value: it.why })),
      ],
      dueTo: [cachePlaceholders],
      causes: isLedTo ? [] : lossOn(nodes),
    }),
  ]
}

/** A pod that ends is no news for some seconds; while lookups at its address fail it is the reason. */
function leaving(dns: ClusterDns, probe: Known<DnsProbe>) {
  const addresses = cacheAddresses(dns)
  return leavingCaches(dns).map((pod) => {
    const series = probe.known
      ? seriesOf(probe.value, { node: pod.node ?? '' }).filter((it) => addresses.includes(it.server.ip))
      : []
    const { of, silent } = lossOf(series)
    const dead = nearlyAll(silent, of)
    return told({
      on: cacheSubject([pod]),
      args: { case: 'leaving', namespace: pod.namespace, pod: pod.name, node: pod.node, failed: silent, of, dead },
      severity: dead ? 'error' : 'info',
      confidence: dead ? 'observed' : 'inferred',
      evidence: [{ kind: 'fact', label: pod.name, value: 'has a deletionTimestamp' }],
      causes: dead ? lossOn([pod.node]) : [],
    })
  })
}

/** A cache that took the DNS Service's address, where packets for that address never come to it. */
function passedBy(dns: ClusterDns) {
  const proxy = dns.serviceProxy
  const vip = dns.service?.clusterIP ?? ''
  if (proxy === undefined || !proxy.known || !cacheAddresses(dns).includes(vip)) return []
  const caches = dns.nodeCaches
  const namespace = caches[0]?.namespace ?? 'kube-system'
  const on = cacheSubject(caches)
  if (proxy.value.kind === 'kube-proxy') {
    if (proxy.value.mode !== 'ipvs') return []
    return [
      told({
        on,
        severity: 'warning',
        args: { case: 'ipvs', namespace, vip, addresses: cacheAddresses(dns) },
        evidence: [{ kind: 'fact', label: 'addresses that the caches take', value: cacheAddresses(dns).join(', ') }],
      }),
    ]
  }
  // An API server that does not know the kind has none of it.
  const { redirects } = proxy.value
  if (redirects.known ? redirects.value.length > 0 : redirects.why.reason !== 'not-there') return []
  return [
    told({
      on,
      severity: 'warning',
      args: { case: 'bypassed', namespace, vip, addresses: cacheAddresses(dns) },
      evidence: [{ kind: 'fact', label: 'CiliumLocalRedirectPolicies', value: 'none' }],
    }),
  ]
}

/** Why it is not known whether packets for the DNS Service's address come to the caches that took it; null: it is. */
function unreadWay(dns: ClusterDns): Why | null {
  const proxy = dns.serviceProxy
  if (proxy === undefined || !cacheAddresses(dns).includes(dns.service?.clusterIP ?? '')) return null
  // Neither kube-proxy nor Cilium as pods: the node's own, of which nothing is said.
  if (!proxy.known) return proxy.why.reason === 'not-there' ? null : proxy.why
  return proxy.value.kind === 'cilium' && !proxy.value.redirects.known ? proxy.value.redirects.why : null
}

/** GKE runs its cache on nodes that bear this label, and sets it when the node is made. */
const gkeLabel = 'addon.gke.io/node-local-dns-ds-ready'

interface Missing {
  readonly node: Node
  readonly pods: readonly Pod[]
}

/**
 * Nodes whose kubelets hand the address of the cache to pods that are there, and that have none, be it that a taint
 * keeps it off: it is a link-local address, which no other node answers.
 */
function missing(
  dns: ClusterDns,
  nodes: Known<readonly Node[]>,
  pods: Known<readonly Pod[]>,
  asked: readonly Asked[],
): readonly Missing[] {
  const own = ownAddresses(dns)
  const [first] = dns.handedOut?.known === true ? dns.handedOut.value : []
  if (first === undefined || !own.includes(first) || !nodes.known || !pods.known) return []
  return nodesBare(dns, nodes.value).flatMap((node) => {
    const its = pods.value.filter((it) => it.node === node.name && isLive(it) && isClusterFirst(it))
    const answered = asked.some((it) => it.pod.node === node.name && own.includes(it.server) && it.answered)
    return its.length === 0 || answered ? [] : [{ node, pods: its }]
  })
}

/** Addresses that a cache has beside the DNS Service's: those that nobody else answers. */
function ownAddresses(dns: ClusterDns): readonly string[] {
  return cacheAddresses(dns).filter((it) => it !== dns.service?.clusterIP)
}

function missed(dns: ClusterDns, nodes: Known<readonly Node[]>, pods: Known<readonly Pod[]>, asked: readonly Asked[]) {
  const all = missing(dns, nodes, pods, asked)
  const [first] = all
  const handed = dns.handedOut?.known === true ? dns.handedOut.value : []
  const [cache] = dns.nodeCaches
  if (first === undefined || cache === undefined) return []
  const own = ownAddresses(dns)
  const isFirst = handed.some((it) => !own.includes(it))
  const names = all.map(({ node }) => node.name)
  const theirs = all.flatMap((it) => it.pods)
  return [
    told({
      on: workloadOfPod(cache),
      severity: isFirst ? 'warning' : 'error',
      also: names.map((it) => subject('Node', null, it)),
      args: {
        case: 'missed',
        namespace: cache.namespace,
        nodes: names,
        pods: theirs.map((it) => `${it.namespace}/${it.name}`),
        server: handed[0] ?? '',
        isFirst,
        // Every DaemonSet tolerates what the node controller sets.
        taints: first.node.taints
          .filter((it) => !it.key.startsWith('node.kubernetes.io/'))
          .map((it) => `${it.key}:${it.effect}`),
      },
      evidence: [
        { kind: 'fact', label: 'ConfigMap kube-system/kubelet-config', value: `clusterDNS: ${some(handed)}` },
        ...all.slice(0, 4).map((it) => ({
          kind: 'fact' as const,
          label: `node ${it.node.name}, no cache`,
          value: some(it.pods.map((one) => `${one.namespace}/${one.name}`)),
        })),
      ],
      causes: isFirst ? [] : [...lossOn(names), ...theirs.map(dnsLossInPod)],
    }),
  ]
}

function absent(dns: ClusterDns, nodes: Known<readonly Node[]>, pods: Known<readonly Pod[]>, asked: readonly Asked[]) {
  const spoken = new Set(missing(dns, nodes, pods, asked).map((it) => it.node.name))
  const without = (nodes.known ? nodesWithoutCache(dns, nodes.value) : []).filter((it) => !spoken.has(it.name))
  const vip = dns.service?.clusterIP ?? null
  const own = cacheAddresses(dns).filter((it) => it !== vip)
  return without.map((node) => {
    const here = asked.filter((it) => it.pod.node === node.name && own.includes(it.server))
    const lost = here.filter((it) => !it.answered)
    const gke = dns.nodeCaches.length > 0 && node.kubelet.includes('-gke.') && node.labels[gkeLabel] !== 'true'
    return told({
      on: subject('Node', null, node.name),
      severity: lost.length > 0 ? 'error' : 'info',
      confidence: lost.length > 0 ? 'observed' : 'inferred',
      args: {
        case: 'absent',
        namespace: dns.nodeCaches[0]?.namespace ?? 'kube-system',
        having: new Set(dns.nodeCaches.map((it) => it.node)).size,
        label: gke ? gkeLabel : null,
        lost: lost.length,
        server: lost[0]?.server ?? null,
      },
      evidence: [{ kind: 'fact', label: `caches on ${node.name}`, value: 'none' }],
      causes: lost.length > 0 ? [...lossOn([node.name]), ...lost.map((it) => dnsLossInPod(it.pod))] : [],
    })
  })
}

/**
 * The pods of a node ask an address of the node's own and are not answered, and the DNS servers answer that very node.
 */
function nodesOwn(dns: ClusterDns, asked: readonly Asked[], probe: Known<DnsProbe>) {
  const own = asked.filter((it) => isNodesOwn(dns, it.server) && it.pod.node !== null)
  return [...Map.groupBy(own, (it) => it.pod.node ?? '')].flatMap(([node, its]) => {
    const lost = its.filter((it) => !it.answered)
    if (lost.length === 0 || lost.length < its.length || !serversAnswer(probe, node)) return []
    const server = its[0]?.server ?? ''
    return [
      told({
        on: subject('Node', null, node),
        confidence: 'observed',
        args: { case: 'nodes-own', server, domain: dns.domain, lost: lost.length, of: its.length },
        evidence: lost.slice(0, 6).map((it) => ({
          kind: 'fact' as const,
          label: `pod ${it.pod.namespace}/${it.pod.name}`,
          value: `asks ${it.server}, no answer`,
        })),
        // A policy that lets DNS out to pods alone keeps them from it as well: then that is the cause.
        symptoms: lost.map((it) => dnsLossInPod(it.pod)),
      }),
    ]
  })
}
