import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { repeat, toService } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { known } from '../../model/known.ts'
import { endpointsFrom, isShort, sightOf, sights, sightText, triesToMeetEach } from './meet-each.ts'

const pods = (n: number) =>
  Array.from({ length: n }, (_, i) => pod(`web-${i}`, { ip: `10.2.1.${i + 1}`, node: `worker-${i % 2}` }))

test('enough tries miss one bad endpoint once in a hundred times at most, and one fewer would miss more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 500 }), (n) => {
      const enough = triesToMeetEach(n)
      expect((1 - 1 / n) ** enough).toBeLessThanOrEqual(0.01)
      expect((1 - 1 / n) ** (enough - 1)).toBeGreaterThan(0.01)
      expect(isShort(sightOf(enough, n))).toBe(false)
      expect(isShort(sightOf(enough - 1, n))).toBe(true)
    }),
  )
})

test.each([
  [5, 3, '5 tries from a node meet one bad endpoint of 3 with 86 %'],
  [5, 10, '5 tries from a node meet one bad endpoint of 10 with 40 %'],
  [40, 50, '40 tries from a node meet one bad endpoint of 50 with 55 %'],
  [1, 3, '1 try from a node meets one bad endpoint of 3 with 33 %'],
])('%s tries of %s', (tries, n, text) => {
  expect(sightText(sightOf(tries, n), ' from a node')).toBe(text)
})

test('no try meets nobody, and one endpoint is met by any', () => {
  expect(isShort(sightOf(0, 1))).toBe(true)
  expect(isShort(sightOf(1, 1))).toBe(false)
})

test('with affinity no number of tries is enough for a second endpoint', () => {
  expect(sightOf(40, 2, { sessionAffinity: 'ClientIP' }).percent).toBe(50)
})

test('with internalTrafficPolicy Local the endpoints of the node count', () => {
  const local = service('web', { internalTrafficPolicy: 'Local' })
  const slices = [slice('web', pods(5))]
  expect(endpointsFrom(local, slices, { port: 80, node: 'worker-1' })).toBe(2)
  expect(endpointsFrom(service('web'), slices, { port: 80, node: 'worker-1' })).toBe(5)
})

test('of a Service the node with the fewest tries counts', () => {
  const connects = [toService('web', 'worker-0', repeat(12, 'open')), toService('web', 'worker-1', repeat(4, 'open'))]
  const of = sights({ connects }, known([service('web')]), known([slice('web', pods(3))]))
  expect(of).toEqual([{ tries: 4, endpoints: 3, percent: 80 }])
})
