import type { Lookup, LookupSeries } from '../../model/lookups.ts'
import { synsLost } from '../../relations/path/lost-syns.ts'
import { lossOf, notable, troubled } from '../../relations/dns/lookup-loss.ts'

/** `late`: none was lost for good, and some waited for a SYN or a segment to be sent again. */
type State = 'well' | 'bad' | 'late' | 'unknown'

/** Which of the paths lose lookups, and which questions. `only`: the one type that is ever lost, when there is one. */
export type WhereLost = {
  readonly service: State
  readonly direct: State
  readonly tcp: State
  /** Lookups over TCP that took as long as one whose SYN, or a segment, was sent again after a second or more. */
  readonly tcpLate: number
  readonly tcpOf: number
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
    const bad = troubled(its)
    if (notable(bad, of)) return 'bad'
    // One that is lost is too little to blame the path, and enough for "none" to be false.
    return bad > 0 ? 'unknown' : stateOfTimes(its)
  }
  const tcp = series.filter((it) => it.transport === 'tcp').flatMap((it) => it.lookups)
  const { lostA, lostAaaa, lostBoth } = lossOf(series.filter((it) => it.method === 'pair' && it.transport === 'udp'))
  const oneType = lostBoth === 0 && Math.max(lostA, lostAaaa) >= leastOfOneType && Math.min(lostA, lostAaaa) === 0
  const typeLost = lostA > 0 ? 'A' : 'AAAA'
  return {
    service: state((it) => it.server.role === 'service' && it.transport === 'udp'),
    direct: state((it) => it.server.role === 'endpoint' && it.transport === 'udp'),
    tcp: state((it) => it.transport === 'tcp'),
    tcpLate: tcp.filter(isLate).length,
    tcpOf: tcp.length,
    single: state((it) => it.method === 'sequential'),
    only: oneType ? typeLost : 'both',
  }
}

/** TCP hides a loss in its time: a lookup of one RTT takes a whole second more where its SYN was lost. */
function isLate({ ms, a, aaaa }: Lookup): boolean {
  return a !== 'timeout' && aaaa !== 'timeout' && synsLost(ms) > 0
}

function stateOfTimes(series: readonly LookupSeries[]): State {
  return series.some((it) => it.transport === 'tcp' && it.lookups.some(isLate)) ? 'late' : 'well'
}
