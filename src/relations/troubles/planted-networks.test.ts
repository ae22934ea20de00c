import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { networks, routesOf, threeNodes } from '../../../test/build/node-network.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { MtuPath, NodeNetwork, NodeNetworks } from '../../model/node-network.ts'

/*
 * Whatever is read of nodes: what is broken there is told with the name of a node that has a part in it, by the exit
 * code as well, and a healthy cluster accuses nobody.
 */

const names = threeNodes.map((it) => it.name)
const name = fc.constantFrom(...names)
const pair = fc.tuple(name, name).filter(([a, b]) => a !== b)

function told(nodeNetworks: NodeNetworks): { readonly code: number; readonly about: readonly string[] } {
  const diagnosis = diagnose(modelOf({ nodes: threeNodes, pods: [], nodeNetworks }), {
    checks: checks.filter((it) => /^(?:NOD53|TRB)/.test(it.code)),
  })
  return {
    code: exitCode(diagnosis, { failOn: 'warning', strict: false }),
    about: diagnosis.results
      .flatMap((it) => it.findings)
      .flatMap((it) => [it.subject.name, ...(it.also ?? []).map((one) => one.name)]),
  }
}

test('healthy nodes accuse nobody, whatever passes in part', () => {
  const lossy = fc.record({
    small: fc.integer({ min: 1, max: 3 }),
    large: fc.integer({ min: 1, max: 3 }),
    back: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(lossy, { maxLength: 6 }), (counts) => {
      const well = networks()
      const paths = well.paths.map((it, i) => ({ ...it, ...counts[i] }))
      expect(told({ ...well, paths })).toEqual({ code: 0, about: [] })
    }),
    { numRuns: runs(100) },
  )
})

const size = fc.record({ pair, small: fc.integer({ min: 2, max: 3 }), way: fc.constantFrom('there', 'back') })

test('packets that are lost for their size are told, with both ends', () => {
  fc.assert(
    fc.property(size, ({ pair: [from, to], small, way }) => {
      const lost = (it: MtuPath): MtuPath =>
        it.node === from && it.to === to ? { ...it, small, large: way === 'there' ? 0 : 3, back: 0 } : it
      const { code, about } = told({ ...networks(), paths: networks().paths.map(lost) })
      expect(code).toBe(1)
      expect(about).toEqual(expect.arrayContaining([from, to]))
    }),
    { numRuns: runs(100) },
  )
})

type Break = (node: NodeNetwork, other: string) => Partial<NodeNetwork>
const rangeOf = (node: string): string => `10.2.${names.indexOf(node) + 1}.0/24`
const breaks: readonly Break[] = [
  ({ node }, other) => ({
    routes: routesOf(node).map((it) => (it.to === rangeOf(other) ? { ...it, via: null, dev: null } : it)),
  }),
  ({ node }, other) => ({
    routes: [...routesOf(node), { to: rangeOf(other).replace('/24', '/25'), via: null, dev: null }],
  }),
  () => ({ bridgeCalls: 'off' }),
  () => ({ bridgeCalls: 'no-module' }),
  () => ({ proxy: { health: 'unwell', said: 'HTTP 503', mode: null } }),
  () => ({ reversePathDrops: 9 }),
]

test('what is broken on a node is told with its name, whatever else is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(pair, fc.nat(breaks.length - 1)), { minLength: 1, maxLength: 3, selector: ([[a]]) => a }),
      (planted) => {
        const well = networks()
        const nodes = well.nodes.map((it) => {
          const mine = planted.find(([[node]]) => node === it.node)
          return mine === undefined ? it : { ...it, ...breaks[mine[1]]?.(it, mine[0][1]) }
        })
        const { code, about } = told({ ...well, nodes })
        expect(code).toBe(1)
        expect(about).toEqual(expect.arrayContaining(planted.map(([[node]]) => node)))
      },
    ),
    { numRuns: runs(200) },
  )
})
