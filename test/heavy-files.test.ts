import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { heavyFiles, leftOn } from './heavy-files.ts'

const root = join(import.meta.dirname, '..')
const days = Array.from({ length: 12 }, (_, at) => 20_000 + at)

test('each of them is there, and is named once', () => {
  expect(heavyFiles.filter((it) => !existsSync(join(root, it)))).toEqual([])
  expect(new Set(heavyFiles).size).toBe(heavyFiles.length)
})

test('twelve days run each of them', () => {
  const run = days.flatMap((day) => heavyFiles.filter((it) => !leftOn(day, []).includes(it)))
  expect(run.toSorted()).toEqual([...heavyFiles].toSorted())
})

test('what stands beside a change is not left to another day', () => {
  for (const day of days) {
    const left = leftOn(day, ['src/cli/exit-codes.ts'])
    expect(left.some((it) => it.startsWith('src/cli/') && !it.slice(8).includes('/'))).toBe(false)
    expect(left.length).toBeGreaterThan(0)
  }
})

test('and no day more files than another by much', () => {
  const each = days.map((day) => heavyFiles.length - leftOn(day, []).length)
  expect(Math.max(...each) - Math.min(...each)).toBeLessThan(4)
})
