import { type Corefile, type CorefilePlugin, type CorefileServer } from '../../wire/corefile.ts'
import { defaultTtl, hasZone, keepsAnswers, seconds } from './denial-time.ts'

/** How long an address of the cluster is kept, by the text of the Corefile, and the lines that say so. */
export interface AnswerTime {
  readonly seconds: number
  readonly kubernetes: CorefilePlugin
  readonly cache: CorefilePlugin | null
}

/** plugin/cache/cache.go: maxTTL and minTTL. */
const mostKept = 3600
const leastKept = 5

/**
 * What CoreDNS 1.14 makes of `ttl` in `kubernetes`: its cache keeps an answer for that time, which is raised to the
 * least and cut to the most of `success`. A big number after `cache` alone makes nothing longer. The longest of the
 * blocks that have the zone; null where no `kubernetes` has it.
 */
export function answerTime({ servers }: Corefile, domain: string): AnswerTime | null {
  const times = servers.flatMap((it) => ofBlock(it, domain) ?? [])
  return times.toSorted((a, b) => b.seconds - a.seconds)[0] ?? null
}

function ofBlock({ keys, plugins }: CorefileServer, domain: string): AnswerTime | null {
  const kubernetes = plugins.find(
    (it) => it.name === 'kubernetes' && hasZone(it.args.length > 0 ? it.args : keys, domain),
  )
  if (kubernetes === undefined) return null
  const ttl = seconds(kubernetes.block?.find((it) => it.name === 'ttl')?.args[0]) ?? defaultTtl
  const cache = plugins.find((it) => it.name === 'cache' && keepsAnswers(it, 'success', domain)) ?? null
  if (cache === null) return { seconds: ttl, kubernetes, cache }
  const [, most, least] = cache.block?.find((it) => it.name === 'success')?.args ?? []
  const ceiling = seconds(most) ?? seconds(cache.args[0]) ?? mostKept
  // What clients keep by the TTL of the answer, they keep without the cache as well.
  return {
    seconds: Math.min(Math.max(ttl, seconds(least) ?? leastKept), Math.max(ceiling, leastKept)),
    kubernetes,
    cache,
  }
}
