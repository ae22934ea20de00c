import type { ResolverSpec } from '../spec.ts'

/** When what is still silent is given up, counted from now. */
export interface Until {
  /** As performance.now() counts. */
  readonly at: number
  /** What `told` says, or at the end of the time what `late` says. */
  readonly or: <T>(told: Promise<T>, late: () => T) => Promise<T>
}

export function untilOf({ endMs = Infinity }: Pick<ResolverSpec, 'endMs'>): Until {
  const at = performance.now() + endMs
  const leftMs = (): number => Math.max(0, at - performance.now())
  return {
    at,
    async or(told, late) {
      if (endMs === Infinity) return told
      let timer: NodeJS.Timeout | undefined
      const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, leftMs())))
      const first = await Promise.race([told.then((it) => ({ it })), over.then(() => null)])
      clearTimeout(timer)
      return first === null ? late() : first.it
    },
  }
}
