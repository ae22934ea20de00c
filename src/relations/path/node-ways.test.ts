import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { cutBetween, cutEverywhere, cutOff, mesh, type Way } from '../../../test/build/mesh.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { closedWays, nodeWays, type NodeWay } from './node-ways.ts'

const waysOf = (nodes: readonly string[], isOpen: Way): readonly NodeWay[] => {
  const { sources, scope } = modelOf(mesh(nodes, isOpen), {}, {})
  return nodeWays({ ...sources, scope })
}
const nodeNames = fc
  .integer({ min: 3, max: 7 })
  .map((count) => Array.from({ length: count }, (_, index) => `node-${index + 1}`))
const told = (ways: readonly NodeWay[]) => closedWays(ways).map((it) => ({ ...it, ways: it.ways.length }))

it('names the one pair, the one node, or no node, whichever was planted among however many', () => {
  const planted = nodeNames.chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      pair: fc.shuffledSubarray(nodes, { minLength: 2, maxLength: 2 }).map((it) => it.toSorted()),
    }),
  )
  fc.assert(
    fc.property(planted, ({ nodes, pair: [a = '', b = ''] }) => {
      expect(told(waysOf(nodes, cutBetween(a, b)))).toEqual([{ at: 'pair', nodes: [a, b], ways: 2 }])
      expect(told(waysOf(nodes, cutOff(a)))).toEqual([{ at: 'node', node: a, ways: 2 * (nodes.length - 1) }])
      expect(told(waysOf(nodes, cutEverywhere))).toEqual([{ at: 'all', ways: nodes.length * (nodes.length - 1) }])
      expect(told(waysOf(nodes, () => true))).toEqual([])
    }),
    { numRuns: runs(60) },
  )
})

it('whatever is closed, each closed way is told once or twice at most, and no open one ever', () => {
  const any = nodeNames.chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      closed: fc.uniqueArray(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), {
        selector: ([from, to]) => `${from} ${to}`,
      }),
    }),
  )
  fc.assert(
    fc.property(any, ({ nodes, closed }) => {
      const keys = new Set(closed.filter(([from, to]) => from !== to).map(([from, to]) => `${from} ${to}`))
      const groups = closedWays(waysOf(nodes, (from, to) => from === to || !keys.has(`${from} ${to}`)))
      const named = groups.flatMap((it) => it.ways.map((way) => `${way.from} ${way.to}`))
      expect(new Set(named)).toEqual(keys)
      // A way between two nodes that are both cut off is of both.
      expect(named.length).toBeLessThanOrEqual(2 * keys.size)
    }),
    { numRuns: runs(150) },
  )
})

it('silence on one port alone is no closed way: it may be a rule about that port', () => {
  const nodes = ['a', 'b', 'c']
  const { sources, scope } = modelOf(mesh(nodes, cutOff('b'), [8080]), {}, {})
  expect(closedWays(nodeWays({ ...sources, scope }))).toEqual([])
})

it('a node whose pods do not reach each other either has another fault than its ways', () => {
  expect(closedWays(waysOf(['a', 'b', 'c'], (_, to) => to !== 'b'))).toEqual([])
})

it('what is silent on one port joins what is closed, so that a node with one service is no exception', () => {
  fc.assert(
    fc.property(nodeNames, fc.integer({ min: 0, max: 6 }), (nodes, at) => {
      const its = mesh(nodes, cutEverywhere)
      const poor = its.pods[at % nodes.length]?.ip
      const connects = its.contacts.connects.filter((it) => it.ip !== poor || it.port === 8080)
      const { sources, scope } = modelOf({ ...its, contacts: { ...its.contacts, connects } }, {}, {})
      expect(told(nodeWays({ ...sources, scope }))).toEqual([{ at: 'all', ways: nodes.length * (nodes.length - 1) }])
    }),
    { numRuns: runs(30) },
  )
})
