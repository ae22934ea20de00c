import type { DirectContact } from '../../model/contacts.ts'
import { nameOfEndpoint } from './http-of-endpoint.ts'

/**
 * What nodes have to do with it, where some endpoints answer badly and others never do. `beside-well`: on the node of
 * each bad one another answers well, so that the node does not tell them apart. `one-node`: several, all of one node,
 * and no good one there. `apart`: no endpoint that answers well shares a node with a bad one: the node may be what
 * differs. `none-well`: each answers badly at times. `unknown`: where some of them run is not known.
 */
export type HomesOfBad = 'beside-well' | 'one-node' | 'apart' | 'none-well' | 'unknown'

export function homesOfBad(
  its: readonly DirectContact[],
  bad: readonly DirectContact[],
  homeOf: (it: DirectContact) => string | null,
): HomesOfBad {
  const sick = new Set(bad.map(nameOfEndpoint))
  const homes = (isSick: boolean): ReadonlySet<string | null> =>
    new Set(its.filter((it) => sick.has(nameOfEndpoint(it)) === isSick).map(homeOf))
  const [theirs, well] = [homes(true), homes(false)]
  if (well.size === 0) return 'none-well'
  if (theirs.has(null) || well.has(null)) return 'unknown'
  const shared = [...theirs].filter((it) => well.has(it))
  if (shared.length === theirs.size) return 'beside-well'
  return shared.length === 0 && theirs.size === 1 && sick.size > 1 ? 'one-node' : 'apart'
}
