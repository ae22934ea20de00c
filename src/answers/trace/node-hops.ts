import type { MtuPath } from '../../model/node-network.ts'
import type { Model } from '../../model/sources.ts'
import { carries } from '../../relations/node/mtu-paths.ts'
import { type PodWay, podWays } from '../../relations/node/pod-routes.ts'
import { addressesOf, type TraceEnds } from '../../relations/path/trace-ends.ts'
import type { Bare } from './hop.ts'

/** Between the node of the pod and those of the other end, there and back; nothing where all is on one node. */
export function nodePathHops(model: Model, ends: TraceEnds): readonly Bare[] {
  const { nodeNetworks } = model.sources
  const home = ends.from?.node ?? null
  if (!nodeNetworks.known || home === null) return []
  const far = farNodes(model, ends).filter((it) => it !== home)
  if (far.length === 0) return []
  return [routeHop(model, home, far), ...mtuHop(nodeNetworks.value.paths, home, far)]
}

function routeHop({ sources }: Model, home: string, far: readonly string[]): Bare {
  const { nodeNetworks, nodes, pods } = sources
  const networks = nodeNetworks.known ? nodeNetworks.value.nodes : []
  const ways = podWays({ networks, nodes: nodes.known ? nodes.value : [], pods: pods.known ? pods.value : [] })
  const its = ways.filter(
    (it) => (it.node === home && far.includes(it.to)) || (far.includes(it.node) && it.to === home),
  )
  const bad = its.filter((it) => it.verdict !== 'well' && it.verdict !== 'unknown')
  const onWay = networks.filter((it) => it.node === home || far.includes(it.node))
  const off = onWay.filter((it) => it.forwards.v4 === false)
  const told = its.filter((it) => it.verdict === 'well')
  if (bad.length + off.length === 0 && told.length === 0)
    return { name: 'route', verdict: 'cannot-tell', how: 'nobody', seen: { kind: 'why', why: 'unclear' } }
  const read = new Set(networks.map((it) => it.node))
  const ruled = onWay.filter((it) => it.ruled?.rules === 'added')
  // A rule may lead to another table before the main one is asked.
  const well = ruled.length === 0 ? 'ok' : 'cannot-tell'
  return {
    name: 'route',
    verdict: bad.length + off.length === 0 ? well : 'broken',
    how: 'node',
    seen: {
      kind: 'routes',
      bad: bad.map(textOf),
      notForwarding: off.map((it) => it.node),
      ruled: ruled.map((it) => it.node),
      read: [home, ...far].filter((it) => read.has(it)),
      of: far.length + 1,
    },
  }
}

function textOf({ node, to, verdict }: PodWay): string {
  return `${node} to ${to} ${verdict === 'missing' ? 'missing' : 'leads elsewhere'}`
}

function mtuHop(paths: readonly MtuPath[], home: string, far: readonly string[]): readonly Bare[] {
  const its = paths.filter(
    (it) => (it.node === home && far.includes(it.to)) || (far.includes(it.node) && it.to === home),
  )
  const judged = its.map((path) => ({ path, verdict: carries(path) }))
  const told = judged.filter((it) => it.verdict !== 'silent')
  const lost = told.filter((it) => it.verdict !== 'all')
  if (its.length === 0) return []
  if (told.length === 0)
    return [{ name: 'mtu', verdict: 'cannot-tell', how: 'nobody', seen: { kind: 'why', why: 'unclear' } }]
  return [
    {
      name: 'mtu',
      verdict: lost.length === 0 ? 'ok' : 'broken',
      how: 'beside',
      seen: {
        kind: 'sizes',
        mtu: Math.max(...told.map((it) => it.path.mtu)),
        lost: [
          ...new Set(
            lost.map(({ path, verdict }) =>
              verdict === 'small' ? `${path.node} to ${path.to}` : `${path.to} to ${path.node}`,
            ),
          ),
        ],
        of: told.length,
      },
    },
  ]
}

/** Where the endpoints are that the trace connects to. */
function farNodes({ sources: { pods } }: Model, ends: TraceEnds): readonly string[] {
  const all = pods.known ? pods.value : []
  const slices = ends.to.kind === 'service' ? ends.to.slices.flatMap((it) => it.endpoints) : []
  const nodes = addressesOf(ends).flatMap(({ to, host }) => {
    if (to.kind !== 'endpoint') return []
    const endpoint = slices.find((it) => it.ip === host)
    return endpoint?.node ?? all.find((it) => it.namespace === to.namespace && it.name === to.pod)?.node ?? []
  })
  return [...new Set(nodes)]
}
