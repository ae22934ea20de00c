import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { regexTakes } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * One use-regex or rewrite-target, and ingress-nginx writes every path of that host as an expression, without case and
 * the longest first: those of other Ingresses as well (docs/user-guide/ingress-path-matching.md). Exact then takes what
 * begins like it.
 */
export default check({
  code: 'ING331',
  slug: 'ingress/regex-host',
  title: 'a regular expression of one Ingress rules every path of its host',
  fine: 'no regular expression changes the paths of another Ingress',
  severity: 'warning',
  needs: ['ingresses', 'ingressClasses'],
  wants: ['ingressesBeside'],
  remedies: [],
  decides: ['ING-08'],

  run({ ingresses, ingressesBeside, ingressClasses }) {
    const isOurs = (it: Ingress): boolean => isForNginx(it, { known: true, value: ingressClasses })
    const asked = new Set(ingresses)
    const own = withBeside(ingresses, ingressesBeside).filter((it) => isOurs(it) && !isSolver(it))
    const unread = ingresses.some(isOurs) ? besideUnread(ingressesBeside) : []
    const ruling = own.filter((it) => it.nginx !== undefined && (it.nginx.regex || it.nginx.rewrite !== null))
    if (ruling.length === 0)
      return unread.length > 0 ? unread : notApplicable('no Ingress of ingress-nginx here has a regular expression')
    const found = ruling.flatMap((ruler) => {
      const hosts = new Set(ruler.rules.map((it) => it.host))
      const ruled = own
        .filter((it) => it !== ruler && !ruling.includes(it) && (asked.has(it) || asked.has(ruler)))
        .flatMap((ingress) =>
          ingress.rules
            .filter((rule) => hosts.has(rule.host))
            .flatMap((rule) =>
              rule.paths
                .filter((it) => it.path !== '/' && it.pathType !== 'ImplementationSpecific')
                .map((it) => ({ ingress, host: rule.host, ...it })),
            ),
        )
      return ruled.length === 0 ? [] : [verdict(ruler, ruled)]
    })
    if (found.length > 0 || unread.length > 0) return [...found, ...unread]
    return ok(ruling.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} makes regular expressions of ${args.paths} of ${some(args.others, 2)}: they share its host.`,
    detail: ({ args }) =>
      `${args.by} on host ${args.host} · ${count(args.ruled, 'path')} of others, ${args.exact} of them Exact`,
    note: ({ args }) =>
      args.exact > 0
        ? 'an Exact path then takes whatever begins like it, in upper and lower case'
        : 'paths are then compared without case, and the longest expression goes first',
    help: ({ subject: on, args }) => [
      'give the Ingress with the expression a host of its own',
      `kubectl get ingress -A | grep -F ${args.host}`,
      `hopscope ingress conf https://${args.host}/`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

/**
 * What cert-manager makes for a minute, with the one path of a token: that more begins like it harms nobody, and it is
 * Exact since release 1.18 (ACMEHTTP01IngressPathTypeExact).
 */
function isSolver({ rules }: Ingress): boolean {
  const paths = rules.flatMap((it) => it.paths)
  return paths.length > 0 && paths.every((it) => it.path.startsWith('/.well-known/acme-challenge/'))
}

/** Who may not list them all hears so: an Ingress of another namespace may rule these paths. */
function besideUnread(beside: Known<readonly Ingress[]>): readonly ReturnType<typeof cannotTell>[] {
  if (beside.known || beside.why.reason === 'not-asked') return []
  return [
    cannotTell(
      beside.why.reason,
      `Ingresses of other namespaces were not read (${beside.why.detail}): one with the same host and a regular ` +
        'expression or a rewrite would rule these paths as well',
      'the right to list ingresses in all namespaces',
    ),
  ]
}

interface Ruled {
  readonly ingress: Ingress
  readonly host: string | null
  readonly path: string
  readonly pathType: string
}

function verdict(ruler: Ingress, ruled: readonly Ruled[]) {
  const exact = ruled.filter((it) => it.pathType === 'Exact').length
  const by = ruler.nginx?.regex === true ? 'use-regex' : 'rewrite-target'
  const value = by === 'use-regex' ? '"true"' : (ruler.nginx?.rewrite ?? '')
  return finding({
    subject: ingressSubject(ruler),
    also: [...new Set(ruled.map((it) => it.ingress))].map((it) => subject('Ingress', it.namespace, it.name)),
    confidence: 'inferred',
    // Prefix paths mostly go where they went; an Exact one takes more than it says.
    severity: exact > 0 ? 'warning' : 'info',
    args: {
      by,
      host: ruled[0]?.host ?? '*',
      others: [...new Set(ruled.map((it) => full(it.ingress)))],
      paths: some([...new Set(ruled.map((it) => `${it.pathType} ${it.path}`))], 2),
      ruled: ruled.length,
      exact,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ruler),
        path: `metadata.annotations['nginx.ingress.kubernetes.io/${by}']`,
        lines: ['annotations:', `  nginx.ingress.kubernetes.io/${by}: ${value}`],
        at: 1,
        mark: by,
        label: 'every path of the host becomes an expression',
      },
    ],
    causes: [...new Set([ruler, ...ruled.map((it) => it.ingress)])].map(regexTakes),
  })
}
