import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** For tests of pages: a newcomer's machine, with a checkout, an empty HOME, Node with npm, and nothing else. */

const root = join(import.meta.dirname, '../..')

/** `checkout` and `home` in that folder. */
export function copyCheckout(folder: string): void {
  const checkout = join(folder, 'checkout')
  mkdirSync(join(folder, 'home'))
  mkdirSync(checkout)
  // Links, so that a copy with its packages is there in a second; whatever writes replaces a file and spares the other.
  for (const name of [
    'package.json',
    'package-lock.json',
    'README.md',
    'LICENSE',
    'deploy',
    'schemas',
    'src',
    'scripts',
    'node_modules',
    'scenarios/dns-race-lossy',
  ])
    spawnSync('cp', ['-al', '--parents', name, checkout], { cwd: root })
  const stamp = join(checkout, 'node_modules/.hopscope-lock')
  rmSync(stamp, { force: true })
  writeFileSync(stamp, readFileSync(join(root, 'package-lock.json')))
}

/** A line as it is typed there. */
export function typeIn(folder: string, line: string): { readonly code: number | null; readonly told: string } {
  const home = join(folder, 'home')
  const global = join(home, '.npm-global')
  const env = {
    HOME: home,
    PATH: [
      join(home, '.local/bin'),
      join(global, 'bin'),
      dirname(process.execPath),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
    ].join(':'),
    npm_config_prefix: global,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const cwd = join(folder, 'checkout')
  const ran = spawnSync('bash', ['-c', line], { cwd, env, encoding: 'utf8', timeout: 240_000 })
  return { code: ran.status, told: `${ran.stdout}${ran.stderr}` }
}

/** The lines of the first block of commands under a heading. */
export function linesUnder(page: string, title: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${title}\n`)
  return (/```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '').trimEnd().split('\n')
}
