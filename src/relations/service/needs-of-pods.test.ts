import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { getOf } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { known } from '../../model/known.ts'
import { dnsLossInPod, endpointsAnswerBadly, nameWrong } from '../symptom.ts'
import { needsOfPods } from './needs-of-pods.ts'

/** Services s0, s1 …, each with a pod of its own that calls those of its row. */
function needsIn(rows: readonly (readonly number[])[]) {
  const services = rows.map((_, index) => service(`s${index}`, { selector: { app: `s${index}` } }))
  const pods = rows.map((to, index) =>
    pod(`s${index}-0`, {
      labels: { app: `s${index}` },
      containers: [container({ calls: to.map((it) => ({ by: `S${it}`, host: `s${it}`, port: 80 })) })],
    }),
  )
  const needs = needsOfPods(known(pods), known(services), known(clusterDns()))([getOf('s0', 's0-0', 502)])
  return { needs, services, pods }
}

/** How many calls there are from s0 to each of the others, at least. */
function distances(rows: readonly (readonly number[])[]): ReadonlyMap<number, number> {
  const far = new Map([[0, 0]])
  for (const [at, hops] of far) for (const to of rows[at] ?? []) if (!far.has(to)) far.set(to, hops + 1)
  return far
}

const graph = fc
  .integer({ min: 2, max: 8 })
  .chain((size) =>
    fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
  )

test('what is called by what is called is needed as well, round or not, and nothing else', () => {
  fc.assert(
    fc.property(graph, (rows) => {
      const { needs, services, pods } = needsIn(rows)
      const far = distances(rows)
      for (const [index, its] of services.entries()) {
        const hops = far.get(index) ?? Infinity
        // The first one is called where a chain comes back to it in as many calls.
        const back = Math.min(...[...far].map(([it, way]) => (rows[it]?.includes(0) === true ? way + 1 : Infinity)))
        expect(needs.keys.includes(nameWrong(its))).toBe((index === 0 ? back : hops) <= 5)
        const own = pods[index]
        if (own !== undefined) expect(needs.keys.includes(dnsLossInPod(own))).toBe(hops <= 4)
      }
      expect(needs.calls).toEqual([...new Set(rows[0]?.map((it) => `shop/s${it}`))].toSorted())
    }),
    { numRuns: 60 },
  )
})

test('web calls cart, and cart calls db: a wrong name of db is what web answers 502 for', () => {
  const { needs, services } = needsIn([[1], [2], []])
  const [, cart, db] = services
  expect(needs.calls).toEqual(['shop/s1'])
  expect(cart !== undefined && needs.keys.includes(endpointsAnswerBadly(cart))).toBe(true)
  expect(db !== undefined && needs.keys.includes(nameWrong(db))).toBe(true)
})
