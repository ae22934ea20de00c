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
  nodesWithoutCache,
  serversAnswer,
  stuckCaches,
} from '../../relations/dns/cache-state.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsLossInPod, dnsLossOnNode } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { count, some, told as quoted } from '../../phrases.ts'

/**
 * Between pods and CoreDNS a cache may stand on each node: a pod of NodeLocal DNSCache, or a program of the node's own.
 * Where it does not run, the pods of that node ask an address that nobody answers; where packets go past it, it is
 * there for nothing.
 */
export default check({
  code: 'DNS173',
  slug: 'dns/node-cache-down',
  title: "a node's DNS cache is not at work",
  fine: 'the DNS cache of each node is at work',
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
      ...absent(clusterDns, nodes, asked),
      ...nodesOwn(clusterDns, asked, dnsProbe),
    ]
    if (found.length > 0) return found
    const unread = unreadWay(clusterDns)
    if (unread !== null) return cannotTell(unread.reason, `whether packets come to the caches: ${unread.detail}`)
    if (clusterDns.nodeCaches.length > 0) return ok(clusterDns.nodeCaches.length)
    const own = asked.filter((it) => isNodesOwn(clusterDns, it.server))
    return own.length > 0 ? ok(own.length) : notApplicable('no DNS cache runs on the nodes')
  },

  words: {
    headline: ({ subject: on, args }) => `${headline(on, args)}.`,
    detail: ({ subject: on, args }) => detail(on, args),
    note: ({ args }) => notes[args.case],
    help: ({ subject: on, args }) => [helps[args.case], ...commands(on, args)],
  },
})

type Stuck = {
  readonly case: 'port-taken' | 'no-upstream' | 'crash'
  /** One of them, for the commands. */
  readonly namespace: string
  readonly pod: string
  readonly pods: readonly string[]
  /** Of each pod in turn. */
  readonly nodes: readonly string[]
  readonly of: number
  readonly state: string
  /** The line of its log that tells the reason. */
  readonly said: string | null
}

type Leaving = {
  readonly case: 'leaving'
  readonly namespace: string
  readonly pod: string
  readonly node: string | null
  readonly failed: number
  readonly of: number
  readonly dead: boolean
}

type PassedBy = {
  readonly case: 'ipvs' | 'bypassed'
  readonly namespace: string
  readonly vip: string
  readonly addresses: readonly string[]
}

type Absent = {
  readonly case: 'absent'
  readonly namespace: string
  /** Nodes that have a cache. */
  readonly having: number
  /** That the node lacks, for a cache that goes by it. */
  readonly label: string | null
  /** Pods that ask the address of a cache, and are not answered. */
  readonly lost: number
  readonly server: string | null
}

type NodesOwn = {
  readonly case: 'nodes-own'
  readonly server: string
  readonly domain: string
  readonly lost: number
  readonly of: number
}

type Down = Stuck | Leaving | PassedBy | Absent | NodesOwn
type Case = Down['case']

function headline(on: Subject, args: Down): string {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash': {
      const who =
        args.pods.length === 1
          ? `The DNS cache ${args.pod} on node ${args.nodes[0]} does`
          : `${args.pods.length} of ${args.of} DNS caches of the nodes do`
      return `${who} not run: ${args.said === null ? args.state : quoted(args.said)}`
    }
    case 'leaving':
      return (
        `The DNS cache ${args.pod} on node ${args.node} is being deleted, ` +
        'and no other has taken its place' +
        (args.dead ? `: ${args.failed} of ${args.of} lookups there had no answer` : '')
      )
    case 'ipvs':
      return (
        `The DNS caches of the nodes claim ${args.vip}, the DNS Service's own address, ` +
        'which kube-proxy in IPVS mode holds already'
      )
    case 'bypassed':
      return (
        'No lookup reaches the DNS caches of the nodes: Cilium carries them past, ' +
        'and no CiliumLocalRedirectPolicy sends them there'
      )
    case 'absent':
      return `No DNS cache runs on node ${on.name}, as on the others: ${whyAbsent(args)}${lostText(args)}`
    case 'nodes-own':
      return (
        `Pods of node ${on.name} ask ${args.server}, which is the node's own and does not answer; ` +
        "the cluster's DNS servers answer that node"
      )
  }
}

function whyAbsent({ label }: Absent): string {
  return label === null ? 'its DaemonSet has no pod there' : `it lacks the label ${label}`
}

function lostText({ lost, server }: Absent): string {
  if (lost === 0) return ''
  const [ask, are] = lost === 1 ? ['asks', 'is'] : ['ask', 'are']
  return `; ${count(lost, 'pod')} there ${ask} ${server}, and ${are} not answered`
}

function detail(on: Subject, args: Down): string {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash':
      return `${some(args.pods.map((pod, index) => `${pod} on ${args.nodes[index]}`))} · ${args.state}`
    case 'leaving':
      return (
        `${args.pod} is being deleted · ` +
        (args.of === 0 ? 'not asked' : `${args.failed} of ${args.of} lookups without an answer`)
      )
    case 'ipvs':
      return `-localip ${args.addresses.join(',')} · kube-proxy: mode ipvs`
    case 'bypassed':
      return `Cilium in place of kube-proxy · 0 CiliumLocalRedirectPolicies · the caches hold ${args.vip}`
    case 'absent':
      return `${args.having} nodes have one · ${whyAbsent(args)}`
    case 'nodes-own':
      return `${args.lost} of ${count(args.of, 'pod')} looked into there had no answer at ${args.server}`
  }
}

function commands(on: Subject, args: Down): readonly string[] {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash':
      return [
        `kubectl -n ${args.namespace} logs ${args.pod} --previous --tail=20`,
        `kubectl -n ${args.namespace} describe pod ${args.pod}`,
      ]
    case 'leaving':
      return [
        `kubectl -n ${args.namespace} delete pod ${args.pod} --force --grace-period=0`,
        `kubectl -n ${args.namespace} logs ${args.pod} --tail=20`,
      ]
    case 'ipvs':
      return [
        `kubectl -n ${args.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
        'kubectl -n kube-system get configmap kube-proxy -o yaml | grep mode',
      ]
    case 'bypassed':
      return [
        'kubectl get ciliumlocalredirectpolicies -A',
        `kubectl -n ${args.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
      ]
    case 'absent':
      return [
        `kubectl get node ${on.name} --show-labels`,
        `kubectl -n ${args.namespace} get pods -o wide --field-selector spec.nodeName=${on.name}`,
      ]
    case 'nodes-own':
      return [
        `kubectl debug node/${on.name} -it --image=busybox -- ` +
          `nslookup kubernetes.default.svc.${args.domain} ${args.server}`,
        `kubectl get node ${on.name} --show-labels`,
      ]
  }
}

const notes: Readonly<Record<Case, string>> = {
  'port-taken':
    "the cache listens on the node's own network, at 53, 8080, 9253 and 9353: " +
    'whatever else holds one of them keeps it from starting',
  'no-upstream': 'it learns the address of its upstream Service from its environment, once, at its start',
  crash: 'a cache that is gone leaves its address on the node: nothing takes its place until it is back',
  leaving: 'it takes its rules and its address away on its way out, and may wait for the lock of iptables for ever',
  ipvs:
    'in IPVS mode each node has the addresses of all Services on kube-ipvs0: ' +
    'a cache can only have one of its own there',
  bypassed:
    "Cilium sends packets for a Service on their way before the node's own network sees them; " +
    'a CiliumLocalRedirectPolicy sends those for DNS to the cache',
  absent: 'pods of a node without a cache ask the DNS servers, unless their kubelet hands out the address of the cache',
  'nodes-own':
    'this address is answered by a program of the node (AKS LocalDNS) or by the cloud (GKE Cloud DNS), and by no pod',
}

const helps: Readonly<Record<Case, string>> = {
  'port-taken': 'see who holds the port on the node, and give one of the two another',
  'no-upstream': 'make the Service first, then restart the caches',
  crash: 'read why it ended',
  leaving: 'end it at once, and see whether a newer image lets it go by itself',
  ipvs: "let the caches listen on a link-local address alone, and hand that out by the kubelets' clusterDNS",
  bypassed: 'make the policy, or take the caches away: nobody asks them',
  absent:
    'let the DaemonSet run there; on GKE the node pool has to be created again, and the label is not to be set by hand',
  'nodes-own': "see what the node's own proxy says; pods that must not wait can ask the DNS Service by dnsConfig",
}

interface Told {
  readonly on: Subject
  readonly args: Down
  readonly evidence: readonly Evidence[]
  readonly severity?: Severity
  readonly confidence?: Confidence
  readonly symptoms?: readonly string[]
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
  return [
    told({
      on: cacheSubject(pods),
      args: {
        case: how,
        namespace: first.pod.namespace,
        pod: first.pod.name,
        pods: pods.map((it) => it.name),
        nodes: nodes.map(String),
        of: dns.nodeCaches.length,
        state: first.why,
        said,
      },
      evidence: [
        ...(signs.length === 0 ? [] : [logEvidence(signs)]),
        ...all
          .slice(0, 6)
          .map((it) => ({ kind: 'fact' as const, label: `${it.pod.name} on ${it.pod.node}`, value: it.why })),
      ],
      causes: lossOn(nodes),
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

function absent(dns: ClusterDns, nodes: Known<readonly Node[]>, asked: readonly Asked[]) {
  const without = nodes.known ? nodesWithoutCache(dns, nodes.value) : []
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
