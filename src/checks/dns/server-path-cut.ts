import { check } from '../../findings/check.ts'
import { type Args, cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { pathCause } from '../../relations/dns/node-paths.ts'
import { everyReach, type Reach, serverReach } from '../../relations/dns/server-reach.ts'
import { dnsLossInNamespace, dnsLossOnNode, wayClosed } from '../../relations/symptom.ts'
import { latency, serverName, shares } from './dns-evidence.ts'
import { seriesOf } from '../../relations/dns/lookup-loss.ts'

/**
 * A server that is silent to some nodes and well to others, by where that speaks of: one node's way out, or its own
 * node's way in.
 */
interface Cut {
  readonly node: string
  readonly side: 'client' | 'server' | 'both'
  readonly pairs: readonly Reach[]
}

/**
 * One DNS server answers some nodes and is silent to others: the way between two nodes is closed, not the server and
 * not the node. Near the client, before conntrack confirms the flow, such a drop imitates the A/AAAA race: each packet
 * draws its server again, so one of two is lost now and then, and a retry 5 s later succeeds.
 */
export default check({
  code: 'DNS140',
  slug: 'dns/server-path-cut',
  title: 'the way from some nodes to a DNS server is closed',
  fine: 'every node reaches every DNS server',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: ['DNS-75', 'NET-02', 'NET-03'],

  run({ dnsProbe, clusterDns }) {
    const reach = serverReach(dnsProbe)
    if (seriesOf(dnsProbe, { role: 'endpoint' }).length === 0) return notApplicable('no DNS endpoint was asked')
    const told = reach.filter((it) => it.state !== 'untold')
    if (told.length > 0 && told.every((it) => it.state === 'well')) return ok(told.length)
    if (new Set(told.map((it) => it.node)).size < 2)
      return cannotTell(
        'too-few',
        'from one node alone, the way to a server is not told from the server; ' +
          'hopscope dns without --node asks from all',
      )
    const cause = pathCause(dnsProbe, clusterDns)
    if (cause?.kind === 'between') return between(dnsProbe, cause.pairs, clusterDns)
    if (cause?.kind === 'node') {
      return found(dnsProbe, everyReach(dnsProbe), { node: cause.node, side: 'both', pairs: cause.pairs }, clusterDns)
    }
    const cuts = cutsOf(told, clusterDns)
    return cuts.length === 0 ? ok(told.length) : cuts.map((it) => found(dnsProbe, reach, it, clusterDns))
  },

  words: {
    headline: ({ subject: on, args }) =>
      sentences[args.side]?.(on, args) ??
      (args.side === 'server'
        ? `DNS server ${args.servers} on node ${on.name} is not reached from other nodes ` +
          `(${args.cutNodes}), so about 1 in ${args.of} of their lookups fails.`
        : `Pods on node ${on.name} can't reach DNS server ${args.servers}, which answers other nodes, ` +
          `so about 1 in ${args.of} of their lookups is late or fails.`),
    detail: ({ args }) =>
      args.side === 'between'
        ? `${args.pairs} · beside a server, on ${args.wellNodes}, it is answered`
        : `${args.pairs} · from ${args.wellNodes} the same server answers`,
    note: ({ args }) => {
      if (args.side === 'between' || args.side === 'both')
        return (
          'what stays on a node is answered, so DNS itself is well: the overlay (VXLAN 8472 or 4789, IP-in-IP, ' +
          'WireGuard), a firewall or a security group between nodes, the pods of the CNI'
        )
      return args.side === 'server'
        ? 'only pods of its own node reach it: what comes in from other nodes is dropped'
        : 'lookups that succeed after 5 s look like the conntrack race; it is not: the same server, ' +
            'asked by its own address, is silent from this node'
    },
    help: ({ subject: on, args }) =>
      args.side === 'between'
        ? [
            'look at what carries packets of pods between nodes: the pods of the CNI, ' +
              'its port in firewalls and security groups, routes',
            'kubectl get pods -A -o wide | grep -Ei "cilium|calico|flannel|weave|antrea|cni|kindnet"',
            'on two nodes:  tcpdump -ni any udp port 8472 or udp port 4789 or proto 4',
          ]
        : [
            'allow UDP and TCP port 53 between these nodes: host firewall, security group, ' +
              'NetworkPolicy of the node, route',
            `on ${on.name}:  iptables-save -c | grep -E "dport 53|${args.ip}"    tcpdump -ni any host ` +
              `${args.ip} and port 53`,
            `from a pod on ${args.cutNodes}:  nslookup kubernetes.default.svc.${args.domain}. ${args.ip}`,
          ],
  },
})

const sentences: Readonly<Record<string, (on: Subject, args: Args) => string>> = {
  between: (_, args) =>
    `DNS lookups that cross from one node to another are lost (${args.cutNodes}): ` +
    'only a server on the same node answers.',
  both: (on, args) =>
    `Node ${on.name} is cut off from the other nodes: its pods reach no DNS server elsewhere, ` +
    `and others (${args.cutNodes}) not ${args.servers}.`,
}

/** No node is to blame: the subject is the Service whose servers are out of reach. */
function between(probe: DnsProbe, pairs: readonly Reach[], dns: ClusterDns) {
  const whole = dns.service === null ? null : subject('Service', dns.service.namespace, dns.service.name)
  const all = everyReach(probe)
  const cut = found(probe, all, { node: pairs[0]?.node ?? '', side: 'client', pairs }, dns)
  if (cut.kind !== 'finding') return cut
  const { subject: first, args } = cut.found
  return { ...cut, found: { ...cut.found, subject: whole ?? first, args: { ...args, side: 'between' } } }
}

function cutsOf(reach: readonly Reach[], dns: ClusterDns): readonly Cut[] {
  const home = (it: Reach): string | null => dns.pods.find((pod) => pod.name === it.pod)?.node ?? null
  const cut = [...Map.groupBy(reach, (it) => it.ip).values()].map((its) => ({
    silent: its.filter((it) => it.state === 'silent'),
    well: its.filter((it) => it.state === 'well'),
  }))
  const partly = cut.filter(({ silent, well }) => silent.length > 0 && well.length > 0)
  // One silent node is that node's affair; more of them, with the server's own node alone well, is the server's side.
  const atServer = partly.filter(({ silent, well }) => silent.length > 1 && well.every((it) => it.node === home(it)))
  const atClient = partly.filter((it) => !atServer.includes(it)).flatMap((it) => it.silent)
  return [
    ...[...Map.groupBy(atServer, ({ well }) => well[0]?.node ?? '')].map(([node, its]): Cut => ({
      node,
      side: 'server',
      pairs: its.flatMap((it) => it.silent),
    })),
    ...[...Map.groupBy(atClient, (it) => it.node)].map(([node, pairs]): Cut => ({ node, side: 'client', pairs })),
  ]
}

function found(probe: DnsProbe, all: readonly Reach[], { node, side, pairs }: Cut, dns: ClusterDns) {
  const ips = [...new Set(pairs.map((it) => it.ip))]
  const same = all.filter((it) => ips.includes(it.ip))
  const nodes = [...new Set(pairs.map((it) => it.node))].toSorted()
  const series = nodes.flatMap((it) => seriesOf(probe, { node: it, role: 'service', zone: 'cluster' }))
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      side,
      servers: [...new Set(pairs.map((it) => it.pod ?? it.ip))].join(', '),
      ip: ips[0] ?? '',
      domain: dns.domain,
      of: dns.slices.flatMap((it) => it.endpoints).filter((it) => it.ready).length,
      cutNodes: nodes.join(', '),
      wellNodes: [...new Set(same.filter((it) => it.state === 'well').map((it) => it.node))].toSorted().join(', '),
      pairs: pairs
        .map((it) => `${it.node} to ${it.pod ?? it.ip}: ${it.troubled} of ${it.of} lookups failed`)
        .join(' · '),
    },
    evidence: [
      shares(
        'lookups that failed, by node and server',
        all.flatMap((it) => it.series),
        (it) => `${it.node} to ${serverName(it)}`,
      ),
      latency(`lookups through the Service on ${nodes.join(', ')}`, series),
    ],
    symptoms: [
      dnsLossInNamespace(probe.from.namespace),
      ...pairs.flatMap((it) => {
        const home = dns.pods.find((pod) => pod.name === it.pod)?.node ?? null
        return home === null || home === it.node ? [] : [wayClosed(it.node, home)]
      }),
    ],
    causes: [
      ...nodes.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`]),
      // Beside a dead server, which answers nobody, one node's lost ways may look like all of its DNS.
      ...nodes.map((it) => `dns-cut-off:node/${it}`),
    ],
  })
}
