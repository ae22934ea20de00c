import { isNotCollected, type Known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { count, some } from '../phrases.ts'
import { unjudgedRequests } from './ingress/unjudged-requests.ts'

/**
 * Why a probe that was asked for has measured no node to its end; null when it has, or when none was asked for, or when
 * there is no DNS server to ask, which is for a check to say.
 */
export function unmeasured({ scope, sources: { dnsProbe } }: Model): string | null {
  if (scope.level === 'read') return null
  if (!dnsProbe.known)
    return dnsProbe.why.reason === 'not-asked' || dnsProbe.why.reason === 'not-there' ? null : dnsProbe.why.detail
  const { nodes, missing } = dnsProbe.value
  if (nodes.some((node) => !missing.some((it) => it.node === node))) return null
  const whys = new Set(missing.filter((it) => nodes.includes(it.node)).map((it) => it.why))
  return whys.size === 0 ? 'no probe pod gave a result' : [...whys].join('; ')
}

/**
 * Why what the probe asked of Ingresses says nothing of them, though all of it failed; null where it says something.
 * Like a probe that measured nothing: no fault was seen, and no health either.
 */
export function unheard(model: Model): string | null {
  const silent = unjudgedRequests(model)
  const [first] = silent
  if (first === undefined) return null
  const names = some(
    silent.map((it) => it.ingress),
    3,
  )
  return `every request for ${count(silent.length, 'Ingress', 'Ingresses')} failed (${names}), and ${first.why}`
}

/**
 * Why what everything else stands on was not seen, in words: of a scope that has pods and Services, a list of either
 * that was forbidden or cut off leaves nothing to be called well. Null where both were read, or nobody asked for them.
 */
export function unseenWhole({ scope, sources }: Model): string | null {
  if (scope.target.kind === 'dns') return null
  for (const name of ['pods', 'services'] as const) {
    const source: Known<unknown> = sources[name]
    if (!source.known && source.why.reason !== 'not-asked' && !isNotCollected(source.why))
      return `the ${name} were not seen: ${source.why.detail}`
  }
  return null
}
