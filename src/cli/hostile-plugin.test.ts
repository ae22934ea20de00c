import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectClean, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'

/*
 * The real program and a credential plugin: what keeps a process from its end, or stays behind it, is nothing that a
 * promise shows.
 */

function withPlugin(command: string, args: readonly string[] = []): string {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' }
  return kubeconfigOf('http://127.0.0.1:9', {}, { exec })
}

describe('a plugin that can not be started does not hold the program', () => {
  const dir = scratch()
  writeFileSync(join(dir, 'no-program'), 'x')
  test.each([
    ['is not installed', '/no/such/plugin'],
    ['is no program', join(dir, 'no-program')],
    ['is a folder', dir],
  ])(
    'that %s',
    async (_name, command) => {
      const began = performance.now()
      const ended = await hopscope(withPlugin(command), ['diagnose'], { limitMs: 60_000 })
      expectClean(ended)
      expect(ended.code).toBe(2)
      expect(ended.said).toMatch(/^error: credential plugin `/)
      expect(performance.now() - began).toBeLessThan(25_000)
    },
    70_000,
  )
})

test.skipIf(process.platform !== 'linux')(
  'a plugin that hangs goes at the end, with its children',
  async () => {
    const pids = join(scratch(), 'pids')
    const script = `sleep 300 & echo $! $$ > ${pids}; wait`
    const ended = await hopscope(withPlugin('/bin/sh', ['-c', script]), ['diagnose', '--timeout', '3s'])
    expectClean(ended)
    expect(ended.code).toBe(2)
    const left = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
    expect(left).toHaveLength(2)
    await expect.poll(() => left.filter(isRunning), { timeout: 5000 }).toEqual([])
  },
  40_000,
)

/** A zombie is not: nobody reaps it where the tests are the first process. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
