import { parseResolvConf, queriesPerLookup } from '../../wire/resolv-conf.ts'

/** `api.example.com`: the kind of outside name that applications look up. */
export const outsideName = { name: 'api.example.com', dots: 2 } as const

/** What one lookup of an outside name costs under a resolv.conf: A and AAAA for each name that is tried. */
export function lookupCost(resolvConf: string): {
  readonly queries: number
  readonly suffixes: number
  readonly ndots: number
} {
  const conf = parseResolvConf(resolvConf)
  return { queries: queriesPerLookup(conf, outsideName.dots), suffixes: conf.search.length, ndots: conf.ndots }
}
