import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { hasPairs, selects } from '../../relations/selector.ts'
import { createIntern } from '../../wire/intern.ts'
import { TooMany } from '../../wire/too-many.ts'
import { projectIngress } from './ingress.ts'
import { projectNetworkPolicy } from './network-policy.ts'
import { projectPod } from './pod.ts'
import { projectService } from './service.ts'

const many = (count: number, like: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${like}-${n}`, `value-${n}`]))

const meta = (more: object) => ({ metadata: { namespace: 'shop', name: 'web', ...more } })

describe('a label that stands behind many others', () => {
  test('is selected by, as the API server does, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.nat(),
        fc.boolean(),
        fc.constantFrom('pod', 'selector', 'both'),
        (count, where, isThere, whose) => {
          const labels = many(whose === 'selector' ? 3000 : count, 'key')
          const nth = count === 0 ? 0 : where % count
          const asked =
            whose === 'pod'
              ? { [`key-${nth}`]: `value-${nth}` }
              : { ...many(count, 'key'), ...(isThere ? {} : { no: 'x' }) }
          const expected = Object.entries(asked).every(([key, value]) => labels[key] === value)
          const intern = createIntern()
          const pod = projectPod(meta({ labels }), intern)
          const service = projectService({ ...meta({}), spec: { selector: asked } }, intern)
          const policy = projectNetworkPolicy({ ...meta({}), spec: { podSelector: { matchLabels: asked } } }, intern)
          expect(Object.keys(pod?.labels ?? {})).toHaveLength(Object.keys(labels).length)
          if (Object.keys(asked).length > 0) expect(hasPairs(service?.selector ?? {}, pod?.labels ?? {})).toBe(expected)
          expect(policy === null ? null : selects(policy.podSelector, pod?.labels ?? {})).toBe(expected)
        },
      ),
      { numRuns: runs(100) },
    )
  })

  test('an annotation that decides is read behind as many, too', () => {
    const annotations = { ...many(2000, 'a'), 'kubernetes.io/ingress.class': 'internal' }
    expect(projectIngress({ ...meta({ annotations }), spec: {} }, createIntern())?.className).toBe('internal')
  })
})

describe('without room', () => {
  test('nothing is cut: the object is refused, and says by what', () => {
    const intern = createIntern({ room: 100_000 })
    const pod = (nth: number) => meta({ labels: { ...many(2000, 'key'), nth: String(nth) } })
    expect(() => Array.from({ length: 9 }, (_, nth) => projectPod(pod(nth), intern))).toThrow(TooMany)
    // What is usual goes on being read, and what was read already takes no more.
    expect(projectPod(meta({ labels: { app: 'web' } }), intern)?.labels).toEqual({ app: 'web' })
    expect(projectPod(pod(0), intern)?.labels['nth']).toBe('0')
  })

  test.each([
    [50, {}],
    [51, { unread: 1 }],
  ])('of %d addresses in a container: what is usual, and how many are left out', (count, left) => {
    const env = Array.from({ length: count }, (_, n) => ({ name: `A${n}_URL`, value: `http://a-${n}.shop` }))
    const raw = { ...meta({}), spec: { containers: [{ name: 'app', env }] } }
    const read = projectPod(raw, createIntern({ room: 0 }))?.containers[0]
    expect(read).toMatchObject(left)
    expect(read?.calls).toHaveLength(50)
    expect(projectPod(raw, createIntern())?.containers[0]?.calls).toHaveLength(count)
  })

  test('as many by an address are no less', () => {
    const env = Array.from({ length: 51 }, (_, n) => ({ name: `A${n}_URL`, value: `http://10.0.0.${n}` }))
    const raw = { ...meta({}), spec: { containers: [{ name: 'app', env }] } }
    expect(projectPod(raw, createIntern({ room: 0 }))?.containers[0]?.addresses).toHaveLength(50)
    expect(projectPod(raw, createIntern())?.containers[0]?.addresses).toHaveLength(51)
  })

  test('one pod of thousands of peers leaves room for all the others', () => {
    const intern = createIntern()
    const env = [{ name: 'PEERS', value: Array.from({ length: 8000 }, (_, n) => `http://p-${n}.shop:80`).join(',') }]
    const raw = { ...meta({}), spec: { containers: [{ name: 'app', env }] } }
    for (let nth = 0; nth < 20; nth++) expect(projectPod(raw, intern)?.containers[0]?.unread).toBe(7950)
    expect(projectPod(meta({ labels: many(2000, 'key') }), intern)).not.toBeNull()
  })
})
