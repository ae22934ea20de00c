import { expect, test } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import { mtuPath, networks, routesOf, threeNodes } from '../../../test/build/node-network.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { InsideView } from '../../model/inside.ts'
import { known } from '../../model/known.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import { paint } from '../../report/paint.ts'
import { traceText } from '../../report/trace/trace-text.ts'
import { traceOf } from './trace.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
// Pods of the trace have 10.2.1.1 on worker-1 and 10.2.1.2 on worker-2: the ranges are not what is used.
const routes = (name: string, without: readonly string[] = []) => [
  ...routesOf(name).filter((it) => !it.to.startsWith('10.2.')),
  ...[
    { to: '10.2.1.1/32', node: 'worker-1', via: '192.168.0.11' },
    { to: '10.2.9.1/32', node: 'worker-1', via: '192.168.0.11' },
    { to: '10.2.1.2/32', node: 'worker-2', via: '192.168.0.12' },
  ]
    .filter((it) => it.node !== name && !without.includes(it.to))
    .map(({ to, via }) => ({ to, via, dev: 'eth0' })),
]
const well = networks(
  Object.fromEntries(['worker-1', 'worker-2', 'worker-3'].map((it) => [it, { routes: routes(it) }])),
)

function tracedWith(nodeNetworks: NodeNetworks, result: Crossing['result'], insideViews: readonly InsideView[] = []) {
  const model = modelOf(
    {
      ...traced.sources,
      nodes: threeNodes,
      namespaces: [],
      networkPolicies: [],
      nodeNetworks,
      insideViews,
      crossings: [crossing('web', result)],
    },
    {},
    traced.scope,
  )
  const trace = traceOf(model, [])
  if (trace === null) throw new Error('no trace')
  return { trace, text: traceText(trace, plain) }
}

test('all is well between the nodes', () => {
  const { trace, text } = tracedWith(well, 'open')
  expect(trace.verdict).toBe('open')
  expect(text).toContain('✓ route        there and back by the main table, 2 of 2 nodes read')
  expect(text).toContain('✓ packet size  UDP of 1500 bytes crosses between the nodes as small does')
  expect(text).toContain('crosses between the nodes as small does')
})

test('rules may lead to another table before the main one: what that holds is no good news', () => {
  const nodes = well.nodes.map((it) =>
    it.node === 'worker-2' ? { ...it, ruled: { rules: 'added' as const, others: [] } } : it,
  )
  const { trace, text } = tracedWith({ ...well, nodes }, 'timeout')
  expect(trace.hops.find((it) => it.name === 'route')?.verdict).toBe('cannot-tell')
  expect(text).toMatch(/\? route .*worker-2 has rules \(`ip rule`\) that may lead elsewhere/)
})

test('a route that is missing is where a silent connection breaks, and not where one opens or is refused', () => {
  const broken = networks({
    'worker-1': { routes: routes('worker-1', ['10.2.1.2/32']) },
    'worker-2': { routes: routes('worker-2') },
    'worker-3': { routes: routes('worker-3') },
  })
  expect(tracedWith(broken, 'timeout').trace.at).toBe('route')
  expect(tracedWith(broken, 'timeout').text).toContain('worker-1 to worker-2 missing')
  expect(tracedWith(broken, 'refused').trace.at).toBe('connect')
  expect(tracedWith(broken, 'open').trace.verdict).toBe('open')
})

test('a lookup that is lost on a way that is broken is not a name that is wrong', () => {
  const nodes = well.nodes.map((it) => (it.node === 'worker-2' ? { ...it, forwards: { v4: false, v6: null } } : it))
  const lookup = (result: 'timeout' | 'nxdomain') =>
    known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms: 5000 })
  const at = (result: 'timeout' | 'nxdomain') =>
    tracedWith({ ...well, nodes }, 'open', [insideView('client-1', { lookup: lookup(result) })]).trace.at
  expect(at('timeout')).toBe('route')
  expect(at('nxdomain')).toBe('resolve')
})

test('a node that forwards nothing', () => {
  const nodes = well.nodes.map((it) => (it.node === 'worker-2' ? { ...it, forwards: { v4: false, v6: null } } : it))
  expect(tracedWith({ ...well, nodes }, 'timeout').trace.at).toBe('route')
})

test('a connection opens, and large packets are lost on it', () => {
  const paths = [mtuPath('worker-1', 'worker-2', { back: 0 })]
  const { trace, text } = tracedWith({ ...well, paths }, 'open')
  expect([trace.verdict, trace.at]).toEqual(['broken', 'mtu'])
  expect(text).toContain('UDP of 1500 bytes is lost from worker-2 to worker-1; small passes')
})

test('nodes that were not read are no green', () => {
  const { trace } = tracedWith(
    { nodes: [], paths: [mtuPath('worker-1', 'worker-2', { small: 0, large: 0, back: 0 })], missing: [] },
    'open',
  )
  expect(trace.hops.filter((it) => it.name === 'route' || it.name === 'mtu').map((it) => it.verdict)).toEqual([
    'cannot-tell',
    'cannot-tell',
  ])
})
