import { expect, test } from 'vitest'
import { standing } from '../../../test/build/standing.ts'
import { changesOf } from './changes.ts'

test('what came and what went, and nothing of what stays', () => {
  const node = standing('worker-1', { code: 'NOD501', kind: 'Node', namespace: '', severity: 'warning' })
  expect(changesOf([standing('a'), standing('b')], [standing('b', { unseen: 3 }), node])).toEqual([
    'found: NOD501 Node/worker-1 (warning)',
    'gone: SVC201 Service/shop/a (error)',
  ])
  expect(changesOf([standing('a')], [standing('a')])).toEqual([])
})

test('of very many some, and how many more', () => {
  const many = Array.from({ length: 500 }, (_, i) => standing(`s${i}`))
  const lines = changesOf([], many)
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toBe('and 480 more changes')
})
