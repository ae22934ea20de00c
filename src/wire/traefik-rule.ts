/*
 * The rule of a router of Traefik's: `Host(`a.example`) && (PathPrefix(`/x`) || Path(`/y`))`. Read as far as hosts and
 * paths go; whatever else decides is told as `more`, and one that says no (`!Host(…)`) leaves its hosts out.
 */

export interface RouteRule {
  readonly hosts: readonly string[]
  readonly paths: readonly { readonly type: 'exact' | 'prefix'; readonly path: string }[]
  readonly more: 'nothing' | 'more'
}

/** No rule that a person wrote is longer. */
const longestRule = 8 * 1024
const matcher = /(!?)\s*([A-Za-z]{1,32})\s*\(([^()]{0,2000})\)/g
const argument = /`([^`]{0,500})`|"([^"]{0,500})"|'([^']{0,500})'/g

export function routeRule(rule: string): RouteRule {
  if (rule.length > longestRule) return { hosts: [], paths: [], more: 'more' }
  const hosts = new Set<string>()
  const paths: RouteRule['paths'][number][] = []
  let more: RouteRule['more'] = 'nothing'
  for (const [, not, name = '', inside = ''] of rule.matchAll(matcher)) {
    const words = [...inside.matchAll(argument)].map(([, a, b, c]) => a ?? b ?? c ?? '')
    const kind = name.toLowerCase()
    if (not === '!' || !(kind === 'host' || kind === 'path' || kind === 'pathprefix')) more = 'more'
    else if (kind === 'host') for (const it of words) hosts.add(it.toLowerCase())
    else for (const it of words) paths.push({ type: kind === 'path' ? 'exact' : 'prefix', path: it })
  }
  return { hosts: [...hosts], paths, more }
}
