import { expect, test } from 'vitest'
import { changesOf } from './changes.ts'
import type { Standing } from './round.ts'

const at = (name: string, rest: Partial<Standing> = {}): Standing => ({
  code: 'SVC201',
  severity: 'error',
  kind: 'Service',
  namespace: 'shop',
  name,
  unseen: 0,
  ...rest,
})

test('what came and what went, and nothing of what stays', () => {
  const node = at('worker-1', { code: 'NOD501', kind: 'Node', namespace: '', severity: 'warning' })
  expect(changesOf([at('a'), at('b')], [at('b', { unseen: 3 }), node])).toEqual([
    'found: NOD501 Node/worker-1 (warning)',
    'gone: SVC201 Service/shop/a (error)',
  ])
  expect(changesOf([at('a')], [at('a')])).toEqual([])
})

test('of very many some, and how many more', () => {
  const many = Array.from({ length: 500 }, (_, i) => at(`s${i}`))
  const lines = changesOf([], many)
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toBe('and 480 more changes')
})
