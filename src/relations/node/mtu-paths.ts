import type { MtuPath } from '../../model/node-network.ts'

/**
 * What passes: both sizes; small ones alone; large ones there and not back; nothing, which is for others to explain. A
 * large one that passed once is enough: the first may be what tells the pod of a smaller MTU on the way.
 */
export type Carried = 'all' | 'small' | 'not-back' | 'silent'

export function carries({ asked, small, large, back }: MtuPath): Carried {
  // One of three small ones may be lost anywhere: what says nothing of size must not be blamed on it.
  if (large === 0 && back === 0) return small >= 2 && asked >= 2 ? 'small' : noSize(small)
  return back === 0 && large >= 2 ? 'not-back' : 'all'
}

function noSize(small: number): Carried {
  return small === 0 ? 'silent' : 'all'
}
