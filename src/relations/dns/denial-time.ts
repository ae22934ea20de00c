import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { isWithin } from '../../wire/dns-name.ts'

/** How long a denial of a name of the cluster is kept, by the text of the Corefile, and the lines that say so. */
export interface DenialTime {
  readonly seconds: number
  readonly cache: CorefilePlugin | null
  readonly kubernetes: CorefilePlugin
  /** The TTL that `kubernetes` gives a denial, which `cache` keeps for longer where its least is longer. */
  readonly soa: number
}

/** plugin/kubernetes/kubernetes.go, defaultTTL: that of answers, and of the SOA beside a denial. */
export const defaultTtl = 5

/** plugin/backend_lookup.go, SOA(): the record that says how long a denial may be kept has no longer TTL than this. */
const mostSoa = 300

/** plugin/cache/cache.go: maxNTTL and minNTTL. */
export const mostDenial = 1800
const leastDenial = 5

/**
 * What CoreDNS 1.14 makes of `kubernetes` and `cache` in the block of this zone: the SOA's TTL, which clients go by
 * too, raised to the cache's least and cut to its most. The longest of the blocks that have the zone; null where no
 * `kubernetes` has it.
 */
export function denialTime({ servers }: Corefile, domain: string): DenialTime | null {
  const times = servers.flatMap((server) => ofBlock(server, domain) ?? [])
  return times.toSorted((a, b) => b.seconds - a.seconds)[0] ?? null
}

function ofBlock({ keys, plugins }: CorefileServer, domain: string): DenialTime | null {
  const kubernetes = plugins.find(
    (it) => it.name === 'kubernetes' && hasZone(it.args.length > 0 ? it.args : keys, domain),
  )
  if (kubernetes === undefined) return null
  const soa = Math.min(seconds(kubernetes.block?.find((it) => it.name === 'ttl')?.args[0]) ?? defaultTtl, mostSoa)
  const cache = plugins.find((it) => it.name === 'cache' && keepsAnswers(it, 'denial', domain)) ?? null
  if (cache === null) return { seconds: soa, cache, kubernetes, soa }
  const [, most, least] = cache.block?.find((it) => it.name === 'denial')?.args ?? []
  const ceiling = seconds(most) ?? seconds(cache.args[0]) ?? mostDenial
  return { seconds: Math.min(Math.max(soa, seconds(least) ?? leastDenial), ceiling), cache, kubernetes, soa }
}

/** Whether a `cache [TTL] [ZONES...]` keeps these answers of the zone: not where it has `disable denial [ZONES...]`. */
export function keepsAnswers({ args, block }: CorefilePlugin, kind: 'success' | 'denial', domain: string): boolean {
  const zones = seconds(args[0]) === null ? args : args.slice(1)
  const off = (block ?? []).filter((it) => it.name === 'disable' && it.args[0] === kind)
  return (
    (zones.length === 0 || hasZone(zones, domain)) &&
    !off.some((it) => it.args.length === 1 || hasZone(it.args.slice(1), domain))
  )
}

export function hasZone(zones: readonly string[], domain: string): boolean {
  return zones.some((it) => isWithin(domain, zoneOf(it)))
}

export function seconds(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : null
}
