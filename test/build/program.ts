import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { programFile } from './program-file.ts'

/** For tests: the real program, as somebody calls it. */

const base = mkdtempSync(join(tmpdir(), 'hostile-'))
process.once('exit', () => rmSync(base, { recursive: true, force: true }))

/** An empty folder, which goes with the tests. */
export function scratch(): string {
  return mkdtempSync(join(base, 'a-'))
}

export interface Serving {
  readonly child: ChildProcess
  readonly out: () => string
  readonly said: () => string
  readonly ended: Promise<number | null>
}

/** A command that goes on until it is told to end, once it has said its first line. Its end before that is an error. */
export async function serving(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Serving> {
  const child = spawn(process.execPath, [programFile, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  let [out, said] = ['', '']
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stderr.on('data', (it: Buffer) => (said += it.toString()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (it: Buffer) => {
      out += it.toString()
      if (out.includes('\n')) resolve()
    })
    void ended.then(() => reject(new Error(said)))
  })
  return { child, out: () => out, said: () => said, ended }
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly said: string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly limitMs?: number
  /** What starts it: `bash -c … bash`. */
  readonly before?: readonly string[]
}

/** Each has a state folder of its own. */
export function hopscope(kubeconfig: string, args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  const env = {
    ...process.env,
    XDG_STATE_HOME: scratch(),
    KUBECONFIG: kubeconfig,
    ...around.env,
  }
  const [file = '', ...words] = [...(around.before ?? []), process.execPath, programFile, ...args]
  const child = spawn(file, words, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: around.limitMs ?? 30_000,
    killSignal: 'SIGKILL',
    ...(around.cwd === undefined ? {} : { cwd: around.cwd }),
  })
  let [out, said] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, said })))
}

export function kubeconfigOf(server: string, cluster: Readonly<Record<string, string>> = {}, user?: object): string {
  const file = join(scratch(), 'kubeconfig')
  writeFileSync(
    file,
    JSON.stringify({
      'current-context': 't',
      contexts: [
        { name: 't', context: { cluster: 'k', namespace: 'shop', ...(user === undefined ? {} : { user: 'u' }) } },
      ],
      clusters: [{ name: 'k', cluster: { server, ...cluster } }],
      ...(user === undefined ? {} : { users: [{ name: 'u', user }] }),
    }),
  )
  return file
}

const lie = '✓ All 44 checks are fine.'

/** What somebody puts behind a name of his: lines of ours, colours, a link, marks of direction, what has no width. */
export const forged = `x\n${lie}\r${lie}\u2028${lie}\u0085${lie}\u001b[2J\u001b[32m\u202e\u2066\u200b\ufeff\u00ad\u001b]8;;http://a/\u0007\u009b31m\u0000`

/** What has to come out of each: no bug, no forged line, no control. */
export function expectClean({ out, said }: Ended): void {
  expect(said).not.toContain('this is a bug')
  expect(said.split('\n').filter((it) => it.startsWith('error:')).length).toBeLessThan(2)
  expect(`${out}${said}`).not.toMatch(/^✓ All 44/m)
  expect(`${out}${said}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
}
