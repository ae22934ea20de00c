import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { blindNodes, isRefused, type Loss, lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { pathCause } from '../../relations/dns/node-paths.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/** No DNS packet of this node's pods comes back, to any server, over any transport, while other nodes are served. */
export default check({
  code: 'DNS105',
  slug: 'dns/node-cut-off',
  title: 'all DNS from one node is lost',
  fine: 'every node probed reaches DNS',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['clusterDns'],
  remedies: [],
  decides: ['DNS-61', 'DNS-75', 'DNS-76'],

  run({ dnsProbe, clusterDns }) {
    const cut = dnsProbe.nodes.filter((node) => isCutOff(dnsProbe, node))
    if (cut.length > 1 && cut.length === dnsProbe.nodes.length) {
      return cannotTell('ambiguous', 'lookups fail from every node probed: the servers or a policy, not one node')
    }
    // More than one node's own: DNS140 says what fails between the nodes.
    const cause = clusterDns.known ? pathCause(dnsProbe, clusterDns.value) : null
    if (cause !== null) return ok(dnsProbe.nodes.length, 'what is lost is lost between nodes: DNS140')
    const homes = homesOf(clusterDns)
    const others = dnsProbe.nodes.filter((node) => !cut.includes(node))
    // Only who sits beside a server is answered: then not each of the others is at fault, but the way to the servers.
    if (cut.length > 1 && others.every((node) => homes.has(node)) && !cut.some((node) => homes.has(node))) {
      return [atServers(dnsProbe, cut, others, clusterDns), ...others.map((node) => judge(dnsProbe, node, false))]
    }
    return dnsProbe.nodes.map((node) => judge(dnsProbe, node, cut.includes(node)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.cut !== null
        ? `Only pods on ${args.homes.join(', ')}, where the DNS servers run, are answered: ` +
          `nothing that ${args.cut} other nodes ask comes back.`
        : `All DNS from pods on node ${on.name} is ${args.how}, over UDP and TCP, to every DNS server.`,
    detail: ({ subject: on, args }) =>
      `on node ${on.name} · ${args.failed} of ${args.of} lookups failed · ${elsewhere(args)}`,
    note: ({ args }) => {
      if (args.cut !== null)
        return (
          'what crosses from other nodes is lost: the overlay (VXLAN 8472 or 4789, IP-in-IP, WireGuard), ' +
          'a firewall or a security group before these nodes'
        )
      if (args.how === 'refused')
        return (
          'a rule answers "port unreachable", which the kernel sends once a second to each client: ' +
          'then glibc gives up at once, and else it waits as for a loss; musl (Alpine) always waits'
        )
      return args.others === 0
        ? 'only this node was probed; hopscope dns without --node compares it with the others'
        : 'the servers answer other nodes, so the fault is on this node or on its way out'
    },
    help: ({ subject: on, args }) =>
      args.cut !== null
        ? [
            `look at the way between ${args.homes.join(', ')} and the others: the overlay's port, security groups, ` +
              "the CNI's pod there",
            `kubectl get pods -A -o wide${on.kind === 'Node' ? ` --field-selector spec.nodeName=${on.name}` : ''}`,
            `on ${args.homes.join(', ')}:  tcpdump -ni any port 53 or udp port 8472 or udp port 4789`,
          ]
        : [
            `look at what ${args.how === 'refused' ? 'rejects' : 'drops'} port 53 on ${on.name}: ` +
              "firewall rules, the CNI's pod, a node-local cache that died and left its rules",
            `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
            `on ${on.name}:  iptables-save -c | grep -E "dport 53|NodeLocal|REJECT"    tcpdump -ni any port 53`,
          ],
  },
})

/** On one node, or on all nodes but those of the servers. */
type CutOff = {
  readonly how: 'lost' | 'refused'
  /** How many nodes get no answer; null where it is the one of the subject. */
  readonly cut: number | null
  /** Nodes of the servers, where only they are answered. */
  readonly homes: readonly string[]
  readonly failed: number
  readonly of: number
  readonly othersFailed: number
  readonly others: number
}

function elsewhere({ cut, homes, othersFailed, others }: CutOff): string {
  if (others === 0) return 'no other node probed'
  return `${cut === null ? 'other nodes' : homes.join(', ')} ${othersFailed} of ${others}`
}

function isCutOff(probe: DnsProbe, node: string): boolean {
  const all = lossOf(seriesOf(probe, { node }))
  return (
    nearlyAll(all.silent, all.of) &&
    (['udp', 'tcp'] as const).every((transport) => isSilent(lossOf(seriesOf(probe, { node, transport }))))
  )
}

function homesOf(dns: Known<ClusterDns>): ReadonlySet<string> {
  return new Set((dns.known ? dns.value.pods : []).flatMap((it) => (it.node === null || !it.ready ? [] : [it.node])))
}

function atServers(
  probe: DnsProbe,
  cut: readonly string[],
  homes: readonly string[],
  dns: Known<ClusterDns>,
): Verdict<CutOff> {
  const service = dns.known ? dns.value.service : null
  // Of several nodes that are well, none is to be named for what the others suffer.
  const on =
    homes.length > 1 && service !== null
      ? subject('Service', service.namespace, service.name)
      : subject('Node', null, homes[0] ?? '')
  const series = probe.series.filter((it) => cut.includes(it.node))
  const loss = lossOf(series)
  const well = lossOf(probe.series.filter((it) => homes.includes(it.node)))
  return finding({
    subject: on,
    confidence: 'observed',
    args: {
      how: 'lost',
      cut: cut.length,
      homes,
      failed: loss.silent,
      of: loss.of,
      othersFailed: well.silent,
      others: well.of,
    },
    evidence: [shares('lookups that failed', probe.series, (it) => it.node)],
    symptoms: [dnsLossInNamespace(probe.from.namespace)],
    causes: cut.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`]),
  })
}

/** TCP lookups are few: they would vanish in a share of all, and TCP that works is a way out. */
function isSilent(loss: Loss): boolean {
  return loss.of === 0 || loss.silent / loss.of >= 0.9
}

function judge(probe: DnsProbe, node: string, cutOff: boolean): Verdict<CutOff> {
  if (blindNodes(probe).has(node)) {
    return cannotTell('ambiguous', `the probe pod on ${node} got the CPU too late: its timeouts may be its own`)
  }
  const series = seriesOf(probe, { node })
  const loss = lossOf(series)
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} lookups ended on ${node}`)
  if (!cutOff) return ok(loss.of)
  const others = probe.series.filter((it) => it.node !== node)
  const elsewhere = lossOf(others)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      how: isRefused(series) ? 'refused' : 'lost',
      failed: loss.unanswered,
      of: loss.of,
      cut: null,
      homes: [],
      othersFailed: elsewhere.unanswered,
      others: elsewhere.of,
    },
    evidence: [
      latency(`lookups on ${node}`, series),
      shares('lookups that failed', probe.series, (it) => `${it.node} ${it.transport} to ${it.server.role}`),
    ],
    symptoms: [dnsLossInNamespace(probe.from.namespace), `dns-cut-off:node/${node}`],
    causes: [dnsLossOnNode(node), `dns-external:node/${node}`],
  })
}
