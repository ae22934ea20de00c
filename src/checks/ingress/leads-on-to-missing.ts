import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressRoute, TraefikService, TraefikTarget } from '../../model/beside.ts'
import type { Middleware } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'

/**
 * An IngressRoute leads to Services by way of a TraefikService, and through Middlewares by way of a chain. Where one of
 * these names what is not there, Traefik builds neither it nor the routes that go by it, and their hosts get 404
 * (provider/kubernetes/crd, buildWeightedRR; pkg/server/middleware, BuildChain).
 */
export default check({
  code: 'ING412',
  slug: 'ingress/leads-on-to-missing',
  title: 'what an IngressRoute goes through names what is not there',
  fine: 'TraefikServices and chains that IngressRoutes go through name what is there',
  severity: 'error',
  needs: ['beside', 'services'],
  wants: ['middlewares'],
  remedies: [],
  decides: [],

  run({ beside, services, middlewares, scope }) {
    const routes = (beside.ingressRoutes ?? []).filter(
      (it) => scope.namespace === null || it.namespace === scope.namespace,
    )
    const seen: Seen = {
      services,
      find: servicesByName(services),
      middlewares,
      balanced: beside.traefikServices ?? null,
      scope: scope.namespace,
    }
    const all = [...byServices(routes, seen), ...byChains(routes, seen)]
    return all.length > 0 ? all : notApplicable('no IngressRoute here goes through a TraefikService or a chain')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} names ${args.kind} ${args.home}/${args.name}, which ` +
      `${args.why === 'port' ? `has no port ${args.port}` : 'does not exist'}.`,
    detail: ({ args }) => `IngressRoutes that go by it: ${some(args.routes, 3)}`,
    note: () => 'Traefik makes no router of what goes by it: its hosts are answered with 404',
    help: ({ subject: on, args }) => [
      args.near.length === 0 ? 'create it, or take its name out' : `name one that there is: ${some(args.near, 3)}`,
      `kubectl -n ${args.home} get ${resources[args.kind]}`,
      `kubectl -n ${on.namespace} get ${resources[on.kind as Kind]} ${on.name} -o yaml`,
    ],
  },
})

type Kind = TraefikTarget['kind']

const resources: Readonly<Record<Kind, string>> & Readonly<Record<string, string>> = {
  Service: 'services',
  TraefikService: 'traefikservices.traefik.io',
  Middleware: 'middlewares.traefik.io',
}

interface Seen {
  readonly services: readonly Service[]
  readonly find: (namespace: string, name: string) => Service | null
  readonly middlewares: Known<readonly Middleware[]>
  /** null: of an old recording. */
  readonly balanced: readonly TraefikService[] | null
  readonly scope: string | null
}

/** Those that routes of this namespace name, with the routes; of another provider (`api@internal`) nothing is known. */
function usersOf(
  routes: readonly IngressRoute[],
  targets: (route: IngressRoute) => readonly TraefikTarget[],
): ReadonlyMap<string, readonly IngressRoute[]> {
  const uses = routes.flatMap((route) =>
    targets(route)
      .filter((it) => !it.name.includes('@'))
      .map((it) => ({ at: `${it.namespace ?? route.namespace}/${it.name}`, route })),
  )
  return new Map(
    [...Map.groupBy(uses, (it) => it.at)].map(([at, its]) => [at, [...new Set(its.map((it) => it.route))]]),
  )
}

function byServices(routes: readonly IngressRoute[], seen: Seen) {
  const users = usersOf(routes, (route) =>
    route.routes.flatMap((it) => it.services.filter((one) => one.kind === 'TraefikService')),
  )
  return [...users].flatMap(([at, by]) => {
    const found = seen.balanced?.find((it) => full(it) === at)
    if (found === undefined) return []
    const on = subject('TraefikService', found.namespace, found.name)
    return found.to.map((to) => judge(on, to, seen, by))
  })
}

function byChains(routes: readonly IngressRoute[], seen: Seen) {
  const users = usersOf(routes, (route) => route.routes.flatMap((it) => it.middlewares))
  if (!seen.middlewares.known)
    return users.size === 0 ? [] : [cannotTell(seen.middlewares.why.reason, seen.middlewares.why.detail)]
  const middlewares = seen.middlewares.value
  return [...users].flatMap(([at, by]) => {
    const found = middlewares.find((it) => full(it) === at)
    const on = subject('Middleware', found?.namespace ?? '', found?.name ?? '')
    return (found?.chain ?? []).map((it, index) =>
      judge(on, { ...it, kind: 'Middleware', port: null, path: `spec.chain.middlewares[${index}]` }, seen, by),
    )
  })
}

function judge(on: Subject, to: TraefikService['to'][number], seen: Seen, by: readonly IngressRoute[]) {
  const home = to.namespace ?? on.namespace ?? ''
  if (to.name.includes('@')) return ok(1)
  const there = namesAt(to.kind, home, seen)
  if (there === null) return cannotTell('not-asked', `${to.kind}s of namespace ${home} were not read`, '-A')
  if (!there.includes(to.name)) return verdict(on, to, { why: 'missing', home, near: closest(to.name, there), by })
  const service = to.kind === 'Service' ? seen.find(home, to.name) : null
  // Of an ExternalName any port is taken.
  if (service === null || service.type === 'ExternalName' || to.port === null) return ok(1)
  const isThere = service.ports.some((it) => it.port === to.port || it.name === to.port)
  const near = service.ports.map((it) => `${it.port}`)
  return isThere ? ok(1) : verdict(on, to, { why: 'port', home, near, by })
}

/** null: they were not read. A file without a TraefikService may be one for which nobody asked. */
function namesAt(kind: Kind, home: string, seen: Seen): readonly string[] | null {
  const ofHome = (all: readonly { readonly namespace: string; readonly name: string }[]): readonly string[] =>
    all.filter((it) => it.namespace === home).map((it) => it.name)
  if (kind === 'Middleware') return seen.middlewares.known ? ofHome(seen.middlewares.value) : null
  if (seen.scope !== null && home !== seen.scope) return null
  if (kind === 'Service') return ofHome(seen.services)
  const all = ofHome(seen.balanced ?? [])
  return all.length === 0 ? null : all
}

interface Fault {
  readonly why: 'missing' | 'port'
  readonly home: string
  readonly near: readonly string[]
  readonly by: readonly IngressRoute[]
}

function verdict(on: Subject, to: TraefikService['to'][number], { why, home, near, by }: Fault) {
  const port = `${to.port ?? ''}`
  return finding({
    subject: on,
    also: by.map((it) => subject('IngressRoute', it.namespace, it.name)),
    confidence: 'inferred',
    args: { why, kind: to.kind, home, name: to.name, port, near, routes: by.map(full) },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: to.path,
        lines: [`- name: ${to.name}`, ...(port === '' ? [] : [`  port: ${port}`])],
        at: why === 'port' ? 1 : 0,
        mark: why === 'port' ? port : to.name,
        label: why === 'port' ? 'the Service has no such port' : 'not there',
      },
    ],
  })
}
