import type { DirectContact } from '../../model/contacts.ts'
import { nameOfEndpoint } from './http-of-endpoint.ts'

/**
 * What the requests that failed have in common, where not all did. `across`: an endpoint answers its own node, and no
 * other; `from-nodes`: some nodes get no good answer of anybody, and others get nothing else; `some`: some endpoints
 * answer badly, whoever asks; `at-times`: none of these.
 */
export type HttpPattern = 'across' | 'from-nodes' | 'some' | 'at-times'

/**
 * The way between nodes shows where answers get lost, and not where an application makes bad ones: a status that came
 * whole has crossed.
 */
export function httpPattern(
  its: readonly DirectContact[],
  isBad: (it: DirectContact) => boolean,
  homeOf: (it: DirectContact) => string | null,
): HttpPattern {
  const bad = its.filter(isBad)
  const isCut = bad.every((it) => it.error !== null)
  if (isCut && bad.length < its.length && its.every((it) => isBad(it) === isAway(it, homeOf))) return 'across'
  if (isCut && divides(its, isBad, (it) => it.node)) return 'from-nodes'
  const well = its.filter((it) => !isBad(it)).map(nameOfEndpoint)
  return its.some((it) => !well.includes(nameOfEndpoint(it))) || oneIsWell(its, isBad) ? 'some' : 'at-times'
}

function isAway(it: DirectContact, homeOf: (it: DirectContact) => string | null): boolean {
  const home = homeOf(it)
  return home !== null && home !== it.node
}

function oneIsWell(its: readonly DirectContact[], isBad: (it: DirectContact) => boolean): boolean {
  return [...Map.groupBy(its, nameOfEndpoint).values()].some((some) => !some.some(isBad))
}

function divides(
  its: readonly DirectContact[],
  isBad: (it: DirectContact) => boolean,
  keyOf: (it: DirectContact) => string,
): boolean {
  const groups = [...Map.groupBy(its, keyOf).values()]
  const [all, none] = [groups.filter((some) => some.every(isBad)), groups.filter((some) => !some.some(isBad))]
  return all.length > 0 && none.length > 0 && all.length + none.length === groups.length
}
