import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { type Route, routesOf, routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import {
  groupNamed,
  groupsIn,
  isForNginx,
  isRegex,
  type Measured,
  measuredOf,
  turnsRegexOn,
} from '../../relations/ingress/nginx-paths.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * ingress-nginx reads the paths of a host as regular expressions when any of its Ingresses says `use-regex` or
 * `rewrite-target` (docs/user-guide/ingress-path-matching.md), and puts what groups matched into the rewrite. A group
 * that is not there is empty; a rewrite without groups sends every path below to one page.
 */
export default check({
  code: 'ING311',
  slug: 'ingress/rewrite-mistake',
  title: 'the paths of an Ingress and its rewriting do not fit',
  fine: 'paths and rewrites of Ingresses fit',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressClasses', 'ingressesBeside', 'contacts'],
  remedies: [],
  decides: ['ING-07', 'ING-09'],

  run({ ingresses, ingressesBeside, ingressClasses, contacts }) {
    const own = ingresses.filter((it) => isForNginx(it, ingressClasses))
    if (own.length === 0) return notApplicable('no Ingress here is for ingress-nginx')
    const around = withBeside(ingresses, ingressesBeside).filter((it) => isForNginx(it, ingressClasses))
    const regexHosts = new Set(around.filter(turnsRegexOn).flatMap((it) => it.rules.map((rule) => rule.host ?? '')))
    const found = own.flatMap((ingress) => {
      const mistakes = routesOf(ingress).flatMap((route) => mistakeOf(route, regexHosts) ?? [])
      const groups = [...Map.groupBy(mistakes, (it) => it.kind).values()]
      return groups.flatMap((its) => {
        const first = its.find(({ route }) => measuredOf(contacts, route) === 'ill') ?? its[0]
        return first === undefined ? [] : judge(ingress, first, its, measuredOf(contacts, first.route))
      })
    })
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} ${args.what}.`,
    detail: ({ args }) => `path \`${args.path}\` · rewrite-target ${args.rewrite} · ${measures[args.measured]}`,
    note: ({ args }) => {
      if (args.kind === 'literal' || args.kind === 'glob')
        return 'without use-regex or a rewrite on any Ingress of the host, nginx takes the path letter by letter'
      if (args.kind === 'group') return wrongPage
      const below = `${args.path.replace(/\/$/, '')}/app.js`
      return (
        `${below} is asked for as ${args.rewrite} as well: styles, scripts and calls get that page` +
        (args.same ? `; what comes by the path ${args.rewrite} itself is left as it is` : '')
      )
    },
    help: ({ subject: on, args }) =>
      [
        `${args.cure}`,
        `kubectl -n ${on.namespace} edit ingress ${on.name}`,
        `hopscope diagnose ingress/${on.name} -n ${on.namespace} --probe   # what the path is answered`,
      ].slice(0, args.measured === 'unasked' ? 3 : 2),
  },
})

const wrongPage =
  'the application sees the path after the rewrite, and answers 404 or the wrong page for what it does not know'

interface Mistake {
  readonly kind: 'group' | 'flattens' | 'literal' | 'glob'
  readonly route: Route
  readonly what: string
  readonly cure: string
}

/** `/shop/*` as ALB and GKE write it: an asterisk behind a slash, and nothing else that expressions are made of. */
function isGlob(path: string): boolean {
  return path.endsWith('/*') && /^[\w/.~%-]*$/.test(path.slice(0, -1))
}

function mistakeOf(route: Route, regexHosts: ReadonlySet<string>): Mistake | null {
  const { path } = route
  if (path === null) return null
  const rewrite = route.ingress.nginx?.rewrite ?? null
  if (rewrite === null) {
    // `/x?token=` is meant as a query, and no regular expression.
    if (!isRegex(path.replace(/\?[\w-]*=.*$/, '')) || regexHosts.has(route.host ?? '')) return null
    if (isGlob(path))
      return {
        kind: 'glob',
        route,
        what: `has an asterisk in its path ${routeText(route)}, which nginx takes as a letter`,
        cure:
          `leave it out: \`path: ${path.slice(0, -1).replace(/(.)\/$/, '$1')}\` with pathType Prefix ` +
          'takes all below',
      }
    return {
      kind: 'literal',
      route,
      what: `has a regular expression as its path ${routeText(route)}, and nothing makes nginx read it as one`,
      cure: 'say so: nginx.ingress.kubernetes.io/use-regex: "true", with pathType ImplementationSpecific',
    }
  }
  const [groups, named] = [groupsIn(path), groupNamed(rewrite)]
  if (groups !== null && named > groups) {
    return {
      kind: 'group',
      route,
      what:
        `rewrites ${routeText(route)} to \`${rewrite}\`, and the path has ` +
        `${groups === 0 ? 'no group' : `only ${groups}`}: ` +
        `each request becomes \`${rewrite.replaceAll(/\$\d/g, '')}\``,
      cure:
        groups > 0
          ? `name a group that the path has, up to $${groups}, or give it as many as the rewrite names`
          : `give the path its groups, as ${path.replace(/\/$/, '')}(/|$)(.*) with rewrite-target /$2`,
    }
  }
  // One page for one path is what a rewrite without groups is for; below a prefix it flattens everything.
  if (named > 0 || path === '/' || route.pathType === 'Exact' || rewrite === path || isRegex(path)) return null
  return {
    kind: 'flattens',
    route,
    what: '',
    cure:
      `keep the rest of the path: ${path.replace(/\/$/, '')}(/|$)(.*) with rewrite-target /$2, ` +
      'or pathType Exact if one page is meant',
  }
}

/** Below the caret, which points at the path. */
const labels: Readonly<Record<Mistake['kind'], string>> = {
  group: 'has no such group',
  flattens: 'everything below it becomes one page',
  glob: 'a letter to nginx',
  literal: 'a regular expression, which nothing makes nginx read as one',
}

const measures: Readonly<Record<Measured, string>> = {
  unasked: 'not asked',
  well: 'requests below it are answered',
  ill: 'requests below it are answered badly',
}

/** A rewrite that flattens may be meant: only an ill answer makes it more than a remark. */
function judge(ingress: Ingress, { kind, route, what, cure }: Mistake, its: readonly Mistake[], measured: Measured) {
  const rewrite = ingress.nginx?.rewrite ?? null
  const all = some([...new Set([route, ...its.map((it) => it.route)].map(routeText))])
  const severity: Severity = measured === 'well' || (kind === 'flattens' && measured === 'unasked') ? 'info' : 'warning'
  const annotated = rewrite === null ? [] : ['annotations:', `  nginx.ingress.kubernetes.io/rewrite-target: ${rewrite}`]
  const lines = [...annotated, `path: ${route.path}`]
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: measured === 'ill' ? 'inferred' : 'possible',
      severity,
      args: {
        kind,
        what: kind === 'flattens' ? `rewrites everything below ${all} to \`${rewrite ?? 'none'}\`` : what,
        cure,
        path: route.path ?? '/',
        rewrite: rewrite ?? 'none',
        // The path that is the target is not rewritten (template.go, buildProxyPass: no special rewrite).
        same: routesOf(ingress).some((it) => it.path === rewrite),
        measured,
      },
      evidence: [
        {
          kind: 'config',
          object: ingressSubject(ingress),
          path: route.backend.path.replace(/\.backend$/, '.path'),
          lines,
          at: lines.length - 1,
          mark: route.path ?? '/',
          label: labels[kind],
        },
      ],
      causes: measured === 'ill' ? [ingressBackendFails(ingress, route.backend.service)] : [],
    }),
  ]
}
