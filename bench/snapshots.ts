import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from './measure.ts'
import { type Row, mib, ms } from './table.ts'

const run = promisify(execFile)
const child = new URL('snapshot-child.ts', import.meta.url).pathname
const pods = 100_000
const goalMs = 5000
const goalBytes = 600 * 1024 * 1024

interface Told {
  readonly ms: number
  readonly beforeBytes: number
  readonly peakBytes: number
  readonly fileBytes: number
}

/** Writing and reading 100,000 pods, each in a process of its own. The rival is a limit: a laptop's patience. */
export async function snapshots(times: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
  const file = join(folder, 'big.hops')
  try {
    const rows: Row[] = []
    for (const direction of ['write', 'read']) {
      const told: Told[] = []
      for (let round = 0; round < times; round += 1) {
        const { stdout } = await run(process.execPath, [child, direction, file, String(pods)])
        // The child is ours: it prints exactly this.
        told.push(JSON.parse(stdout) as Told)
      }
      const took = median(told.map((it) => it.ms))
      const peak = Math.max(...told.map((it) => it.peakBytes))
      const held = median(told.map((it) => it.beforeBytes))
      rows.push({
        what: `snapshot: ${direction} ${pods} pods`,
        ours: `${ms(took)}, ${mib(peak)}`,
        rival:
          direction === 'write'
            ? `file of ${mib(told[0]?.fileBytes ?? null)}, model held before: ${mib(held)}`
            : `before: ${mib(held)}`,
        goal: `< ${goalMs / 1000} s, < ${mib(goalBytes)}`,
        met: took < goalMs && peak < goalBytes,
      })
    }
    return rows
  } finally {
    await rm(folder, { recursive: true })
  }
}
