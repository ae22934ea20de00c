import { mkdtemp, rm } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSnapshot } from '../src/snapshot/write.ts'
import { inTurns, runOnce } from './measure.ts'
import { modelOfPods } from './model-of-pods.ts'
import { type Row, ms } from './table.ts'

const overNode = 100

/** What a user waits for before anything is asked of a cluster, over what Node itself takes to start. */
export async function startUp(hopscope: string, times: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
  try {
    const [recorded] = globSync('scenarios/*/snapshot.hops').toSorted()
    const snapshot = recorded ?? join(folder, 'snapshot.hops')
    if (recorded === undefined) await writeSnapshot(snapshot, modelOfPods(20), { t0: new Date(0) })

    const node = (args: readonly string[], codes: readonly number[] = [0]) => ({
      run: () => runOnce(process.execPath, args, { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: folder }),
      codes,
    })
    const commands = [['--version'], ['--help'], ['diagnose', '--from', snapshot]]
    const [bare, ...ours] = await inTurns(
      [node(['-e', '0']), ...commands.map((args) => node([hopscope, ...args], args[0] === 'diagnose' ? [0, 1] : [0]))],
      times,
    )
    if (bare === undefined) return []
    return ours.map((it, index) => ({
      what: `start-up: ${(commands[index] ?? []).join(' ').replace(folder, '…')}`,
      ours: ms(it.ms),
      rival: `node -e 0: ${ms(bare.ms)}`,
      goal: `< ${overNode} ms more (${ms(it.ms - bare.ms)})`,
      met: it.ms - bare.ms < overNode,
    }))
  } finally {
    await rm(folder, { recursive: true })
  }
}
