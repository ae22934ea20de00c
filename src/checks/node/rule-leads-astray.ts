import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { addressesOfNodes } from '../../relations/path/addresses-of-nodes.ts'
import { brokenWays } from '../../relations/node/broken-ways.ts'
import { type NodeWay, nodeWays, whyUntold } from '../../relations/path/node-ways.ts'

/**
 * `ip rule` leads packets to other tables before the main one is asked (RPDB, ip-rule(8)): `ip route` looks well, and
 * the packet takes another way. The rules can't be read without a program for it; what their tables hold can.
 */
export default check({
  code: 'NOD538',
  slug: 'node/rule-leads-astray',
  title: 'a routing rule takes packets of pods where they are lost',
  fine: 'no table of a routing rule holds the pods of a way that is closed',
  severity: 'error',
  needs: ['nodeNetworks'],
  wants: ['pods', 'contacts', 'dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['NET-03'],

  run({ nodeNetworks: networks, ...seen }) {
    const { nodes } = networks
    const read = nodes.filter((it) => it.ruled !== undefined && it.ruled.rules !== 'unknown')
    if (read.length === 0) return notApplicable('the tables of routing rules were not read')
    const ways = nodeWays(seen)
    const closed = ways.filter((it) => it.from !== it.to && (it.state === 'closed' || it.state === 'silent'))
    const addresses = addressesOfNodes(ways, { ...seen, nodeNetworks: known(networks) })
    const found = read.flatMap((it) => {
      const its = astray(it, { closed, ways, addresses })
      return its.length === 0 ? [] : [verdict(it, its, seen)]
    })
    if (found.length > 0) return found
    const why = whyUntold(seen)
    const ruled = read.filter((it) => (it.ruled?.others.length ?? 0) > 0)
    if (why !== null && ruled.length > 0)
      return cannotTell(why.reason, `which ways are closed is not known: ${why.detail}`)
    return okOrUntold(
      read.length,
      nodes.filter((it) => !read.includes(it)).map((it) => it.node),
      'its tables were not read',
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has table ${args.table} beside its main one, which ` +
      `${args.refuses ? 'refuses' : 'takes'} ${args.route}: ` +
      `pods there and on ${some(args.to)} do not reach each other.`,
    detail: ({ args }) => `${args.ip} by the main table is well · by table ${args.table}: ${args.route}`,
    note: ({ args }) =>
      args.refuses
        ? '`ip route` shows the main table alone: a rule is asked before it, and leads here'
        : 'where its route leads is not to be read without a program on the node: it is asked before the main table ' +
          'where a rule leads here',
    help: ({ subject: on, args }) => [
      'look for what wrote the rule: a VPN, a second network, an agent of the CNI that is gone',
      `on ${on.name}:  ip rule    ip route show table ${args.table}    ip route get ${args.ip}`,
    ],
  },
})

type Route = NonNullable<NodeNetwork['ruled']>['others'][number]

interface Astray {
  readonly route: Route
  readonly to: string
  readonly ip: string
}

/**
 * Closed ways of this node whose far addresses, or its own, such a table holds. One that does not refuse is named only
 * where each way that it holds is closed: those of a healthy network hold ways that are open.
 */
function astray({ node, ruled }: NodeNetwork, { closed, ways, addresses }: Around): readonly Astray[] {
  const far = ways
    .filter((it) => it.from !== it.to && (it.from === node || it.to === node))
    .map((way) => {
      const to = way.from === node ? way.to : way.from
      return { way, to, ips: [...new Set([...way.ips, ...(addresses.get(to) ?? [])])] }
    })
  return (ruled?.others ?? []).flatMap((route) => {
    const its = far.flatMap(({ way, to, ips }) => {
      const ip = ips.find((one) => contains(route.to, one))
      return ip === undefined ? [] : [{ way, route, to, ip }]
    })
    const bad = its.filter((it) => closed.includes(it.way))
    return bad.length === 0 || (!route.refuses && bad.length < its.length) ? [] : bad
  })
}

interface Around {
  readonly closed: readonly NodeWay[]
  readonly ways: readonly NodeWay[]
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>
}

function verdict({ node }: NodeNetwork, its: readonly Astray[], around: Parameters<typeof brokenWays>[2]) {
  const worst = its.find((it) => it.route.refuses) ?? its[0]
  const to = [...new Set(its.map((it) => it.to))].toSorted(textOrder)
  const { table, to: prefix, refuses } = worst?.route ?? { table: '', to: '', refuses: false }
  return finding({
    subject: subject('Node', null, node),
    also: to.map((it) => subject('Node', null, it)),
    confidence: refuses ? 'inferred' : 'possible',
    args: { table, route: prefix, refuses, to, ip: worst?.ip ?? '' },
    evidence: [
      {
        kind: 'log',
        source: `/proc/net/fib_trie of ${node}`,
        lines: [
          ...new Set(its.map(({ route }) => `table ${route.table}: ${route.to}${route.refuses ? ' refused' : ''}`)),
        ].slice(0, 12),
      },
    ],
    causes: brokenWays(node, to, around),
  })
}
