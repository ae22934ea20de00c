import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { type LargeAnswer, largeAnswers } from '../../relations/dns/large-answers.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsLossInNamespace, dnsLossOnNode, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { latency, serverName, shares } from './dns-evidence.ts'

/**
 * UDP/53 works and TCP/53 does not. Nothing shows until an answer is too large for UDP: then glibc waits in connect()
 * without a timeout of its own, for minutes.
 */
export default check({
  code: 'DNS109',
  slug: 'dns/tcp-unanswered',
  title: 'DNS over TCP is not answered',
  fine: 'DNS over TCP is answered',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['clusterDns', 'services', 'endpointSlices'],
  remedies: [],
  decides: ['DNS-52', 'DNS-69'],

  run({ dnsProbe, clusterDns, services, endpointSlices }) {
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const large =
      services.known && endpointSlices.known ? largeAnswers(services.value, endpointSlices.value, domain) : []
    return verdicts(dnsProbe, clusterDns).map((it) => naming(it, large))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DNS over TCP fails ${place(on, args)}, so lookups with a large answer ` +
      `${args.where === 'server' ? 'that go there ' : ''}hang` +
      `${largeText(args)}.`,
    detail: ({ subject: on, args }) =>
      `${place(on, args)} · TCP ${args.failed} of ${args.of} lookups failed, ` +
      `UDP ${args.udpFailed} of ${args.udpOf}`,
    note: () =>
      'an answer that does not fit in UDP is asked for again over TCP; ' +
      'glibc has no timeout of its own for that connect',
    help: ({ subject: on, args }) => [...steps(on, args), 'hopscope explain DNS109'],
  },
})

type TcpLost = {
  readonly where: 'node' | 'server' | 'everywhere'
  readonly nodes: number
  readonly failed: number
  readonly of: number
  readonly udpFailed: number
  readonly udpOf: number
  /** A headless Service whose answer needs TCP, with its addresses and bytes, and how many more there are. */
  readonly large: string | null
  readonly addresses: number
  readonly bytes: number
  readonly more: number
}

const noLarge = { large: null, addresses: 0, bytes: 0, more: 0 }

function largeText({ large, addresses, bytes, more }: TcpLost): string {
  if (large === null) return ''
  return ` (${large} has ${addresses} addresses, ${bytes} bytes${more > 0 ? `, and ${more} more` : ''})`
}

function steps(on: Subject, args: TcpLost): readonly string[] {
  switch (args.where) {
    case 'node':
      return ['allow TCP port 53 wherever UDP port 53 is allowed', `on ${on.name}:  iptables-save -c | grep "dport 53"`]
    case 'server':
      return [
        'see what stands before that one server, or delete it, so that it is created again',
        `kubectl -n ${on.namespace} get pod ${on.name} -o wide`,
      ]
    default:
      return [
        'allow TCP port 53 to the DNS servers wherever UDP port 53 is allowed: ' +
          'firewalls of nodes and clouds, NetworkPolicies',
        `kubectl get networkpolicies -A`,
        `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o wide`,
      ]
  }
}

function verdicts(dnsProbe: DnsProbe, clusterDns: Known<ClusterDns>): readonly Verdict<TcpLost>[] {
  const service = clusterDns.known ? clusterDns.value.service : null
  const whole = subject('Service', service?.namespace ?? 'kube-system', service?.name ?? 'kube-dns')
  const { nodes } = dnsProbe
  const failing = nodes.filter((node) => tcpAlone(seriesOf(dnsProbe, { node, zone: 'cluster' })))
  if (failing.length > 1 && failing.length === nodes.length)
    return [told(dnsProbe, whole, { where: 'everywhere', nodes, series: seriesOf(dnsProbe, { zone: 'cluster' }) })]
  const servers = [...new Set(seriesOf(dnsProbe, { role: 'endpoint' }).map((it) => it.server.ip))].toSorted()
  const rest = nodes.filter((node) => !failing.includes(node))
  const silent = servers.flatMap((ip) => judgeServer(dnsProbe, ip, rest, whole))
  return [...silent, ...nodes.map((node) => judge(dnsProbe, node, failing.includes(node)))]
}

/** Whose answers need TCP, by name: without one of them nobody may notice. */
function naming(it: Verdict<TcpLost>, large: readonly LargeAnswer[]): Verdict<TcpLost> {
  if (it.kind !== 'finding') return it
  const [first] = large
  const largeArgs =
    first === undefined
      ? null
      : {
          large: `${first.service.namespace}/${first.service.name}`,
          addresses: first.endpoints,
          bytes: first.bytes,
          more: large.length - 1,
        }
  const facts = large.slice(0, 4).map(({ service, endpoints, bytes }) => ({
    kind: 'fact' as const,
    label: `headless Service ${service.namespace}/${service.name}`,
    value: `${endpoints} addresses, ${bytes} bytes`,
  }))
  return {
    ...it,
    found: { ...it.found, args: { ...it.found.args, ...largeArgs }, evidence: [...it.found.evidence, ...facts] },
  }
}

function place(on: Subject, args: TcpLost): string {
  if (args.where === 'node') return `from node ${on.name}`
  return args.where === 'server' ? `to DNS server ${on.name}` : `from all ${args.nodes} nodes probed`
}

/** Nearly all over TCP fail, of four at least, and of those over UDP no more than half. */
function tcpAlone(series: readonly LookupSeries[]): boolean {
  const tcp = lossOf(series.filter((it) => it.transport === 'tcp'))
  const udp = lossOf(series.filter((it) => it.transport === 'udp'))
  // An error is an answer, which came over TCP: DNS160.
  return nearlyAll(tcp.failed - tcp.erring, tcp.of) && udp.failed <= udp.of / 2
}

/** One server among several, from every node whose TCP works: what stands in the way stands before that server. */
function judgeServer(
  probe: DnsProbe,
  ip: string,
  nodes: readonly string[],
  whole: Subject,
): readonly Verdict<TcpLost>[] {
  const asked = nodes
    .map((node) => seriesOf(probe, { node, role: 'endpoint', ip, zone: 'cluster' }))
    .filter((it) => lossOf(it.filter(({ transport }) => transport === 'tcp')).of >= 4)
  if (asked.length === 0 || !asked.every(tcpAlone)) return []
  const pod = asked[0]?.[0]?.server.pod ?? null
  const on = pod === null ? whole : subject('Pod', whole.namespace, pod)
  return [told(probe, on, { where: 'server', nodes, series: asked.flat() })]
}

function judge(probe: DnsProbe, node: string, fails: boolean): Verdict<TcpLost> {
  const series = seriesOf(probe, { node, zone: 'cluster' })
  const tcp = lossOf(series.filter((it) => it.transport === 'tcp'))
  if (tcp.of < 4) return cannotTell('too-few', `${tcp.of} lookups over TCP ended on ${node}`)
  if (fails) return told(probe, subject('Node', null, node), { where: 'node', nodes: [node], series })
  return nearlyAll(tcp.failed, tcp.of) ? notApplicable(`on ${node} UDP fails as well as TCP`) : ok(tcp.of)
}

interface Where {
  readonly where: 'node' | 'server' | 'everywhere'
  readonly nodes: readonly string[]
  readonly series: readonly LookupSeries[]
}

function told(probe: DnsProbe, on: Subject, { where, nodes, series }: Where): Verdict<TcpLost> {
  const tcp = series.filter((it) => it.transport === 'tcp')
  const udp = series.filter((it) => it.transport === 'udp')
  const loss = lossOf(tcp)
  const udpLoss = lossOf(udp)
  return finding({
    subject: on,
    confidence: 'observed',
    args: {
      where,
      nodes: nodes.length,
      failed: loss.failed,
      of: loss.of,
      udpFailed: udpLoss.failed,
      udpOf: udpLoss.of,
      ...noLarge,
    },
    evidence: [
      shares('lookups that failed', [...tcp, ...udp], (it) =>
        where === 'everywhere' ? `${it.transport} to ${serverName(it)}` : `${it.transport} to ${it.server.role}`,
      ),
      latency('lookups over TCP', tcp),
    ],
    symptoms: [dnsTcpUnanswered, dnsLossInNamespace(probe.from.namespace)],
    causes: nodes.map(dnsLossOnNode),
  })
}
