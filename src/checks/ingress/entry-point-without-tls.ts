import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressRoute } from '../../model/beside.ts'
import type { ControllerFront, Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const traefik = 'traefik.io/ingress-controller'
const annotation = 'traefik.ingress.kubernetes.io/router.'

/**
 * A router of Traefik's is for TLS or for plain http, and not for both: it takes TLS where it says `tls`, or else its
 * entry point does (doc.traefik.io, routing, routers: "TLS"; entry points: `http.tls`). What comes the other way finds
 * no router, and is answered 404.
 */
export default check({
  code: 'ING374',
  slug: 'ingress/entry-point-without-tls',
  title: 'a route of Traefik and its entry point differ about TLS',
  fine: 'routes of Traefik take TLS where it comes in, and http where that does',
  severity: 'error',
  needs: ['ingressControllers'],
  wants: ['beside', 'ingresses', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingressControllers, beside, ingresses, ingressClasses, scope }) {
    const routes = (beside.known ? (beside.value.ingressRoutes ?? []) : [])
      .filter((it) => scope.namespace === null || it.namespace === scope.namespace)
      .flatMap(ofRoute)
    const all = [...routes, ...(ingresses.known ? ingresses.value : []).flatMap((it) => ofIngress(it, ingressClasses))]
    if (all.length === 0) return notApplicable('no route here names an entry point of Traefik')
    const traefiks = ingressControllers.filter((it) => it.controller === traefik)
    if (traefiks.length === 0 || traefiks.some((it) => it.tlsEntryPoints === undefined))
      return cannotTell('ambiguous', 'whether entry points of Traefik are for TLS, its flags do not say')
    return all.map((it) => judge(it, traefiks))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.tls
        ? `${on.kind} ${full(on)} takes TLS alone, and is served at ${some(args.named)}, where plain http comes in.`
        : `${on.kind} ${full(on)} takes no TLS, and is served at ${some(args.wrong)}, where TLS comes in.`,
    detail: ({ args }) =>
      (args.tls
        ? 'tls is set'
        : `no tls, and none at the entry point (--entryPoints.${args.wrong[0] ?? ''}.http.tls)`) +
      (args.services.length === 0
        ? ' · by its name'
        : ` · port ${args.tls ? 80 : 443} of Service ${some(args.services)}`),
    note: ({ args }) =>
      args.tls
        ? 'requests by http find no router: Traefik answers 404'
        : 'requests by https find no router: Traefik answers 404, with its default certificate; not so where a proxy ' +
          'before it ends TLS',
    help: ({ subject: on, args }) => [
      args.tls
        ? 'name the entry point for https, or take tls away'
        : 'set `tls: {}` on the route, or TLS for all at the entry point',
      `kubectl -n ${on.namespace} edit ${on.kind === 'Ingress' ? 'ingress' : 'ingressroutes'} ${on.name}`,
    ],
  },
})

interface Naming {
  readonly on: Subject
  readonly named: readonly string[]
  readonly tls: boolean
  readonly lines: readonly string[]
  readonly fails: readonly ReturnType<typeof ingressFails>[]
  /** Something else may make its router one for TLS. */
  readonly isGuess: boolean
}

function ofRoute({ namespace, name, entryPoints, tls }: IngressRoute): readonly Naming[] {
  if (entryPoints === undefined) return []
  const lines = ['spec:', `  entryPoints: [${some(entryPoints, 6)}]`, ...(tls === null ? [] : ['  tls:'])]
  return [
    {
      on: subject('IngressRoute', namespace, name),
      named: entryPoints,
      tls: tls !== null,
      lines,
      fails: [],
      isGuess: false,
    },
  ]
}

/** `spec.tls` of an Ingress brings certificates, and no TLS to its router (pkg/provider/kubernetes/ingress). */
function ofIngress(ingress: Ingress, classes: Known<readonly IngressClass[]>): readonly Naming[] {
  const { entryPoints, className, annotated = [] } = ingress
  const own = classes.known ? classes.value.find((it) => it.name === className) : undefined
  if (entryPoints === undefined || (own !== undefined && own.controller !== traefik)) return []
  const tls = annotated.some((it) => it.startsWith(`${annotation}tls`))
  // Its value is not read: `router.tls: "false"` is as none.
  if (tls) return []
  const lines = ['annotations:', `  ${annotation}entrypoints: ${some(entryPoints, 6)}`]
  // Its own `tls` is for certificates; whether a release takes it for more is not relied on.
  const isGuess = (ingress.tls ?? []).length > 0
  return [{ on: ingressSubject(ingress), named: entryPoints, tls, lines, fails: [ingressFails(ingress)], isGuess }]
}

/** What comes in there: by the port of a Service that leads to it, else by what everybody calls it. */
interface Role {
  readonly takes: 'https' | 'http' | 'unsure'
  readonly services: readonly string[]
}

function roleOf(entry: string, traefiks: readonly IngressController[]): Role {
  const fronts = traefiks.flatMap((it) =>
    (it.fronts ?? []).filter((one) => one.wants.length === 0).map((front) => ({ front, it })),
  )
  const usual = usually[entry] ?? 'unsure'
  const leading = (port: number): readonly ControllerFront[] =>
    fronts.flatMap(({ front, it }) => {
      const own = port === 443 ? it.ports?.tls : it.ports?.plain
      const isHere = (target: number | string): boolean =>
        typeof target === 'string'
          ? target.toLowerCase() === entry
          : target === own && usual === (port === 443 ? 'https' : 'http')
      return front.ports.some((one) => one.port === port && isHere(one.targetPort)) ? [front] : []
    })
  const [tls, plain] = [leading(443), leading(80)]
  // Where TLS ends before it, plain http comes in at the port for https.
  if ([...tls, ...plain].some((it) => it.tlsEnded !== undefined)) return { takes: 'unsure', services: [] }
  if (tls.length > 0 && plain.length > 0) return { takes: 'unsure', services: [] }
  if (tls.length > 0) return { takes: 'https', services: [...new Set(tls.map(full))] }
  if (plain.length > 0) return { takes: 'http', services: [...new Set(plain.map(full))] }
  return { takes: usual, services: [] }
}

const usually: Readonly<Record<string, 'https' | 'http'>> = {
  websecure: 'https',
  https: 'https',
  web: 'http',
  http: 'http',
}

function judge({ on, named, tls, lines, fails, isGuess }: Naming, traefiks: readonly IngressController[]) {
  const lower = named.map((it) => it.toLowerCase())
  const there = new Set(traefiks.flatMap((it) => it.entryPoints ?? []))
  const ofTls = new Set(traefiks.flatMap((it) => it.tlsEntryPoints ?? []))
  const roles = lower.filter((it) => there.has(it)).map((it) => ({ entry: it, ...roleOf(it, traefiks) }))
  const wrong = roles.filter((it) => (tls ? it.takes === 'http' : it.takes === 'https' && !ofTls.has(it.entry)))
  // With TLS on both, http is often led to https before any router is asked.
  const isAll = roles.length > 0 && wrong.length === roles.length
  if (wrong.length === 0 || (tls && !isAll)) return ok(1)
  const services = [...new Set(wrong.flatMap((it) => it.services))]
  const isSure = isAll && services.length > 0 && !isGuess
  return finding({
    subject: on,
    severity: isSure ? 'error' : 'warning',
    confidence: isSure ? 'inferred' : 'possible',
    args: { tls, named, wrong: wrong.map((it) => it.entry), services },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: on.kind === 'Ingress' ? 'metadata.annotations' : 'spec',
        lines,
        at: 1,
        mark: named.find((it) => it.toLowerCase() === wrong[0]?.entry) ?? '',
        label: tls ? 'plain http comes in here' : 'TLS comes in here',
      },
    ],
    causes: isSure ? fails : [],
  })
}
