import type { Carried, PodPath } from '../../model/pod-ways.ts'

/** What of a size got across. `silent`: not even few bytes did, which is for others to explain. */
export type Sized = 'both' | 'not-there' | 'not-back' | 'silent' | 'unasked'

/** One of three datagrams may be lost anywhere, and says nothing of a size. */
const leastSmall = 2

/**
 * A large one that passed once is enough: the first may be what tells the pod of a smaller MTU on the way. Two of three
 * must have gone there before a large answer to them is missed.
 */
function sizedDatagrams(carried: Carried | null): Sized {
  if (carried === null) return 'unasked'
  const { small, there, back } = carried
  if (there === 0 && back === 0) return small >= leastSmall ? 'not-there' : 'silent'
  return back === 0 && there >= leastSmall ? 'not-back' : 'both'
}

/** A stream that hangs was sent again five times: one beside few bytes that passed both times is enough. */
function sizedStreams(carried: Carried | null): Sized {
  if (carried === null) return 'unasked'
  const { asked, small, there, back } = carried
  if (there > 0 && back > 0) return 'both'
  if (small < asked || asked < leastSmall) return 'silent'
  return there === 0 ? 'not-there' : 'not-back'
}

/** One direction in which large ones are lost, and small ones are not. */
export interface SizeLost {
  readonly from: string
  readonly to: string
  readonly path: PodPath
  readonly over: readonly ('TCP' | 'UDP')[]
}

export function sizesLost(path: PodPath): readonly SizeLost[] {
  const { node, to, datagrams, streams } = path
  const [udp, tcp] = [sizedDatagrams(datagrams), sizedStreams(streams)]
  const isTcpLost = (way: 'there' | 'back'): boolean =>
    streams !== null && (tcp === 'not-there' || tcp === 'not-back') && streams[way] === 0
  const lost = (way: 'there' | 'back', from: string, at: string): readonly SizeLost[] => {
    const over = [...(isTcpLost(way) ? (['TCP'] as const) : []), ...(udp === `not-${way}` ? (['UDP'] as const) : [])]
    return over.length === 0 ? [] : [{ from, to: at, path, over }]
  }
  return [...lost('there', node, to), ...lost('back', to, node)]
}

/** Whether it tells anything of sizes. */
export function tellsOfSizes({ datagrams, streams }: PodPath): boolean {
  return [sizedDatagrams(datagrams), sizedStreams(streams)].some((it) => it !== 'silent' && it !== 'unasked')
}
