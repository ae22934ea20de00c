import {
  type MeshHttpMatch,
  type MeshHttpRule,
  type MeshRedirect,
  type VirtualService,
  meshConditions,
} from '../../model/mesh.ts'
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

/**
 * What all rules take together, each match once: paths are a part of the whole (networking/v1 virtual_service.proto,
 * HTTPMatchRequest). With `ignoreUriCase` a path is compared otherwise than here: it stays an expression.
 */
export function takesOf(rules: readonly Fields[]): Pick<VirtualService, 'takes'> {
  if (rules.length === 0) return {}
  const all = rules.flatMap((rule): readonly MeshHttpMatch[] => {
    const matches = list(rule['match']).map(fields)
    if (matches.length === 0) return [{ type: 'prefix', path: '/', more: 'nothing' }]
    return matches.map((it) => (it['ignoreUriCase'] === true ? { ...matchOf(it), type: 'regex' } : matchOf(it)))
  })
  const unique = [...new Map(all.map((it) => [`${it.type} ${it.more} ${it.path}`, it])).values()]
  // What is beyond may take anything.
  const beyond: readonly MeshHttpMatch[] = [{ type: 'regex', path: '.*', more: 'more' }]
  return { takes: unique.length > mostRules ? [...unique.slice(0, mostRules), ...beyond] : unique }
}

/** Only where each match of each rule asks for something that not every request has. */
export function onlyByOf(rules: readonly Fields[]): Pick<VirtualService, 'onlyBy'> {
  const matches = rules.slice(0, mostRules).map((it) => list(it['match']).map(fields))
  const conditionsOf = (match: Fields) =>
    meshConditions.filter((it) => (isObject(match[it]) ? Object.keys(fields(match[it])).length > 0 : false))
  const isAsked = (its: readonly Fields[]): boolean => its.length > 0 && its.every((it) => conditionsOf(it).length > 0)
  if (rules.length === 0 || !matches.every(isAsked)) return {}
  return { onlyBy: meshConditions.filter((it) => matches.flat().some((one) => conditionsOf(one).includes(it))) }
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
