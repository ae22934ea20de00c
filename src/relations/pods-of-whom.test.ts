import { expect, test } from 'vitest'
import { pod } from '../../test/build/pod.ts'
import { concerned } from './pods-of-whom.ts'

const set = (name: string) => ({ owner: { kind: 'StatefulSet', name } })

test('workloads, each once', () => {
  expect(concerned([pod('a-0', set('a')), pod('a-1', set('a')), pod('b')]).map((it) => it.name)).toEqual(['a', 'b'])
})

test('of many their namespaces', () => {
  const many = Array.from({ length: 60 }, (_, at) =>
    pod(`p-${at}`, { owner: { kind: 'StatefulSet', name: `p${at}` }, namespace: at === 3 ? 'pay' : 'shop' }),
  )
  expect(concerned(many)).toEqual([
    { kind: 'Namespace', namespace: null, name: 'shop' },
    { kind: 'Namespace', namespace: null, name: 'pay' },
  ])
})
