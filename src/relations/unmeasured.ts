import type { Model } from '../model/sources.ts'

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
