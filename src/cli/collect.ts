import { anonymize } from '../snapshot/anonymize.ts'
import { writeSnapshot } from '../snapshot/write.ts'
import type { ClusterFlags, ProbeFlags } from './flags.ts'
import { gather, open } from './gather.ts'
import { interruptedCode, interruptedWord, interruptible } from './interrupt.ts'
import { progressOn } from './progress.ts'
import { say, tell } from './say.ts'

export async function collectCommand(target: string | null, flags: ClusterFlags & ProbeFlags & { readonly out: string; readonly anonymize?: boolean }): Promise<number> {
  const progress = progressOn(process.stderr, false)
  const interrupt = interruptible()
  const cluster = await open(flags)
  try {
    const { model, touched } = await gather(cluster, target, flags, progress, interrupt.signal)
    progress.done()
    await writeSnapshot(flags.out, flags.anonymize === true ? anonymize(model) : model, { t0: new Date() })
    say(`wrote ${flags.out} (${touched})    hopscope diagnose --from ${flags.out}`)
    return 0
  } catch (error) {
    progress.done()
    if (!interrupt.interrupted()) throw error
    tell(`${interruptedWord()}; nothing was written`)
    return interruptedCode()
  } finally {
    interrupt.release()
    cluster.close()
  }
}
