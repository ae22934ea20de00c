import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside, IngressRoute, TraefikTarget } from '../../model/beside.ts'
import type { IngressController, Middleware } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isTraefikBefore } from '../../relations/ingress/traefik-release.ts'

/**
 * Traefik leaves a whole route out of which it can't find a Service, a port or a Middleware, and says so in its log
 * alone (pkg/provider/kubernetes/crd): the host gets 404, as if nobody had declared it.
 */
export default check({
  code: 'ING362',
  slug: 'ingress/route-broken',
  title: 'an IngressRoute leads to what is not there',
  fine: 'each IngressRoute leads to Services, ports and Middlewares that are there',
  severity: 'error',
  needs: ['beside', 'services'],
  wants: ['middlewares', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, services, middlewares, ingressControllers, scope }) {
    const here = (beside.ingressRoutes ?? []).filter(
      (it) => scope.namespace === null || it.namespace === scope.namespace,
    )
    const traefiks = (ingressControllers.known ? ingressControllers.value : []).flatMap((it) => it.crd ?? [])
    const images = (ingressControllers.known ? ingressControllers.value : []).flatMap((it) =>
      it.crd === undefined ? [] : [it.image ?? ''],
    )
    const seen: Seen = {
      find: servicesByName(services),
      services,
      middlewares,
      scope: scope.namespace,
      balanced: beside.traefikServices,
      traefiks,
      wantsPorts: traefiks.length > 0 && images.every((it) => isTraefikBefore(it, [2, 1, 4]) === 'yes'),
    }
    const held = { transports: beside.transports ?? null, traefiks }
    const all = here.flatMap((route) => [
      ...resolverOf(route, traefiks),
      ...route.routes.flatMap((rule) => [
        ...rule.services.map((it, at) => judge(route, it, `${rule.path}.services[${at}]`, seen)),
        ...rule.services.flatMap((it, at) => transportOf(route, it, `${rule.path}.services[${at}]`, held)),
        ...rule.middlewares.map((it, at) => judge(route, it, `${rule.path}.middlewares[${at}]`, seen)),
      ]),
    ])
    return all.length > 0 ? all : notApplicable('no IngressRoute here leads anywhere')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `IngressRoute ${full(on)} names ${args.kind} ` +
      `${args.why === 'resolver' ? args.name : `${args.home}/${args.name}`}${says[args.why](args)}.`,
    detail: ({ args }) =>
      args.near.length === 0 ? `at ${args.path}` : `at ${args.path} · there ${some(args.near, 4)}`,
    note: ({ args }) => notes[args.why] ?? notes.missing,
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${args.home} get ${lists[args.kind]}`,
      `kubectl -n ${on.namespace} edit ingressroutes ${on.name}   # ${args.path}`,
    ],
  },
})

type Why = 'missing' | 'port' | 'other-namespace' | 'external-name' | 'transport' | 'resolver'
type Kind = TraefikTarget['kind'] | 'ServersTransport' | 'certificate resolver'

const lists: Readonly<Record<Kind, string>> = {
  Service: 'services',
  TraefikService: 'traefikservices.traefik.io',
  Middleware: 'middlewares.traefik.io',
  ServersTransport: 'serverstransports.traefik.io',
  'certificate resolver': 'pods -o yaml | grep -i certificatesresolvers',
}

const notes: { readonly [why in Why]?: string } & { readonly missing: string } = {
  missing:
    'Traefik leaves the whole route out: what it takes goes to another route that takes it too, and else is ' +
    'answered with 404, as a host that nobody declared',
  transport: 'Traefik can not build the service without it: requests get an error, and its log says why',
  resolver: 'the route is served with the default certificate of Traefik, which no client trusts, and its log says why',
}

const says: Readonly<Record<Why, (args: { readonly port: string }) => string>> = {
  missing: () => ', which does not exist',
  port: ({ port }) => `, which has no port ${port}`,
  'other-namespace': () => ' of another namespace, which Traefik takes only where it is told to',
  'external-name': () => ' of type ExternalName, which Traefik takes only where it is told to',
  transport: () => ', which does not exist',
  resolver: () => ', which no flag of Traefik makes',
}

const cures: Readonly<Record<Why, string>> = {
  missing: 'create it, or name the one that was meant',
  port: 'name a port that the Service has, by its number or its name',
  'other-namespace': 'put the IngressRoute there, or set --providers.kubernetescrd.allowCrossNamespace=true',
  'external-name': 'set --providers.kubernetescrd.allowExternalNameServices=true',
  transport: 'create the ServersTransport in the namespace of the IngressRoute, or take serversTransport away',
  resolver: 'name one that there is, or give Traefik --certificatesResolvers.NAME…; or name a Secret: tls.secretName',
}

interface Seen {
  readonly find: (namespace: string, name: string) => Service | null
  readonly services: readonly Service[]
  readonly middlewares: Known<readonly Middleware[]>
  readonly scope: string | null
  readonly balanced: Beside['traefikServices']
  readonly traefiks: readonly NonNullable<IngressController['crd']>[]
  /** Of a release that looks the port of an ExternalName up as well. */
  readonly wantsPorts: boolean
}

function judge(route: IngressRoute, target: TraefikTarget, path: string, seen: Seen) {
  const home = target.namespace ?? route.namespace
  // Of another provider, or of Traefik's own.
  if (target.name.includes('@')) return ok(1)
  const refused = (of: 'acrossNamespaces' | 'externalNames'): boolean =>
    seen.traefiks.length > 0 && seen.traefiks.every((it) => it[of] === 'no')
  if (home !== route.namespace && refused('acrossNamespaces'))
    return verdict(route, target, { why: 'other-namespace', home, path, near: [] })
  if (target.kind === 'TraefikService') return balancedOf(route, target, path, seen)
  if (target.kind === 'Middleware') {
    if (!seen.middlewares.known) return cannotTell(seen.middlewares.why.reason, seen.middlewares.why.detail)
    const there = seen.middlewares.value.filter((it) => it.namespace === home).map((it) => it.name)
    return there.includes(target.name)
      ? ok(1)
      : verdict(route, target, { why: 'missing', home, path, near: closest(target.name, there) })
  }
  if (seen.scope !== null && home !== seen.scope)
    return cannotTell('not-asked', `Services of namespace ${home} were not read`)
  const service = seen.find(home, target.name)
  if (service === null) {
    const there = seen.services.filter((it) => it.namespace === home).map((it) => it.name)
    return verdict(route, target, { why: 'missing', home, path, near: closest(target.name, there) })
  }
  if (service.type === 'ExternalName' && refused('externalNames'))
    return verdict(route, target, { why: 'external-name', home, path, near: [] })
  if (hasPort(service, target.port, seen.wantsPorts)) return ok(1)
  const ports = service.ports.map((it) => `${it.port}${it.name === null ? '' : ` (${it.name})`}`)
  return verdict(route, target, { why: 'port', home, path, near: ports })
}

/** A file that holds none of a namespace may be one for which nobody asked. What they lead to is ING412's. */
function balancedOf(route: IngressRoute, target: TraefikTarget, path: string, { balanced }: Seen) {
  const home = target.namespace ?? route.namespace
  const there = (balanced ?? []).filter((it) => it.namespace === home).map((it) => it.name)
  if (there.length === 0) return cannotTell('not-asked', `TraefikServices of namespace ${home} are not in the file`)
  return there.includes(target.name)
    ? ok(1)
    : verdict(route, target, { why: 'missing', home, path, near: closest(target.name, there) })
}

/** Of other providers (`insecure@file`) nothing is known (provider/kubernetes/crd, makeServersTransportKey). */
function transportOf(
  route: IngressRoute,
  { transport }: TraefikTarget,
  path: string,
  { transports, traefiks }: { readonly transports: Beside['transports'] | null } & Pick<Seen, 'traefiks'>,
) {
  if (transport === undefined || transport.includes('@') || transports == null || traefiks.length === 0) return []
  const there = transports.filter((it) => it.namespace === route.namespace).map((it) => it.name)
  if (there.includes(transport)) return [ok(1)]
  const near = closest(transport, there)
  const doubt = transports.length === 0
  return [
    verdict(
      route,
      { kind: 'ServersTransport', name: transport, port: null },
      { why: 'transport', home: route.namespace, path, near, doubt },
    ),
  ]
}

/** Names are read without case by flags; one Traefik that makes it is enough. */
function resolverOf(route: IngressRoute, traefiks: Seen['traefiks']) {
  const name = route.tls?.resolver
  if (name === undefined || traefiks.length === 0 || traefiks.some((it) => it.resolvers === undefined)) return []
  const there = [...new Set(traefiks.flatMap((it) => it.resolvers ?? []))]
  if (there.includes(name.toLowerCase())) return [ok(1)]
  return [
    verdict(
      route,
      { kind: 'certificate resolver', name, port: null },
      { why: 'resolver', home: route.namespace, path: 'spec.tls', near: there },
    ),
  ]
}

/**
 * Traefik takes any number of an ExternalName since 6428, which 2.1.3 has not (traefik 6390): it looked the port up
 * first, and found none in a Service without ports.
 */
function hasPort(service: Service, port: TraefikTarget['port'], wantsPorts: boolean): boolean {
  if (service.type === 'ExternalName' && typeof port === 'number' && !wantsPorts) return true
  return service.ports.some((it) => (typeof port === 'number' ? it.port === port : port !== null && it.name === port))
}

interface Fault {
  readonly why: Why
  readonly home: string
  readonly path: string
  readonly near: readonly string[]
  /** Whether the file may hold none of the kind. */
  readonly doubt?: boolean
}

const keys: { readonly [why in Why]?: string } = { transport: 'serversTransport', resolver: 'certResolver' }

interface Named {
  readonly kind: Kind
  readonly name: string
  readonly port: TraefikTarget['port']
}

function verdict(route: IngressRoute, { kind, name, port }: Named, { why, home, path, near, doubt }: Fault) {
  const by = subject('IngressRoute', route.namespace, route.name)
  const lines = [`${keys[why] ?? '- name'}: ${name}`, ...(port === null ? [] : [`  port: ${port}`])]
  const at = why === 'port' && port !== null ? 1 : 0
  return finding({
    subject: by,
    confidence: doubt === true ? 'possible' : 'inferred',
    severity: doubt === true || why === 'resolver' ? 'warning' : 'error',
    args: { why, kind, home, name, port: port === null ? 'that it names' : `${port}`, path, near },
    evidence: [
      {
        kind: 'config',
        object: by,
        path,
        lines,
        at,
        mark: at === 1 ? `${port}` : name,
        label: labels[why],
      },
    ],
  })
}

const labels: Readonly<Record<Why, string>> = {
  missing: 'not there',
  port: 'the Service has no such port',
  'other-namespace': 'of another namespace',
  'external-name': 'of type ExternalName',
  transport: 'not there',
  resolver: 'no flag makes it',
}
