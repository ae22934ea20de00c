import { expect, test } from 'vitest'
import { keptOffBy } from './kept-off.ts'

test.each([
  ["0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.", 'ports'],
  ["0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are", 'affinity'],
  ["0/4 nodes are available: 1 node(s) had untolerated taint {a: b}, 3 node(s) didn't have free ports for", 'ports'],
  ["0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match pod anti-affinity rules.", null],
  ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", null],
  ['', null],
])('%s: %s', (said, by) => {
  expect(keptOffBy(said)).toBe(by)
})
