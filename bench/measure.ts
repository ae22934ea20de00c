import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Run {
  readonly ms: number
  /** Peak resident memory; null where /proc can't be read. */
  readonly peakBytes: number | null
  readonly code: number | null
  readonly stderr: string
}

/**
 * Runs the command once, its output thrown away. Peak memory is the kernel's own high-water mark, asked while it runs.
 */
export async function runOnce(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Run> {
  const started = process.hrtime.bigint()
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let peakBytes: number | null = null
  const poll = setInterval(() => (peakBytes = highWater(child.pid) ?? peakBytes), 4)
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      clearInterval(poll)
      resolve({ ms: Number(process.hrtime.bigint() - started) / 1e6, peakBytes, code, stderr })
    })
  })
}

function highWater(pid: number | undefined): number | null {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024 || null
  } catch {
    return null
  }
}

export interface Compared {
  readonly ms: number
  readonly peakBytes: number | null
}

/**
 * Medians of `times` runs of each command, taken in turns, so that a busy moment of the machine hits all of them
 * alike; one run of each before, unmeasured. Throws when a command can't be run or ends with a code it should not.
 */
export async function inTurns(
  commands: readonly { readonly run: () => Promise<Run>; readonly codes: readonly number[] }[],
  times: number,
): Promise<readonly Compared[]> {
  const runs: Run[][] = commands.map(() => [])
  for (let round = 0; round <= times; round += 1) {
    for (const [index, { run, codes }] of commands.entries()) {
      const result = await run()
      if (result.code === null || !codes.includes(result.code))
        throw new Error(`command ${index + 1} ended with ${result.code}: ${result.stderr.slice(0, 500)}`)
      if (round > 0) runs[index]?.push(result)
    }
  }
  return runs.map((its) => ({
    ms: median(its.map((it) => it.ms)),
    peakBytes: Math.max(...its.map((it) => it.peakBytes ?? 0)) || null,
  }))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
