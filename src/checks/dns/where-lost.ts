import type { LookupSeries } from '../../model/lookups.ts'
import { lossOf, notable, troubled } from '../../relations/dns/lookup-loss.ts'

type State = 'well' | 'bad' | 'unknown'

/** Which of the paths lose lookups, and which questions. `only`: the one type that is ever lost, when there is one. */
export type WhereLost = {
  readonly service: State
  readonly direct: State
  readonly tcp: State
  readonly single: State
  readonly only: 'A' | 'AAAA' | 'both'
}

/** Fewer losses of one type alone may be chance. */
const leastOfOneType = 5

export function whereLost(all: readonly LookupSeries[]): WhereLost {
  const series = all.filter((it) => it.method !== 'getaddrinfo')
  const state = (which: (it: LookupSeries) => boolean): State => {
    const its = series.filter(which)
    const { of } = lossOf(its)
    if (of < 4) return 'unknown'
    return notable(troubled(its), of) ? 'bad' : 'well'
  }
  const { lostA, lostAaaa, lostBoth } = lossOf(series.filter((it) => it.method === 'pair' && it.transport === 'udp'))
  const oneType = lostBoth === 0 && Math.max(lostA, lostAaaa) >= leastOfOneType && Math.min(lostA, lostAaaa) === 0
  const typeLost = lostA > 0 ? 'A' : 'AAAA'
  return {
    service: state((it) => it.server.role === 'service' && it.transport === 'udp'),
    direct: state((it) => it.server.role === 'endpoint' && it.transport === 'udp'),
    tcp: state((it) => it.transport === 'tcp'),
    single: state((it) => it.method === 'sequential'),
    only: oneType ? typeLost : 'both',
  }
}
