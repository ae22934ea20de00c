export const amountNames = ['cpu', 'memory', 'ephemeral-storage'] as const

/** CPU in millicores, the others in bytes. */
export type Amounts = Readonly<Record<(typeof amountNames)[number], number>>

/** One item of a LimitRange. `ratio`: the most that a limit may be of its request, in thousandths. */
export interface Bounds {
  readonly range: string
  readonly min: Partial<Amounts>
  readonly max: Partial<Amounts>
  readonly ratio: Partial<Amounts>
}

export interface Wanted {
  readonly request: Amounts
  readonly limit: Amounts
  /** With a smaller limit it would not run, or would not measure what was said. */
  readonly least: Amounts
}

export interface Resources {
  readonly requests: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, string>>
}

const mib = 2 ** 20

/**
 * CPU limit 500m: a throttled process sleeps up to 50 ms of each 100 ms, two orders below the timeouts that matter
 * (2.5 s, 5 s), and the pod reports how long it was throttled; below 100m that is no longer so. Memory limit 160Mi:
 * Node takes some 50 MiB, and two Node children for getaddrinfo some 20 MiB each of their own. Storage is the log
 * alone. Each stands in requests and limits, since a ResourceQuota refuses a pod that leaves out what it counts.
 */
export const probeWants: Wanted = {
  request: { cpu: 10, memory: 32 * mib, 'ephemeral-storage': 8 * mib },
  limit: { cpu: 500, memory: 160 * mib, 'ephemeral-storage': 64 * mib },
  least: { cpu: 100, memory: 112 * mib, 'ephemeral-storage': 16 * mib },
}

/**
 * Storage is named only where it must be: a kubelet that does not measure its disk offers none, and no pod that asks
 * for some is ever scheduled there.
 */
export type Storage = 'where-bounded' | 'named'

/** What is nearest to `wanted` of all that every LimitRange lets through; or which one leaves too little. */
export function fitted(
  wanted: Wanted,
  bounds: readonly Bounds[],
  storage: Storage,
): Resources | { readonly why: string } {
  const requests: Record<string, string> = {}
  const limits: Record<string, string> = {}
  const isNamed = (name: (typeof amountNames)[number]): boolean =>
    name !== 'ephemeral-storage' ||
    storage === 'named' ||
    bounds.some((it) => [it.min, it.max, it.ratio].some((one) => one[name] !== undefined))
  for (const name of amountNames.filter(isNamed)) {
    const floor = Math.max(0, ...bounds.map((it) => it.min[name] ?? 0))
    const ceiling = Math.min(...bounds.map((it) => it.max[name] ?? Infinity))
    if (ceiling < wanted.least[name]) {
      const { range } = bounds.find((it) => it.max[name] === ceiling) ?? { range: '' }
      return {
        why:
          `LimitRange ${range} allows a container at most ${written(name, ceiling)} ${name}, ` +
          `and this pod needs ${written(name, wanted.least[name])}`,
      }
    }
    const limit = Math.min(ceiling, Math.max(wanted.limit[name], floor))
    const ratio = Math.min(...bounds.map((it) => it.ratio[name] ?? Infinity)) / 1000
    const share = Math.ceil(limit / Math.max(1, ratio))
    const request = Math.min(limit, Math.max(wanted.request[name], floor, share))
    requests[name] = written(name, request)
    limits[name] = written(name, limit)
  }
  return { requests, limits }
}

function written(name: (typeof amountNames)[number], amount: number): string {
  if (name === 'cpu') return amount % 1000 === 0 ? `${amount / 1000}` : `${amount}m`
  return amount % mib === 0 ? `${amount / mib}Mi` : `${amount}`
}
