import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, some } from '../../phrases.ts'
import { servicesBehind } from '../../relations/path/claimed-by-ways.ts'
import { lossyNodes } from '../../relations/path/lossy-nodes.ts'
import { type ClosedWays, closedWays, type NodeWay, nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { dnsLossInNamespace, dnsLossOnNode, wayClosed } from '../../relations/symptom.ts'

/**
 * Each node carries packets of its pods to the pods of the others: by routes, or in packets of an overlay. Where that
 * is down, a Service fails by chance, for the share of its pods that stand beyond; and each Service, DNS too, looks
 * like a fault of its own. What they have in common is the way.
 */
export default check({
  code: 'NOD510',
  slug: 'node/ways-closed',
  title: 'packets of pods do not cross between nodes',
  fine: 'packets of pods cross from node to node',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['pods', 'contacts', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['NET-02', 'NET-03', 'NET-04'],

  run({ dnsProbe: probe, ...seen }) {
    if (probe.nodes.length < 2) return notApplicable('one node alone was probed')
    const { contacts, clusterDns, pods } = seen
    const ways = nodeWays({ ...seen, dnsProbe: known(probe) })
    const crossing = ways.filter((it) => it.from !== it.to)
    if (crossing.length === 0) return notApplicable('the probe met no pod of another node than its own')
    const lossy = lossyNodes({ ...seen, dnsProbe: known(probe) })
    // Where a node loses a part on each of its ways, one that looks shut is so by chance: that is NOD570.
    const found = closedWays(ways).filter(
      (it) => !it.ways.every((way) => lossy.some(({ node }) => way.from === node || way.to === node)),
    )
    const open = crossing.filter((it) => it.state === 'open')
    const why = whyUntold({ ...seen, dnsProbe: known(probe) })
    if (found.length === 0 && why !== null)
      return cannotTell(why.reason, `what tells the ways is not known: ${why.detail}`)
    const [lost] = lossy
    if (found.length === 0 && lost !== undefined)
      return ok(crossing.length, `node ${lost.node} loses a part on each of its ways: no way between two nodes is shut`)
    if (found.length === 0)
      return open.length > 0
        ? ok(open.length)
        : cannotTell('too-few', `too little was sent on ${count(crossing.length, 'way')} between nodes`)
    const home = clusterDns.known ? clusterDns.value.service : null
    return found.map((it) => {
      const { subject: on, also } = subjectsOf(it, home)
      const [first] = it.ways
      return finding({
        subject: on,
        also,
        confidence: 'observed',
        args: {
          at: it.at,
          nodes: [...new Set(it.ways.flatMap((way) => [way.from, way.to]))].toSorted(),
          ways: it.ways.length,
          tried: it.ways.reduce((sum, way) => sum + way.tried, 0),
          open: open.length,
          othersReach: othersReachBoth(it, crossing),
          oneWay: isOneWay(it, open),
          from: first?.from ?? null,
          to: first?.to ?? null,
          ip: first?.example?.ip ?? null,
          port: first?.example?.port ?? null,
        },
        evidence: [
          { kind: 'shares', label: 'packets of pods, by the nodes that they go from and to', rows: rowsOf(ways) },
        ],
        symptoms: it.ways.map((way) => wayClosed(way.from, way.to)),
        causes: [
          ...it.ways.map((way) => wayClosed(way.from, way.to)),
          ...servicesBehind(it.ways, contacts, pods),
          ...it.ways.flatMap(({ from }) => [
            dnsLossOnNode(from),
            `dns-external:node/${from}`,
            `dns-cut-off:node/${from}`,
          ]),
          dnsLossInNamespace(probe.from.namespace),
        ],
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) => headlineOf(on.name, args),
    detail: ({ args }) =>
      `${count(args.ways, 'way')} between nodes closed, ${args.open} open · ` +
      `none of ${args.tried} connects and lookups came through`,
    note: ({ args }) =>
      othersText(args) +
      'it is no Service and no pod, it is the way, such as a route, the overlay (VXLAN 8472 or 4789, IP-in-IP, ' +
      'WireGuard), forwarding that is off, a firewall or a security group',
    help: ({ args }) => [
      'look at what carries packets of pods there: routes, forwarding, the pod of the CNI, firewalls',
      `on ${some(args.nodes)}:  ip rule    ip route get ${args.ip}    sysctl net.ipv4.ip_forward    ` +
        'iptables-save -c | grep -E "DROP|REJECT"',
      `on ${args.from} and on ${args.to}:  tcpdump -ni any host ${args.ip}`,
      'kubectl get pods -A -o wide | grep -Ei "cilium|calico|flannel|weave|antrea|cni|kindnet"',
    ],
  },
})

interface Told {
  readonly at: ClosedWays['at']
  readonly nodes: readonly string[]
  readonly open: number
  readonly othersReach: boolean
  /** The way back is open. */
  readonly oneWay: boolean
  readonly from: string | null
  readonly to: string | null
}

function isOneWay({ at, ways: [first, ...more] }: ClosedWays, open: readonly NodeWay[]): boolean {
  if (at !== 'pair' || first === undefined || more.length > 0) return false
  return open.some((it) => it.from === first.to && it.to === first.from)
}

/** What was not tried, or comes through at times, is no "other nodes reach both". */
function othersReachBoth(it: ClosedWays, crossing: readonly NodeWay[]): boolean {
  if (it.at !== 'pair') return false
  return it.nodes.every((name) => {
    const its = crossing.filter((way) => touches(way, name) && !it.nodes.every((one) => touches(way, one)))
    return its.length > 0 && its.every((way) => way.state === 'open' && way.answered === way.tried)
  })
}

function touches(way: NodeWay, node: string): boolean {
  return way.from === node || way.to === node
}

function othersText({ at, open, othersReach }: Told): string {
  if (at === 'pair') return othersReach ? 'pods of the other nodes reach each other: ' : ''
  return open > 0 ? 'pods of the other nodes reach each other: ' : 'what stays on a node arrives: '
}

function headlineOf(name: string, { at, nodes, othersReach, ...way }: Told): string {
  const others = othersReach ? '; other nodes reach both' : ''
  if (at === 'pair' && way.oneWay)
    return `Pods on ${way.from} do not reach pods on ${way.to}, which reach them${others}.`
  if (at === 'node')
    return `Node ${name} is cut off from the others: its pods reach none elsewhere, and no pod elsewhere reaches them.`
  if (at === 'pair') return `Pods on ${nodes.join(' and ')} do not reach each other${others}.`
  return `Pods reach no pod of another node, from ${some(nodes)}.`
}

/** Where nothing crosses from anywhere, no node is to blame: what they all ask stands for the cluster. */
function subjectsOf(
  it: ClosedWays,
  dns: Service | null,
): { readonly subject: Subject; readonly also: readonly Subject[] } {
  const on = (name: string): Subject => subject('Node', null, name)
  if (it.at === 'node') return { subject: on(it.node), also: [] }
  if (it.at === 'pair') return { subject: on(it.nodes[0]), also: [on(it.nodes[1])] }
  const nodes = [...new Set(it.ways.flatMap((way) => [way.from, way.to]))].toSorted(textOrder).map(on)
  const [first = on(''), ...more] = nodes
  return dns === null
    ? { subject: first, also: more }
    : { subject: subject('Service', dns.namespace, dns.name), also: nodes }
}

function rowsOf(ways: readonly NodeWay[]) {
  return ways
    .map((it) => ({
      where: it.from === it.to ? `within ${it.from}` : `${it.from} to ${it.to}`,
      bad: it.tried - it.answered,
      of: it.tried,
      note: it.state === 'closed' || it.state === 'silent' ? 'closed' : '',
    }))
    .toSorted((a, b) => b.bad - a.bad || textOrder(a.where, b.where))
}
