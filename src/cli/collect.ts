import { collectToFile } from '../session/collect.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { say, tell } from './terminal/say.ts'

export async function collectCommand(
  target: string | null,
  flags: ClusterFlags & ProbeFlags & { readonly out: string; readonly anonymize?: boolean },
): Promise<number> {
  return onTerminal((caller) => collectToFile({ ...flags, target }, caller), {
    quiet: false,
    nothingLeft: 'nothing was written',
    print({ out, touched, isLate }) {
      say(`wrote ${out} (${touched})    hopscope diagnose --from ${out}`)
      if (!isLate) return 0
      tell(
        `not done within ${flags.timeout / 1000} s: what had not arrived by then is unknown in it`,
        '  help: give it longer: --timeout 10m',
      )
      return 2
    },
  })
}
