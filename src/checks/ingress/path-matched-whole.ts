import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Scope } from '../../model/sources.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { isOfAlb } from '../../relations/ingress/albs.ts'
import { takesHost } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isOfGce } from '../../relations/ingress/tls-told.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { takesBelow, takesWhole } from '../../relations/ingress/whole-paths.ts'
import { ingressSubject } from './words.ts'

/**
 * An ALB and the load balancer of GKE take a path of type ImplementationSpecific as it stands, with `*` for any
 * letters: `/` is one page, and `/*` all of them (aws-load-balancer-controller, "Ingress specification", issue 667;
 * GKE, "Ingress for external Application Load Balancers", paths). ingress-nginx and Traefik take the same for a prefix.
 */
export default check({
  code: 'ING410',
  slug: 'ingress/path-matched-whole',
  title: 'a path is matched whole by its load balancer, not as a prefix',
  fine: 'paths of type ImplementationSpecific at cloud load balancers take what is below them as well',
  severity: 'warning',
  needs: ['ingresses', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses, scope }) {
    const judged = ingresses.flatMap((ingress) => {
      const cloud = cloudOf(ingress, ingressClasses)
      return cloud === null ? [] : [{ ingress, cloud }]
    })
    if (judged.length === 0) return notApplicable('no Ingress here is of an ALB or of GKE')
    const found = judged.flatMap((it) => verdict(it, ingresses, scope))
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.url === null
        ? `Paths of Ingress ${full(on)} take no more than themselves: ${some(args.paths, 3)}, ` +
          'of type ImplementationSpecific.'
        : `No rule takes ${args.url}: ${args.cloud} takes ${some(args.paths, 3)} of Ingress ${full(on)}, of type ` +
          'ImplementationSpecific, as they stand, and nothing below.',
    detail: ({ args }) => `${args.cloud} · pathType ImplementationSpecific · no \`*\` at the end`,
    note: () =>
      'what is below such a path gets 404, or the default backend; with pathType Prefix, or `/*`, it is taken',
    help: ({ subject: on, args }) => [
      `make it pathType: Prefix, or write ${args.star}, if what is below is to be served`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
    ],
  },
})

type Cloud = 'an ALB' | 'GKE'

function cloudOf(ingress: Ingress, classes: readonly IngressClass[]): Cloud | null {
  if (isOfAlb(ingress, classes)) return 'an ALB'
  return isOfGce(ingress, classes) ? 'GKE' : null
}

interface Judged {
  readonly ingress: Ingress
  readonly cloud: Cloud
}

interface Place {
  readonly rule: number
  readonly path: number
  readonly text: string
}

/** What an annotation answers in a Service's place is mostly for one page: a redirect of `/`. */
function wholePaths({ ingress, cloud }: Judged): readonly Place[] {
  return ingress.rules.flatMap(({ paths }, rule) =>
    paths.flatMap((it, path): readonly Place[] => {
      const isOne = it.pathType === 'ImplementationSpecific' && !/[*?]/.test(it.path) && it.path !== ''
      // Of `/` at GKE nothing is said: the map of URLs has a default for it.
      if (!isOne || it.backend.port === 'use-annotation' || (cloud === 'GKE' && it.path === '/')) return []
      return paths.some((one) => takesBelow(one, it.path)) ? [] : [{ rule, path, text: it.path }]
    }),
  )
}

function verdict(judged: Judged, all: readonly Ingress[], scope: Scope) {
  const { ingress, cloud } = judged
  const on = ingressSubject(ingress)
  const places = wholePaths(judged)
  const [first] = places
  if (first === undefined) return []
  const url = leftOut(judged, all, scope)
  // Whoever wrote `/` meant a site, and not its first page alone.
  const isSite = places.some((it) => it.text === '/')
  const severity = isSite || isTarget(scope, on) ? 'warning' : 'info'
  return [
    finding({
      subject: on,
      confidence: url === null ? 'possible' : 'inferred',
      severity: url === null ? severity : 'error',
      args: {
        cloud,
        url,
        paths: [...new Set(places.map((it) => it.text))],
        star: first.text === '/' ? '/*' : `${first.text}/*`,
      },
      evidence: [
        {
          kind: 'config',
          object: on,
          path: `spec.rules[${first.rule}].http.paths[${first.path}]`,
          lines: [`- path: ${first.text}`, '  pathType: ImplementationSpecific'],
          at: 1,
          mark: 'ImplementationSpecific',
          label: 'taken as it stands',
        },
      ],
      ...(url === null ? {} : { causes: [ingressFails(ingress)] }),
    }),
  ]
}

/** The URL that was asked about, where no rule of this load balancer takes it; null where one does, or may. */
function leftOut({ ingress }: Judged, all: readonly Ingress[], { target }: Scope): string | null {
  const isAsked = target.kind === 'object' && isTarget({ target }, ingressSubject(ingress))
  const url = isAsked && target.url !== null ? URL.parse(target.url) : null
  if (url === null || ingress.defaultBackend !== null) return null
  const path = percentDecoded(url.pathname)
  // Of a group the others have rules at the same load balancer.
  const members = all.filter((it) => it === ingress || it.albListens?.group !== undefined)
  const rules = members.flatMap((it) => it.rules).filter((it) => takesHost(it.host, url.hostname))
  return rules.some((it) => it.paths.some((one) => takesWhole(one, path))) ? null : `${url.hostname}${path}`
}
