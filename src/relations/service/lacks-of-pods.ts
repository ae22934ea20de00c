import type { Evidence } from '../../findings/evidence.ts'
import type { Known } from '../../model/known.ts'
import type { Complaint, ProgramLog } from '../../model/program-log.ts'
import { count } from '../../phrases.ts'
import { ownLacks } from '../../wire/program-words.ts'
import { complaintEnds } from '../complaint-words.ts'

const mostShown = 3

/**
 * What pods that answer badly wrote of what they lack themselves, in the minutes before: no line of it is kept, but
 * known words.
 */
export function lacksOfPods(
  logs: Known<readonly ProgramLog[]>,
  namespace: string,
  pods: readonly string[],
): { readonly lacks: readonly string[]; readonly evidence: readonly Evidence[] } {
  const its = (logs.known ? logs.value : []).filter((it) => it.namespace === namespace && pods.includes(it.pod))
  const said = its.flatMap((log) =>
    log.complaints.filter(({ kind, times }) => ownLacks.has(kind) && times > 1).map((it) => ({ log, it })),
  )
  return {
    lacks: [...new Set(said.map(({ it }) => complaintEnds[it.kind]))],
    evidence: said.slice(0, mostShown).map(({ log, it }) => ({
      kind: 'fact',
      label: `log of container ${log.container} of pod ${log.pod}`,
      value: `${quoted(it)} · ${count(it.times, 'time')} in ${count(Math.round(log.seconds / 60), 'minute')}`,
    })),
  }
}

/** “could not resize shared memory segment … No space left on device”. */
function quoted({ kind, words = [] }: Pick<Complaint, 'kind' | 'words'>): string {
  return complaintEnds[kind] + (words.length === 0 ? '' : `: “… ${words.join(' … ')} …”`)
}
