import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressRoute, TraefikRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { traefikRelease } from '../../relations/ingress/traefik-release.ts'
import type { RuleFault, RuleMatcher } from '../../wire/traefik-rule-faults.ts'

/**
 * Rules of Traefik 2 and 3 differ, and the API server takes each text. Of a rule that it can't read Traefik makes no
 * router, and says so in its log alone; a pattern of the other release is read letter by letter (Traefik, "Migration
 * from v2 to v3", router rule matchers; pkg/muxer/http/matcher.go).
 */
export default check({
  code: 'ING376',
  slug: 'ingress/rule-unread',
  title: 'Traefik can not read the rule of an IngressRoute',
  fine: 'the rules of IngressRoutes are written for the Traefik that reads them',
  severity: 'error',
  needs: ['beside', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, scope }) {
    const here = (beside.ingressRoutes ?? []).filter(
      (it) => scope.namespace === null || it.namespace === scope.namespace,
    )
    if (here.length === 0) return notApplicable('no IngressRoute is here')
    const traefiks = ingressControllers.filter((it) => it.crd !== undefined && it.crd.off !== true)
    if (traefiks.length === 0) return cannotTell('ambiguous', 'no pod was recognised as a Traefik that reads them')
    return here.flatMap((route) => route.routes.map((rule) => judge(route, rule, traefiks)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `IngressRoute ${full(on)} has a rule that ` +
      `${args.is === 'literal' ? 'no request meets' : 'Traefik can not read'}: ` +
      `${says[args.fault](nameOf(args.matcher))}.`,
    detail: ({ args }) => `at ${args.path} · Traefik: ${args.pods}`,
    note: ({ args }) =>
      args.is === 'literal'
        ? 'Traefik makes its router, and takes the pattern letter by letter: the host is answered with 404'
        : 'Traefik makes no router of it, and says so in its log alone: the host is answered with 404',
    help: ({ subject: on, args }) => [
      cures[args.fault],
      `kubectl -n ${on.namespace} edit ingressroutes ${on.name}   # ${args.path}.match`,
      `kubectl -n ${args.home} logs ${args.pod} | grep -i 'rule'`,
    ],
  },
})

type Fault = RuleFault['is']

const spelled: Partial<Readonly<Record<RuleMatcher, string>>> = {
  clientip: 'ClientIP',
  headerregexp: 'HeaderRegexp',
  headersregexp: 'HeadersRegexp',
  hostheader: 'HostHeader',
  hostregexp: 'HostRegexp',
  pathprefix: 'PathPrefix',
  pathregexp: 'PathRegexp',
  queryregexp: 'QueryRegexp',
}

function nameOf(it: RuleMatcher): string {
  return spelled[it] ?? `${it.charAt(0).toUpperCase()}${it.slice(1)}`
}

const says: Readonly<Record<Fault, (name: string) => string>> = {
  quotes: (name) => `what ${name} is given stands in single quotes`,
  several: (name) => `${name} has several values, and takes one since release 3`,
  template: (name) => `${name} has a pattern in braces, {name:pattern}, which release 3 does not know`,
  pattern: (name) => `${name} has a regular expression as of release 3, and release 2 wants it in braces`,
  gone: (name) => `release 3 has given up ${name}`,
  new: (name) => `${name} is there since release 3`,
}

const cures: Readonly<Record<Fault, string>> = {
  quotes: 'put it in backticks, as in Host(`shop.example.com`)',
  several: 'write one for each value: Host(`a.example.com`) || Host(`b.example.com`)',
  template:
    'write a regular expression: HostRegexp(`^[a-z]+\\.example\\.com$`), PathRegexp(`^/v[0-9]+/`); ' +
    'or let rules be read as before: `syntax: v2` beside match',
  pattern: 'write it for release 2: HostRegexp(`{sub:[a-z]+}.example.com`)',
  gone: 'write Header, HeaderRegexp or Host in its place; or let rules be read as before: `syntax: v2` beside match',
  new: 'write Headers, HeadersRegexp, or Path with {name:pattern}, as release 2 knows them; or update Traefik',
}

function judge(route: IngressRoute, rule: TraefikRoute, traefiks: readonly IngressController[]) {
  const { odd = [] } = rule
  if (odd.length === 0) return ok(1)
  const each = traefiks.map((it) => faultFor(odd, releaseFor(rule, it)))
  const [first] = each
  const [traefik] = traefiks
  if (each.includes(null) || first === undefined || traefik === undefined) return ok(1)
  if (first === null || first === 'unsure' || each.includes('unsure'))
    return cannotTell(
      'ambiguous',
      `which release ${full({ ...traefik, name: traefik.pod })} is, its image does not say`,
    )
  const isLiteral = first.is === 'template' || first.is === 'pattern'
  const on = subject('IngressRoute', route.namespace, route.name)
  return finding({
    subject: on,
    confidence: 'inferred',
    severity: isLiteral ? 'warning' : 'error',
    args: {
      fault: first.is,
      matcher: first.matcher,
      is: isLiteral ? 'literal' : 'unread',
      path: rule.path,
      pods: some(traefiks.map((it) => `${it.namespace}/${it.pod} (${it.image ?? 'no image'})`)),
      home: traefik.namespace,
      pod: traefik.pod,
    },
    evidence: [{ kind: 'fact', label: `match of ${rule.path}`, value: says[first.is](nameOf(first.matcher)) }],
  })
}

/** null: its image does not say. */
function releaseFor({ syntax }: TraefikRoute, { image = '', crd }: IngressController): number | null {
  const release = traefikRelease(image)?.[0] ?? null
  // Before 3 there is no syntax to choose.
  if (release === 2) return 2
  const asked = syntax ?? crd?.syntax
  return asked === undefined ? release : Number(asked.slice(1))
}

/** null: this release reads the rule. What makes no router goes before what makes one in vain. */
function faultFor(odd: readonly RuleFault[], release: number | null): RuleFault | 'unsure' | null {
  const order: readonly Fault[] = ['quotes', 'several', 'gone', 'new', 'template', 'pattern']
  const sorted = odd.toSorted((a, b) => order.indexOf(a.is) - order.indexOf(b.is))
  if (release === null) return sorted.find((it) => it.is === 'quotes') ?? 'unsure'
  const isBad = ({ is }: RuleFault): boolean =>
    is === 'quotes' || (is === 'new' || is === 'pattern' ? release < 3 : release >= 3)
  return sorted.find(isBad) ?? null
}
