import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { type Args, type Confidence, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
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
import { count, some } from '../service/words.ts'

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
    if (clusterDns.nodeCaches.length > 0) return ok(clusterDns.nodeCaches.length)
    const own = asked.filter((it) => isNodesOwn(clusterDns, it.server))
    return own.length > 0 ? ok(own.length) : notApplicable('no DNS cache runs on the nodes')
  },

  words: {
    headline: ({ args }) => `${args.headline}.`,
    detail: ({ args }) => `${args.detail}`,
    note: ({ args }) => notes[args.case] ?? null,
    help: ({ subject: on, args }) => [
      helps[args.case] ?? 'see what the cache says',
      ...args.commands.split('\n').map((it) => it.replaceAll('NODE', on.name)),
    ],
  },
})

type Case = 'port-taken' | 'no-upstream' | 'crash' | 'leaving' | 'ipvs' | 'bypassed' | 'absent' | 'nodes-own'

const notes: Readonly<Record<Case | string, string>> = {
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

const helps: Readonly<Record<Case | string, string>> = {
  'port-taken': 'see who holds the port on the node, and give one of the two another',
  'no-upstream': 'make the Service first, then start the caches anew',
  crash: 'read why it ended',
  leaving: 'end it at once, and see whether a newer image lets it go by itself',
  ipvs: "let the caches listen on a link-local address alone, and hand that out by the kubelets' clusterDNS",
  bypassed: 'make the policy, or take the caches away: nobody asks them',
  absent:
    'let the DaemonSet run there; on GKE the node pool has to be made anew, and the label is not to be set by hand',
  'nodes-own': "see what the node's own proxy says; pods that must not wait can ask the DNS Service by dnsConfig",
}

interface Told {
  readonly case: Case
  readonly on: Subject
  readonly headline: string
  readonly detail: string
  readonly commands: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly severity?: Severity
  readonly confidence?: Confidence
  readonly symptoms?: readonly string[]
  readonly explains?: readonly string[]
  readonly more?: Args
}

function told(it: Told) {
  return finding({
    subject: it.on,
    confidence: it.confidence ?? 'inferred',
    severity: it.severity ?? 'error',
    args: { case: it.case, headline: it.headline, detail: it.detail, commands: it.commands.join('\n'), ...it.more },
    evidence: it.evidence,
    symptoms: it.symptoms ?? [],
    explains: it.explains ?? [],
  })
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
  const unlessTaken: Case = upstream.length > 0 ? 'no-upstream' : 'crash'
  const how = taken.length > 0 ? 'port-taken' : unlessTaken
  const nodes = pods.map((it) => it.node)
  const who =
    all.length === 1
      ? `The DNS cache ${first.pod.name} on node ${first.pod.node} does`
      : `${all.length} of ${dns.nodeCaches.length} DNS caches of the nodes do`
  return [
    told({
      case: how,
      on: cacheSubject(pods),
      headline: `${who} not run: ${said ?? first.why}`,
      detail: `${some(all.map((it) => `${it.pod.name} on ${it.pod.node}`))} · ${first.why}`,
      commands: [
        `kubectl -n ${first.pod.namespace} logs ${first.pod.name} --previous --tail=20`,
        `kubectl -n ${first.pod.namespace} describe pod ${first.pod.name}`,
      ],
      evidence: [
        ...(signs.length === 0 ? [] : [logEvidence(signs)]),
        ...all
          .slice(0, 6)
          .map((it) => ({ kind: 'fact' as const, label: `${it.pod.name} on ${it.pod.node}`, value: it.why })),
      ],
      explains: lossOn(nodes),
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
      case: 'leaving',
      on: cacheSubject([pod]),
      headline:
        `The DNS cache ${pod.name} on node ${pod.node} is on its way out, ` +
        `and no other has taken its place${dead ? `: ${silent} of ${of} lookups there had no answer` : ''}`,
      detail:
        `${pod.name} is being deleted · ` + (of === 0 ? 'not asked' : `${silent} of ${of} lookups without an answer`),
      severity: dead ? 'error' : 'info',
      confidence: dead ? 'observed' : 'inferred',
      commands: [
        `kubectl -n ${pod.namespace} delete pod ${pod.name} --force --grace-period=0`,
        `kubectl -n ${pod.namespace} logs ${pod.name} --tail=20`,
      ],
      evidence: [{ kind: 'fact', label: pod.name, value: 'has a deletionTimestamp' }],
      explains: dead ? lossOn([pod.node]) : [],
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
        case: 'ipvs',
        on,
        severity: 'warning',
        headline:
          `The DNS caches of the nodes claim ${vip}, the DNS Service's own address, ` +
          'which kube-proxy in IPVS mode holds already',
        detail: `-localip ${cacheAddresses(dns).join(',')} · kube-proxy: mode ipvs`,
        commands: [
          `kubectl -n ${namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
          'kubectl -n kube-system get configmap kube-proxy -o yaml | grep mode',
        ],
        evidence: [{ kind: 'fact', label: 'addresses that the caches take', value: cacheAddresses(dns).join(', ') }],
      }),
    ]
  }
  const { redirects } = proxy.value
  if (!redirects.known || redirects.value.length > 0) return []
  return [
    told({
      case: 'bypassed',
      on,
      severity: 'warning',
      headline:
        'No lookup comes to the DNS caches of the nodes: Cilium carries them past, ' +
        'and no CiliumLocalRedirectPolicy sends them there',
      detail: `Cilium in place of kube-proxy · 0 CiliumLocalRedirectPolicies · the caches hold ${vip}`,
      commands: [
        'kubectl get ciliumlocalredirectpolicies -A',
        `kubectl -n ${namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
      ],
      evidence: [{ kind: 'fact', label: 'CiliumLocalRedirectPolicies', value: 'none' }],
    }),
  ]
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
    const why = gke ? `it lacks the label ${gkeLabel}` : 'its DaemonSet has no pod there'
    return told({
      case: 'absent',
      on: subject('Node', null, node.name),
      severity: lost.length > 0 ? 'error' : 'info',
      confidence: lost.length > 0 ? 'observed' : 'inferred',
      headline:
        `No DNS cache runs on node ${node.name}, as on the others: ` +
        `${why}` +
        (lost.length > 0
          ? `; ${count(lost.length, 'pod')} there ${lost.length === 1 ? 'asks' : 'ask'} ${lost[0]?.server}, ` +
            `and ${lost.length === 1 ? 'is' : 'are'} not answered`
          : ''),
      detail: `${new Set(dns.nodeCaches.map((it) => it.node)).size} nodes have one · ${why}`,
      commands: [
        'kubectl get node NODE --show-labels',
        `kubectl -n ${dns.nodeCaches[0]?.namespace ?? 'kube-system'} ` +
          'get pods -o wide --field-selector spec.nodeName=NODE',
      ],
      evidence: [{ kind: 'fact', label: `caches on ${node.name}`, value: 'none' }],
      explains: lost.length > 0 ? [...lossOn([node.name]), ...lost.map((it) => dnsLossInPod(it.pod))] : [],
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
        case: 'nodes-own',
        on: subject('Node', null, node),
        confidence: 'observed',
        headline:
          `Pods of node ${node} ask ${server}, which is the node's own and does not answer; ` +
          "the cluster's DNS servers answer that node",
        detail: `${lost.length} of ${count(its.length, 'pod')} looked into there had no answer at ${server}`,
        commands: [
          'kubectl debug node/NODE -it --image=busybox -- nslookup kubernetes.default.svc.cluster.local ' + server,
          'kubectl get node NODE --show-labels',
        ],
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
