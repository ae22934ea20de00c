import { anonymize } from '../snapshot/anonymize.ts'
import { writeSnapshot } from '../snapshot/write.ts'
import type { ClusterFlags, ProbeFlags } from './flags.ts'
import { gather, open } from './gather.ts'
import { interruptedCode, interruptedWord, interruptible } from './interrupt.ts'
import { progressOn } from './progress.ts'
import { say, tell } from './say.ts'

export async function collectCommand(
  target: string | null,
  flags: ClusterFlags & ProbeFlags & { readonly out: string; readonly anonymize?: boolean },
): Promise<number> {
  const progress = progressOn(process.stderr, false)
  const interrupt = interruptible()
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(flags.timeout)])
  const cluster = await open(flags, signal)
  try {
    const { model, touched, isLate } = await gather(cluster, target, flags, progress, signal)
    progress.done()
    await writeSnapshot(flags.out, flags.anonymize === true ? anonymize(model) : model, { t0: new Date() })
    say(`wrote ${flags.out} (${touched})    hopscope diagnose --from ${flags.out}`)
    if (!isLate) return 0
    tell(
      `not done within ${flags.timeout / 1000} s: what had not arrived by then is unknown in it`,
      '  help: give it longer: --timeout 10m',
    )
    return 2
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
