import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** README as a newcomer types it: a checkout, an empty HOME, Node with npm, and nothing else. */
const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hopscope-readme-'))
const home = join(folder, 'home')
const checkout = join(folder, 'checkout')

function type(line: string) {
  const global = join(home, '.npm-global')
  const env = {
    HOME: home,
    PATH: [join(global, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    npm_config_prefix: global,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const ran = spawnSync('bash', ['-c', line], { cwd: checkout, env, encoding: 'utf8', timeout: 120_000 })
  return { code: ran.status, told: `${ran.stdout}${ran.stderr}` }
}

function linesUnder(title: string): readonly string[] {
  const [, section = ''] = readme.split(`\n## ${title}\n`)
  return (/```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '').trimEnd().split('\n')
}

beforeAll(() => {
  mkdirSync(home)
  // Links, so that a copy with its packages is there in a second; whatever writes replaces a file and spares the other.
  for (const name of [
    'package.json',
    'package-lock.json',
    'README.md',
    'LICENSE',
    'deploy',
    'src',
    'scripts',
    'node_modules',
  ])
    spawnSync('cp', ['-al', '--parents', name, ensured(checkout)], { cwd: root })
  spawnSync('cp', ['-al', '--parents', 'scenarios/dns-race-lossy', checkout], { cwd: root })
  const stamp = join(checkout, 'node_modules/.hopscope-lock')
  rmSync(stamp, { force: true })
  writeFileSync(stamp, readFileSync(join(root, 'package-lock.json')))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function ensured(path: string): string {
  mkdirSync(path, { recursive: true })
  return path
}

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
    const lines = linesUnder('Install')
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      const { code, told } = type(line)
      expect({ line, code, told: code === 0 ? '' : told }).toEqual({ line, code: 0, told: '' })
      if (line.startsWith('npm start')) expect(told).toMatch(/RECORDING[\s\S]*DNS101/)
    }
  }, 240_000)
  test.each(linesUnder('Use'))('%s', (line) => {
    const { code, told } = type(line)
    if (/^hopscope (?:explain|checks)/.test(line)) return expect(code).toBe(0)
    // Understood to the point where a cluster is needed, which an empty HOME has none of.
    expect(told).toMatch(/^error: no kubeconfig: /)
    expect(code).toBe(2)
  })
})
