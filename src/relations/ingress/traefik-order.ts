import type { IngressRoute, TraefikRoute, TraefikTarget } from '../../model/beside.ts'

export interface Placed {
  readonly route: IngressRoute
  readonly one: TraefikRoute
}

/**
 * Whether each request of `it` is taken by `by` before `it` is asked: of more weight, at the same entry points, with or
 * without TLS alike, and for all of its hosts and paths. Rules that ask for more are not compared; two that lead to the
 * same place hide nothing.
 */
export function isHidden(it: Placed, by: Placed): boolean {
  const [below, above] = [it.one, by.one]
  if (below.weight === undefined || above.weight === undefined || above.weight <= below.weight) return false
  if (below.form !== 'product' || above.form !== 'product' || above.more !== 'nothing') return false
  if (isOdd(below) || isOdd(above) || (it.route.tls === null) !== (by.route.tls === null)) return false
  return comesIn(it.route, by.route) && takesHosts(below, above) && takesPaths(below, above) && !isSame(it, by)
}

/** Releases read them differently: as a pattern, as a word, or not at all. */
const isOdd = ({ odd = [], paths }: TraefikRoute): boolean =>
  odd.length > 0 || paths.some(({ path }) => path.includes('{'))

/** Without any an IngressRoute is for the default entry points, which only another such is known to have all of. */
function comesIn({ entryPoints: of }: IngressRoute, { entryPoints: by }: IngressRoute): boolean {
  if (of === undefined || by === undefined) return of === by
  return of.every((it) => by.includes(it))
}

const takesHosts = ({ hosts: of }: TraefikRoute, { hosts: by }: TraefikRoute): boolean =>
  by.length === 0 || (of.length > 0 && of.every((it) => by.includes(it)))

/** A prefix of Traefik's is one of characters: `/shop` takes `/shopping`. */
function takesPaths({ paths: of }: TraefikRoute, { paths: by }: TraefikRoute): boolean {
  const wide = by.filter(({ type }) => type === 'prefix').map(({ path }) => path)
  if (by.length === 0 || wide.includes('/')) return true
  return (
    of.length > 0 &&
    of.every(
      ({ type, path }) =>
        wide.some((it) => path.startsWith(it)) ||
        (type === 'exact' && by.some((it) => it.type === 'exact' && it.path === path)),
    )
  )
}

const isSame = (one: Placed, other: Placed): boolean => leadsTo(one) === leadsTo(other)

function leadsTo({ route, one }: Placed): string {
  const named = (it: TraefikTarget): readonly unknown[] => [it.kind, it.namespace ?? route.namespace, it.name, it.port]
  return JSON.stringify([one.services.map(named), one.middlewares.map(named)])
}
