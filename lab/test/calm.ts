// Some cases hold hopscope against a clock or another program, and mean nothing on a machine that gives its CPU to
// others. One that fails then has not failed: it is tried again, and where it stays so, nothing was measured, in words.
import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { type Result, skipped } from './result.ts'
import { failed } from './second-try.ts'

/**
 * Less than this of all cores is for the lab: what it measures then is the others. The idle cluster itself takes a
 * tenth to a fifth of two cores.
 */
const least = 0.6

/** null = calm. */
export type Busyness = () => Promise<string | null>

const tries = 2

/**
 * A pass counts whatever the machine does: it only takes away. A failure counts when the machine was calm around it.
 */
export async function measured(run: () => Promise<Result>, busyness: Busyness = machineBusyness): Promise<Result> {
  for (let turn = 1; ; turn++) {
    const before = await busyness()
    const result = await run()
    if (!failed(result)) return result
    const why = before ?? (await busyness())
    if (why === null) return result
    if (turn === tries)
      return skipped(result.group, result.name, `the machine was too busy to measure: ${why}; got ${result.got}`)
  }
}

/** As many loops as there are cores, for a second: what they get of it is what is left for work. */
async function machineBusyness(): Promise<string | null> {
  const shares = await Promise.all(cpus().map(shareOfCore))
  return busyIn(shares)
}

export function busyIn(shares: readonly number[]): string | null {
  const share = shares.reduce((sum, it) => sum + it, 0) / shares.length
  return shares.length > 0 && share >= least
    ? null
    : `${shares.length} busy loops got ${Number.isNaN(share) ? 0 : Math.round(share * 100)} % of the cores`
}

const loop = `
const end = performance.now() + 1000
const began = performance.now()
const before = process.cpuUsage()
while (performance.now() < end) {}
const { user, system } = process.cpuUsage(before)
process.stdout.write(String((user + system) / 1000 / (performance.now() - began)))`

function shareOfCore(): Promise<number> {
  const child = spawn(process.execPath, ['-e', loop], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return new Promise((resolve) => {
    child.on('error', () => resolve(0))
    child.on('close', () => resolve(Math.min(1, Number(text) || 0)))
  })
}
