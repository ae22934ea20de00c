import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { addressesOfNodes } from '../../relations/path/addresses-of-nodes.ts'
import { type RouteMissing, routesMissing } from '../../relations/path/forwarding.ts'
import { nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { wayClosed } from '../../relations/symptom.ts'

/**
 * Without an overlay each node has a route to the pods of every other one (host-gw, kubenet, routes of a CNI, of BGP or
 * of a cloud). One that is lost cuts two nodes from each other, since answers need it too, while both reach all others.
 */
export default check({
  code: 'NOD512',
  slug: 'node/pod-route-missing',
  title: 'a node has no route to the pods of another',
  fine: 'nodes have routes to the pods of the others',
  severity: 'error',
  needs: ['conntrack'],
  wants: ['pods', 'contacts', 'dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces', 'nodeNetworks'],
  remedies: [],
  decides: ['NET-03'],

  run({ conntrack, ...seen }) {
    const read = conntrack.filter((it) => (it.forwarding?.routes ?? null) !== null)
    if (read.length === 0) return notApplicable('routes of nodes were not read')
    const ways = nodeWays(seen)
    const addresses = addressesOfNodes(ways, seen)
    const missing = routesMissing(read, ways, addresses)
    const why = whyUntold(seen)
    if (missing.length === 0 && why !== null)
      return cannotTell(why.reason, `which ways are closed is not known: ${why.detail}`)
    const told = new Set(read.map((it) => it.node))
    const ends = ways.filter((it) => it.state === 'closed').flatMap((it) => [it.from, it.to])
    const unread = [...new Set(ends)].filter((it) => !told.has(it))
    if (missing.length === 0 && unread.length > 0)
      return cannotTell(
        'not-there',
        `a way of ${some(unread)} is closed, and its routes were not read`,
        '--node-access',
      )
    const unknown = [...new Set(ends)].filter((it) => !addresses.has(it))
    if (missing.length === 0 && unknown.length > 0)
      return cannotTell('not-there', `a way of ${some(unknown)} is closed, and no address of a pod there is known`)
    if (missing.length === 0)
      return okOrUntold(
        read.length,
        conntrack.filter((it) => !read.includes(it)).map((it) => it.node),
        'its routes were not read',
      )
    return [...Map.groupBy(missing, (it) => it.node).values()].flatMap((its) => {
      const [first] = its
      return first === undefined ? [] : [verdict(first, its)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has no route to the pods of ${some(args.to)}: pods there and here do not reach each other.`,
    detail: ({ args }) =>
      `no route to ${some(args.ips)} · ` +
      (args.fallback === null ? 'and no default route' : `the default route sends them to ${args.fallback}`),
    note: ({ args }) =>
      `to pods of ${some(args.led)} it has one: what writes these routes (the CNI's pod, a BGP daemon, the cloud's ` +
      'route controller) has lost or never written this one',
    help: ({ subject: on, args }) => [
      `look at what writes the routes on ${on.name}, and restart it there`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
      `on ${on.name}:  ip route get ${args.ip}    ip route show`,
      `kubectl get node ${args.to[0]} -o jsonpath='{.spec.podCIDR} {.status.addresses[0].address}{"\\n"}'`,
    ],
  },
})

function verdict(first: RouteMissing, its: readonly RouteMissing[]) {
  const [ip = null] = first.ips
  return finding({
    subject: subject('Node', null, first.node),
    also: its.map((it) => subject('Node', null, it.to)),
    confidence: 'observed',
    args: {
      to: its.map((it) => it.to),
      ips: its.flatMap((it) => it.ips.slice(0, 1)),
      ip,
      fallback: first.fallback?.via ?? first.fallback?.device ?? null,
      led: first.others.map((it) => it.node),
    },
    evidence: first.others.slice(0, 3).map(({ node, route }) => ({
      kind: 'fact' as const,
      label: `route to pods of ${node}`,
      value: `${route.to} ${route.via === null ? '' : `via ${route.via} `}dev ${route.device}`,
    })),
    causes: its.map((it) => wayClosed(it.node, it.to)),
  })
}
