import type { MeshHttpMatch, MeshHttpRule, MeshRedirect, VirtualService } from '../../model/mesh.ts'
import { type Fields, fields, isObject, list, text } from './json.ts'

/** A tenant writes these; what is beyond is nobody's hand. */
const mostRules = 500

/** Rules for HTTP, where one of them redirects (networking/v1 virtual_service.proto, HTTPRoute). */
export function httpRulesOf(rules: readonly Fields[]): Pick<VirtualService, 'http'> {
  const all = rules.slice(0, mostRules).map((rule): MeshHttpRule => ({
    matches: list(rule['match']).map((it) => matchOf(fields(it))),
    redirect: isObject(rule['redirect']) ? redirectOf(fields(rule['redirect'])) : null,
  }))
  return all.some((it) => it.redirect !== null) ? { http: all } : {}
}

function matchOf(match: Fields): MeshHttpMatch {
  const uri = fields(match['uri'])
  const isMore = Object.keys(match).some((key) => key !== 'name' && key !== 'uri')
  const more = isMore ? ('more' as const) : ('nothing' as const)
  const type = (['exact', 'prefix', 'regex'] as const).find((it) => text(uri[it]) !== null)
  if (type !== undefined) return { type, path: text(uri[type]) ?? '', more }
  return { type: 'prefix', path: '/', more: Object.keys(uri).length > 0 ? 'more' : more }
}

/**
 * Of a redirect that leads to a port of its own, or by an expression or `%PREFIX()%`, nothing is said (HTTPRedirect).
 * Where it names none, the port is that of the scheme.
 */
function redirectOf(raw: Fields): MeshRedirect | null {
  const [scheme = null, authority = null, uri = null] = ['scheme', 'authority', 'uri'].map(
    (it) => text(raw[it]) || null,
  )
  if (raw['port'] !== undefined || isObject(raw['uriRegexRewrite'])) return null
  if (authority !== null && !/^[a-z0-9._-]{1,253}$/i.test(authority)) return null
  if (uri !== null && !/^\/[^%?#]{0,1024}$/.test(uri)) return null
  const known = (['http', 'https'] as const).find((it) => it === scheme)
  if (scheme !== null && known === undefined) return null
  return { scheme: known ?? null, authority: authority?.toLowerCase() ?? null, uri }
}
