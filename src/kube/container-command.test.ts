import { oneADay } from '../../test/build/effort.ts'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { dnsName } from '../../test/build/names.ts'
import { type ConstantScript, off, script, shell } from './container-command.ts'

/** What a container may make of a script: it waits for what never comes, and starts what does not want to go. */
const endless: readonly (readonly [string, ConstantScript])[] = [
  ['a command that does not end', script`echo begun; sleep 1000`],
  ['a loop of builtins', script`echo begun; while :; do :; done`],
  ['a pipe that nobody writes to', script`echo begun; mkfifo pipe; read -r l <pipe`],
  ['children that no signal reaches', script`echo begun; ( trap "" TERM HUP INT; sleep 1000 & sleep 1000 ) & wait`],
  ['a shell that no signal reaches', script`trap "" TERM HUP INT; echo begun; sleep 1000; sleep 1000`],
]

const shells = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash']],
  ['busybox sh', ['/usr/bin/busybox', 'sh']],
] as const

const folder = mkdtempSync(join(tmpdir(), 'hopscope-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** Of each run its own, as they run at the same time. */
const ownFolder = (): string => mkdtempSync(join(folder, 'run-'))

/** As a runtime starts it: the leader of a group. */
async function run(
  [file = '', ...before]: readonly string[],
  text: ConstantScript,
  seconds: number,
  input: (stdin: Writable, out: () => string) => void = () => {},
) {
  const [, ...words] = shell(text, seconds, dnsName('cart'))
  const began = performance.now()
  const child = spawn(file, [...before, ...words], {
    cwd: ownFolder(),
    detached: true,
    stdio: 'pipe',
  })
  child.stdin.on('error', () => {})
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.resume()
  input(child.stdin, () => out)
  // Only once nobody holds its output any more.
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, ms: performance.now() - began, left: await membersOf(child.pid ?? 0) }
}

/** The watcher's own `sleep 1` may have a second left. */
async function membersOf(group: number): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const all = execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((it) => new RegExp(`^\\s*${group} +[^Z]`).test(it))
    if (all.length === 0 || tries === 30) return all
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe.concurrent.each(oneADay(shells.filter(([, [file]]) => existsSync(file))))('%s', (_shell, program) => {
  test.each(endless)('ends itself in time: %s', async (_name, text) => {
    const ended = await run(program, text, 1)
    expect(ended).toMatchObject({ out: 'begun\n', left: [] })
    expect(ended.code).not.toBe(0)
  })

  /** Once it has begun, as one says it who has heard enough. */
  const whenBegun = (word: string) => (stdin: Writable, out: () => string) => {
    const waiting = setInterval(() => {
      if (!out().includes('begun')) return
      clearInterval(waiting)
      stdin.write(word)
    }, 20)
  }

  test.each([
    ...endless,
    ['a tool that prints for ever', script`echo begun; sleep() { :; }; while :; do echo x; done`],
  ] as const)('is ended by a word, long before its time: %s', async (_name, text) => {
    const ended = await run(program, text, 1000, whenBegun(off))
    expect(ended.out).toMatch(/^begun/)
    expect(ended).toMatchObject({ left: [] })
    expect(ended.code).not.toBe(0)
  })

  test('is not ended by the end of its input, or another word, and reads none', async () => {
    const text = script`echo begun; sleep 0.3; read -r word; echo "[$word]"; exit 4`
    const words = (stdin: Writable): void => {
      stdin.write('on\n\noff x\n')
      stdin.end()
    }
    expect(await run(program, text, 1000, words)).toMatchObject({ code: 4, out: 'begun\n[]\n', left: [] })
  })

  test('hands on arguments and the code, and waits for none but its own', async () => {
    const ended = await run(program, script`sleep 0.1 & wait; echo "$# $1"; exit 3`, 1000)
    expect(ended).toMatchObject({ code: 3, out: '1 cart\n', left: [] })
  })

  test('what it started and forgot goes with it, and holds up nobody', async () => {
    expect(await run(program, script`sleep 1000 & echo done`, 1000)).toMatchObject({ code: 0, out: 'done\n', left: [] })
  })

  test('is not ended where it is no leader of a group, but itself', () => {
    const [file = '', ...before] = program
    const [, ...words] = shell(script`echo a`, 1000)
    expect(execFileSync(file, [...before, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe(
      'a\n',
    )
  })
})
