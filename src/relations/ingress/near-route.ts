import { closest } from '../../closest.ts'
import type { Ingress } from '../../model/ingress.ts'
import { textOrder } from '../../model/text-order.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { takesHost, takesUrl } from './ingress-routes-to-service.ts'
import { isRegex } from './nginx-paths.ts'

/**
 * How a URL misses a path of its host, or every host. `below-exact`: pathType Exact takes the path itself and nothing
 * under it. `part-of-word`: Prefix goes by whole elements. `pattern`: what it takes, its controller alone knows.
 */
export type Miss =
  | 'trailing-slash'
  | 'case'
  | 'below-exact'
  | 'part-of-word'
  | 'slip'
  | 'pattern'
  | 'no-path'
  | 'other-path'
  | 'host-too-deep'
  | 'host-slip'

export interface NearRoute {
  readonly ingress: Ingress
  readonly miss: Miss
  readonly host: string | null
  /** null where the rule has no path, and where it is the host that misses. */
  readonly path: string | null
  readonly pathType: string
  /** Where in the object it stands. */
  readonly at: { readonly rule: number; readonly path: number | null }
}

/** The best first: what is one character off was meant rather than what is merely there. */
const order: readonly Miss[] = [
  'trailing-slash',
  'case',
  'below-exact',
  'part-of-word',
  'slip',
  'pattern',
  'other-path',
  'no-path',
  'host-too-deep',
  'host-slip',
]

/** Rules that nearly take a URL which none takes; empty where one does, and where nothing is near. */
export function nearRoutes(ingresses: readonly Ingress[], host: string, path: string): readonly NearRoute[] {
  if (ingresses.some((it) => takesUrl(it, host, path))) return []
  const paths = ingresses.flatMap((it) => ofHost(it, host, path))
  const found = paths.length > 0 ? paths : ofOtherHosts(ingresses, host)
  return found.toSorted((a, b) => order.indexOf(a.miss) - order.indexOf(b.miss))
}

function ofHost(ingress: Ingress, host: string, asked: string): readonly NearRoute[] {
  return ingress.rules.flatMap((rule, index): readonly NearRoute[] => {
    if (!takesHost(rule.host, host)) return []
    const common = { ingress, host: rule.host }
    if (rule.paths.length === 0)
      return [{ ...common, miss: 'no-path', path: null, pathType: '', at: { rule: index, path: null } }]
    const near = new Set(
      closest(
        asked,
        rule.paths.map((it) => it.path),
      ),
    )
    return rule.paths.map(({ path, pathType }, place) => ({
      ...common,
      miss: missOf({ path, pathType, asked, isNear: near.has(path) }),
      path,
      pathType,
      at: { rule: index, path: place },
    }))
  })
}

interface Compared {
  readonly path: string
  readonly pathType: string
  readonly asked: string
  readonly isNear: boolean
}

function missOf({ path, pathType, asked, isNear }: Compared): Miss {
  const bare = withoutTrailing(path, '/')
  if (withoutTrailing(asked, '/') === bare) return 'trailing-slash'
  if (pathType !== 'Exact' && pathType !== 'Prefix' && isRegex(path)) return 'pattern'
  const [lower, lowerAsked] = [bare.toLowerCase(), asked.toLowerCase()]
  const takesLower = withoutTrailing(lowerAsked, '/') === lower
  if (takesLower || (pathType !== 'Exact' && lowerAsked.startsWith(`${lower}/`))) return 'case'
  if (pathType === 'Exact' && asked.startsWith(`${bare}/`)) return 'below-exact'
  if (pathType !== 'Exact' && bare !== '' && asked.startsWith(bare)) return 'part-of-word'
  // Of short paths each is close to each other one.
  return isNear && path.length > 3 ? 'slip' : 'other-path'
}

function ofOtherHosts(ingresses: readonly Ingress[], host: string): readonly NearRoute[] {
  const rules = ingresses.flatMap((ingress) =>
    ingress.rules.flatMap((rule, index) => (rule.host === null ? [] : [{ ingress, host: rule.host, index }])),
  )
  const deep = rules.filter(
    (it) => it.host.startsWith('*.') && host.toLowerCase().endsWith(it.host.slice(1).toLowerCase()),
  )
  const dotless = withoutTrailing(host, '.')
  const slips = new Map(
    closest(
      dotless,
      rules.map((it) => it.host),
    ).map((it, place) => [it, place]),
  )
  const near = rules
    .filter((it) => slips.has(it.host))
    .toSorted(
      (a, b) => (slips.get(a.host) ?? 0) - (slips.get(b.host) ?? 0) || textOrder(a.ingress.name, b.ingress.name),
    )
  return [
    ...deep.map((it) => ({ it, miss: 'host-too-deep' as const })),
    ...near.map((it) => ({ it, miss: 'host-slip' as const })),
  ].map(({ it, miss }) => ({
    ingress: it.ingress,
    miss,
    host: it.host,
    path: null,
    pathType: '',
    at: { rule: it.index, path: null },
  }))
}
