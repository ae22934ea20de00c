import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import { dnsName } from '../../../test/build/names.ts'
import { insideLookups, readInsideLookups } from './inside-lookups.ts'

const spec = {
  workload: 'Deployment/shop/web',
  namespace: 'shop',
  pod: 'web-1',
  container: 'web',
  name: dnsName('localhost'),
  count: 24,
}

/** Execs on this machine, in place of a container. */
function here(shell = 'sh', path = process.env['PATH'] ?? ''): Pick<Cluster, 'exec'> {
  return {
    exec: async (_namespace, _pod, { command }) => {
      const ran = await promisify(execFile)(shell, command.slice(1), { env: { PATH: path } }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (error: { stderr?: string }) => ({ code: 1, stdout: '', stderr: error.stderr ?? '' }),
      )
      return known(ran)
    },
  }
}
const ask = (cluster: Pick<Cluster, 'exec'>): ReturnType<typeof insideLookups> =>
  insideLookups(cluster as Cluster, spec, new AbortController().signal)

describe('lookups inside a pod', () => {
  const linux = process.platform === 'linux' && readFileSync('/proc/uptime', 'utf8') !== ''

  test.runIf(linux)(
    'are made by getent, each in a process of its own, and timed',
    async () => {
      const { times, failed, short } = await ask(here())
      expect([times.length, failed, short]).toEqual([24, 0, null])
      expect(Math.max(...times)).toBeLessThan(5000)
    },
    30_000,
  )

  test.runIf(linux)('are not made where there is no getent', async () => {
    expect(await ask(here('/bin/sh', '/nowhere'))).toEqual({
      workload: spec.workload,
      pod: 'web-1',
      times: [],
      failed: 0,
      short: 'its container has no getent',
    })
  })

  test('nor where there is no shell, or no right to exec', async () => {
    const exec = (answer: Awaited<ReturnType<Cluster['exec']>>): Pick<Cluster, 'exec'> => ({
      exec: () => Promise.resolve(answer),
    })
    expect((await ask(exec(unknown('failed', 'exec: "sh": executable file not found in $PATH')))).short).toBe(
      'its container has no shell',
    )
    expect((await ask(exec(unknown('forbidden', 'create pods/exec in namespace shop')))).short).toBe(
      'create pods/exec in namespace shop',
    )
    expect((await ask(exec(known({ code: 0, stdout: '@begin\n@l 1.00 1.01 0\n', stderr: '' })))).short).toBe(
      '1 of 24 lookups were made in 90 s',
    )
  })

  test('what was not written whole is not counted', () => {
    const row = fc.record({
      start: fc.integer({ min: 0, max: 1e6 }),
      took: fc.integer({ min: 0, max: 3000 }),
      code: fc.constantFrom(0, 2),
    })
    const line = (it: { start: number; took: number; code: number }): string =>
      `@l ${(it.start / 100).toFixed(2)} ${((it.start + it.took) / 100).toFixed(2)} ${it.code}`
    fc.assert(
      fc.property(fc.array(row), fc.string(), (rows, tail) => {
        const read = readInsideLookups(
          `@begin\n${rows.map((it) => `${line(it)}\n`).join('')}@l 12.3${tail.replace(/[\n@]/g, '')}`,
        )
        expect(read.times.slice(0, rows.length)).toEqual(rows.map((it) => it.took * 10))
        expect(read.failed).toBeGreaterThanOrEqual(rows.filter((it) => it.code !== 0).length)
      }),
    )
  })
})
