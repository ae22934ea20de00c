import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyCheckout, linesUnder, typeIn } from '../test/build/checkout.ts'

/** README as a newcomer types it: a checkout, an empty HOME, Node with npm, and nothing else. */
const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hopscope-readme-'))

const type = (line: string) => typeIn(folder, line)

beforeAll(() => copyCheckout(folder), 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('is short, and begins with the easy picture', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(150)
  expect(readme.indexOf('^^^^ pods say `cart`')).toBeGreaterThan(0)
  expect(readme.indexOf('^^^^ pods say `cart`')).toBeLessThan(readme.indexOf('one resolver timeout'))
})

test('what it links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((it) => spawnSync('test', ['-e', join(root, it)]).status !== 0)).toEqual([])
})

describe('its lines, one after the other', () => {
  test('install', () => {
    const lines = linesUnder(readme, 'Install')
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      const { code, told } = type(line)
      expect({ line, code, told: code === 0 ? '' : told }).toEqual({ line, code: 0, told: '' })
      if (line.startsWith('npm start')) expect(told).toMatch(/RECORDING[\s\S]*DNS101/)
    }
  }, 240_000)
  test.each(linesUnder(readme, 'Use'))('%s', (line) => {
    const { code, told } = type(line)
    if (/^hopscope (?:explain|checks)/.test(line)) return expect(code).toBe(0)
    // Understood to the point where a cluster is needed, which an empty HOME has none of.
    expect(told).toMatch(/^error: no kubeconfig: /)
    expect(code).toBe(2)
  })
})
