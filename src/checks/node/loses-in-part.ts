import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { percent } from '../../phrases.ts'
import { everyReach } from '../../relations/dns/server-reach.ts'
import { servicesBehind } from '../../relations/path/claimed-by-ways.ts'
import { bad, type Leg, legsOf, type LossyNode, lossyNodes, type Sent } from '../../relations/path/lossy-nodes.ts'
import { homesOf, type Measured, whyUntold } from '../../relations/path/node-ways.ts'
import {
  apiOutOfReach,
  dnsLossInNamespace,
  dnsLossOnNode,
  lossyNode,
  stoppedOnTheWay,
  wayClosed,
} from '../../relations/symptom.ts'

/**
 * A rule that lets so many new connections a second through (`limit`, `hashlimit`, `connlimit`), a bad cable, a full
 * queue: a node loses a part of all that comes and goes, to and from each other node. By chance some way then looks
 * shut, some Service dead, some pod cut off from itself; what they have in common is the node.
 */
export default check({
  code: 'NOD570',
  slug: 'node/loses-in-part',
  title: 'part of what crosses a node is lost',
  fine: 'no node loses a part of what its pods send and are sent',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['pods', 'contacts', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['NET-04'],

  run({ dnsProbe: probe, ...seen }) {
    if (probe.nodes.length < 2) return notApplicable('one node alone was probed')
    const measured: Measured = { ...seen, dnsProbe: known(probe) }
    const legs = legsOf(measured)
    const crossing = legs.filter((it) => it.from !== it.to)
    const found = lossyNodes(measured)
    const why = whyUntold(measured)
    if (found.length > 0) return found.map((it) => verdict(it, legs, { probe, measured }))
    if (why !== null) return cannotTell(why.reason, `what tells the ways is not known: ${why.detail}`)
    return crossing.length > 0
      ? ok(crossing.length)
      : notApplicable('the probe met no pod of another node than its own')
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.what === 'all'
        ? `Part of what pods of node ${on.name} send and are sent is lost: ${args.tcpBad} of ${args.tcpOf} new TCP ` +
          `connections, ${args.udpBad} of ${args.udpOf} lookups over UDP.`
        : `New TCP connections to and from pods of node ${on.name} are dropped` +
          `${args.tcpBad < args.tcpOf ? ' in part' : ''}: ${args.tcpBad} of ${args.tcpOf} lost their first packet.`,
    detail: ({ args }) =>
      `${percent(args.tcpBad, args.tcpOf)} of new TCP connections: ${args.lost} never opened, ${args.resent} by a ` +
      `SYN that was sent again after 1 s or more · UDP: ${args.udpBad} of ${args.udpOf} lookups lost` +
      ' · ways past this node are well',
    note: ({ args }) =>
      args.what === 'tcp'
        ? 'UDP crosses the same ways, and each way of this node has it: no Service, no pod and no route between two ' +
          'nodes, it is what this node does with new connections: a rate limit or connlimit of a firewall, ' +
          'a full conntrack table'
        : 'each way of this node has it, to it and from it: no Service, no pod and no route between two nodes; loss ' +
          'at its interface, its cable or virtual switch, a full queue, a rule that drops some',
    help: ({ subject: on }) => [
      'look for what drops packets on this node, and counts them',
      `on ${on.name}, twice, what counts up:  iptables-save -c | grep -E "DROP|REJECT|limit"    ` +
        'nft list ruleset | grep -E "drop|reject|limit|ct count"    ip -s link    ' +
        'nstat -az TcpRetransSegs TcpExtTCPSynRetrans TcpExtListenDrops',
    ],
  },
})

interface Around {
  readonly probe: DnsProbe
  readonly measured: Measured
}

function verdict(it: LossyNode, legs: readonly Leg[], { probe, measured }: Around) {
  const { node, tcp, udp, what } = it
  const others = [...new Set(it.legs.flatMap(({ from, to }) => [from, to]))].filter((name) => name !== node)
  const pods = measured.pods.known ? measured.pods.value.filter((pod) => pod.node === node) : []
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      what,
      tcpBad: bad(tcp),
      tcpOf: tcp.tried,
      lost: tcp.lost,
      resent: tcp.resent,
      udpBad: bad(udp),
      udpOf: udp.tried,
    },
    evidence: [
      { kind: 'shares', label: 'new connections and lookups between pods, by their nodes', rows: legs.flatMap(rowsOf) },
    ],
    symptoms: [lossyNode(node), ...others.map((name) => wayClosed(node, name))],
    causes: [
      ...others.map((name) => wayClosed(node, name)),
      ...servicesBehind(it.legs, measured.contacts, measured.pods),
      ...[node, ...others.filter((name) => losesOnlyTo(node, name, measured))].flatMap((name) => [
        dnsLossOnNode(name),
        `dns-external:node/${name}`,
      ]),
      `dns-cut-off:node/${node}`,
      apiOutOfReach(node),
      dnsLossInNamespace(probe.from.namespace),
      ...pods.map(stoppedOnTheWay),
    ],
  })
}

/** Another node whose lookups are lost at servers of this one alone: by the Service it meets those as well. */
function losesOnlyTo(node: string, other: string, { dnsProbe, clusterDns }: Measured): boolean {
  if (!dnsProbe.known || !clusterDns.known) return false
  const homes = homesOf(clusterDns.value.pods)
  const reach = everyReach(dnsProbe.value).filter((it) => it.node === other)
  return (
    reach.some((it) => it.troubled > 0 && homes.get(it.ip) === node) &&
    reach.every((it) => it.troubled === 0 || homes.get(it.ip) === node)
  )
}

function rowsOf({ from, to, tcp, udp }: Leg) {
  const where = from === to ? `within ${from}` : `${from} to ${to}`
  const row = (what: string, it: Sent) =>
    it.tried === 0
      ? []
      : [
          {
            where: `${where}, ${what}`,
            bad: bad(it),
            of: it.tried,
            note: it.resent === 0 ? '' : `${it.resent} opened by a second SYN`,
          },
        ]
  return [...row('TCP', tcp), ...row('UDP', udp)].toSorted((a, b) => b.bad - a.bad || textOrder(a.where, b.where))
}
