import type { ConnectTry } from '../../model/contacts.ts'

/** Source ports tell all of the tries that failed from all that opened. */
export interface Parted {
  /** The failed ones left from this port and above it (`from`), or from it and below (`to`). */
  readonly side: 'from' | 'to'
  readonly port: number
  readonly failed: number
  readonly open: number
}

/** With four of each, what chooses by chance parts them as well in 2 of 70 runs at most; of ten, in 1 of 105. */
const leastOfEach = 4

/**
 * Of the tries of whoever failed at times: whether a source port parts them. Where a try does not say its own, nothing
 * is known (recordings of before, which left the choice to the kernel, and it takes neighbours).
 */
export function partedByPort(tries: readonly ConnectTry[]): Parted | null {
  const known = tries.flatMap(({ result, sourcePort: from }) =>
    from === undefined ? [] : [{ isOpen: result === 'open', from }],
  )
  const [open, failed] = [known.filter((it) => it.isOpen), known.filter((it) => !it.isOpen)].map((its) =>
    its.map((it) => it.from),
  )
  if (open === undefined || failed === undefined || Math.min(open.length, failed.length) < leastOfEach) return null
  // One that failed and does not say from where may be the one that does not fit.
  if (known.length - open.length < tries.filter((it) => it.result !== 'open').length) return null
  const counts = { failed: failed.length, open: open.length }
  if (Math.min(...failed) > Math.max(...open)) return { side: 'from', port: Math.min(...failed), ...counts }
  if (Math.max(...failed) < Math.min(...open)) return { side: 'to', port: Math.max(...failed), ...counts }
  return null
}
