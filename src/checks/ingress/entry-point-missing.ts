import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const annotation = 'traefik.ingress.kubernetes.io/router.entrypoints'
const traefik = 'traefik.io/ingress-controller'

/**
 * Traefik listens where its static configuration says so, and by those names. A router that names another is left out
 * there, with "EntryPoint doesn't exist" in the log (pkg/server/router, BuildHandlers; pkg/config/runtime). `traefik`
 * is made by itself, for the dashboard and pings.
 */
export default check({
  code: 'ING370',
  slug: 'ingress/entry-point-missing',
  title: 'a route names an entry point that Traefik does not have',
  fine: 'each entry point that a route names is one of Traefik',
  severity: 'error',
  needs: ['ingressControllers'],
  wants: ['beside', 'ingresses', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingressControllers, beside, ingresses, ingressClasses, scope }) {
    const routes = (beside.known ? [...(beside.value.ingressRoutes ?? []), ...(beside.value.streamRoutes ?? [])] : [])
      .filter((it) => scope.namespace === null || it.namespace === scope.namespace)
      .flatMap((it) => namesOf(it))
    const annotated = (ingresses.known ? ingresses.value : [])
      .filter((it) => isTraefiks(it.className, ingressClasses))
      .flatMap((it) =>
        it.entryPoints === undefined
          ? []
          : [{ on: ingressSubject(it), named: it.entryPoints, path: annotation, fails: [ingressFails(it)] }],
      )
    const all = [...routes, ...annotated]
    if (all.length === 0) return notApplicable('no route here names an entry point of Traefik')
    const traefiks = ingressControllers.filter((it) => it.controller === traefik)
    const there = entryPointsOf(traefiks)
    if (there === null)
      return cannotTell(
        'ambiguous',
        traefiks.length === 0
          ? 'no pod was recognised as Traefik'
          : 'which entry points Traefik has, its flags do not say: a file, or variables',
      )
    return all.map((it) => judge(it, there, traefiks))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} names ${some(args.missing)}, which Traefik does not have as an entry point.`,
    detail: ({ args }) =>
      `entry points of Traefik: ${some(args.there, 6)}` +
      (args.left.length === 0 ? '' : ` · it is served at ${some(args.left)}`),
    note: ({ args }) =>
      args.left.length === 0
        ? 'Traefik leaves the route out, and says so in its log alone: its hosts are answered with 404'
        : 'Traefik leaves it out there, and says so in its log alone',
    help: ({ subject: on, args }) => [
      args.near.length === 0
        ? 'name one that there is, or leave it out for all'
        : `\`${args.near[0] ?? ''}\` is meant, perhaps`,
      `kubectl -n ${on.namespace} edit ${resources[on.kind] ?? 'ingress'} ${on.name}`,
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
    ],
  },
})

const resources: Readonly<Record<string, string>> = {
  IngressRoute: 'ingressroutes',
  IngressRouteTCP: 'ingressroutetcps',
  IngressRouteUDP: 'ingressrouteudps',
}

interface Naming {
  readonly on: Subject
  readonly named: readonly string[]
  readonly path: string
  readonly fails: readonly ReturnType<typeof ingressFails>[]
}

function namesOf(it: {
  readonly kind?: string
  readonly namespace: string
  readonly name: string
  readonly entryPoints?: readonly string[]
}): readonly Naming[] {
  if (it.entryPoints === undefined) return []
  const on = subject(it.kind ?? 'IngressRoute', it.namespace, it.name)
  return [{ on, named: it.entryPoints, path: 'spec.entryPoints', fails: [] }]
}

/** To another controller the annotation says nothing; who has no class may be Traefik's. */
function isTraefiks(className: string | null, classes: Known<readonly IngressClass[]>): boolean {
  const own = classes.known ? classes.value.find((it) => it.name === className) : undefined
  return own === undefined || own.controller === traefik
}

/** Of all that are here: which of them a route is for, its class says, and ING361 judges. null: one does not say. */
function entryPointsOf(traefiks: readonly IngressController[]): ReadonlySet<string> | null {
  const lists = traefiks.map((it) => it.entryPoints)
  if (lists.length === 0 || lists.includes(undefined)) return null
  return new Set(lists.flatMap((it) => it ?? []))
}

/** Flags are read without case: a name that differs by that alone is let be. */
function judge({ on, named, path, fails }: Naming, there: ReadonlySet<string>, traefiks: readonly IngressController[]) {
  const isThere = (it: string): boolean => it === 'traefik' || there.has(it.toLowerCase())
  const missing = named.filter((it) => !isThere(it))
  const left = named.filter(isThere)
  const [first] = missing
  if (first === undefined) return ok(1)
  const lines =
    path === annotation
      ? ['annotations:', `  ${annotation}: ${some(named, 6)}`]
      : ['entryPoints:', ...named.map((it) => `- ${it}`)]
  return finding({
    subject: on,
    severity: left.length === 0 ? 'error' : 'warning',
    confidence: 'inferred',
    args: {
      missing,
      left,
      there: [...there].toSorted(),
      near: closest(first, [...there], 1),
      home: traefiks[0]?.namespace ?? '',
      pod: traefiks[0]?.pod ?? '',
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: path === annotation ? `metadata.annotations['${annotation}']` : path,
        lines,
        at: path === annotation ? 1 : named.indexOf(first) + 1,
        mark: first,
        label: 'no such entry point',
      },
    ],
    causes: left.length === 0 ? fails : [],
  })
}
