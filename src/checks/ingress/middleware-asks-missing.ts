import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Ingress, Middleware } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import {
  deciderFault,
  deciderPlace,
  type DeciderPlace,
  isSureFault,
  type SureFault,
} from '../../relations/ingress/decider.ts'
import { allOfIngress, noEndpoints } from '../../relations/symptom.ts'
import { calledAs, crdProvider } from '../../relations/ingress/traefik-names.ts'
import { faultLabels, faultText, untold } from './decider-words.ts'
import { ingressSubject } from './words.ts'

/**
 * Traefik asks `forwardAuth.address` about each request, and answers 500 where nobody is there
 * (pkg/middlewares/auth/forward.go); a router whose middleware can't be built, as with pages for errors of a Service
 * that does not exist, is left out, and its requests get 404 (pkg/provider/kubernetes/crd).
 */
export default check({
  code: 'ING383',
  slug: 'ingress/middleware-asks-missing',
  title: 'a Middleware of Traefik asks a Service that is not there',
  fine: 'Services that Middlewares of Traefik ask are there',
  severity: 'error',
  needs: ['middlewares', 'services'],
  wants: ['ingresses', 'beside', 'namespaces', 'clusterDns', 'endpointSlices'],
  remedies: [],
  decides: [],

  run({ middlewares, services, ingresses, beside, namespaces, clusterDns, endpointSlices: slices, scope }) {
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const around = { services, slices, namespaces, domain, scope }
    const used = usersOf(ingresses, beside)
    const asking = middlewares.flatMap((it) => {
      const to = askedOf(it, around)
      const by = [...(used.get(full(it)) ?? []), ...(used.get(`${calledAs(it)}${crdProvider}`) ?? [])]
      return to === null || by.length === 0 ? [] : [{ middleware: it, to, by }]
    })
    if (asking.length === 0) return notApplicable('no route here goes through a Middleware that asks a Service')
    return asking.map(({ middleware, to, by }) => {
      const fault = deciderFault(to, around)
      // Without a page for errors the errors are shown as they are.
      const isHarmless = to.by === 'pages' && (fault?.is === 'empty' || fault?.is === 'unread')
      if (fault === null || isHarmless) return ok(1)
      return isSureFault(fault) ? verdict(middleware, { to, by, fault }) : untold(fault, to)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Middleware ${full(on)} ${args.by === 'asks' ? 'asks' : 'shows pages of'} Service ${args.service}` +
      `${args.by === 'asks' ? ' about each request' : ''}, and ` +
      `${faultText(args)}.`,
    detail: ({ args }) =>
      `${args.field} · ${some(args.users, 3)} ${args.users.length === 1 ? 'goes' : 'go'} through it` +
      (args.ports.length === 0 ? '' : ` · the Service has ${some(args.ports, 4)}`),
    note: ({ args }) =>
      args.by === 'asks'
        ? 'requests get 500, whatever the backend would have said'
        : 'Traefik leaves a route out whose middleware it can not build: requests get 404',
    help: ({ subject: on, args }) => [
      args.is === 'empty'
        ? 'see why the Service has no endpoint'
        : 'create the Service, or name the one that is meant, with its namespace and its port',
      `kubectl -n ${on.namespace} get middlewares.traefik.io ${on.name} -o yaml`,
      `kubectl -n ${args.home} get services`,
    ],
  },
})

interface Asked extends DeciderPlace {
  readonly by: 'asks' | 'pages'
}

/** null for whom it asks outside of the cluster, and for a name that only its resolver could tell. */
function askedOf(
  { namespace, asks, pages }: Middleware,
  around: { readonly domain: string; readonly namespaces: Known<readonly Namespace[]> },
): Asked | null {
  if (pages !== undefined)
    return { by: 'pages', namespace: pages.namespace ?? namespace, name: pages.name, port: pages.port }
  const to = asks === undefined ? null : deciderPlace({ ...asks, namespace: null, name: null }, namespace, around)
  return to === null ? null : { by: 'asks', ...to }
}

interface User {
  readonly name: string
  readonly causes: readonly string[]
  readonly on: ReturnType<typeof subject>
}

/** What goes through Middlewares: by `namespace/name`, or as Ingresses name them. */
function usersOf(ingresses: Known<readonly Ingress[]>, beside: Known<Beside>): ReadonlyMap<string, readonly User[]> {
  const found = new Map<string, User[]>()
  const add = (middleware: string, user: User): void => {
    const before = found.get(middleware)
    if (before === undefined) found.set(middleware, [user])
    else if (!before.some((it) => it.name === user.name)) before.push(user)
  }
  for (const ingress of ingresses.known ? ingresses.value : [])
    for (const written of ingress.middlewares ?? [])
      add(written, { name: `Ingress ${full(ingress)}`, causes: allOfIngress(ingress), on: ingressSubject(ingress) })
  for (const route of beside.known ? (beside.value.ingressRoutes ?? []) : [])
    for (const to of route.routes.flatMap((it) => it.middlewares))
      add(`${to.namespace ?? route.namespace}/${to.name}`, {
        name: `IngressRoute ${full(route)}`,
        causes: [],
        on: subject('IngressRoute', route.namespace, route.name),
      })
  return found
}

interface About {
  readonly to: Asked
  readonly by: readonly User[]
  readonly fault: SureFault
}

function verdict(middleware: Middleware, { to, by, fault }: About) {
  const field = to.by === 'asks' ? 'spec.forwardAuth.address' : 'spec.errors.service'
  const on = subject('Middleware', middleware.namespace, middleware.name)
  const ports = fault.is === 'port' ? fault.ports : []
  return finding({
    subject: on,
    also: by.map((it) => it.on),
    confidence: 'inferred',
    args: {
      by: to.by,
      field,
      is: fault.is,
      service: `${to.namespace}/${to.name}`,
      home: to.namespace,
      port: to.port,
      ports,
      users: by.map((it) => it.name),
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: field,
        lines: [`${to.by === 'asks' ? 'address' : 'service'}: …${to.name}…`],
        at: 0,
        mark: to.name,
        label: faultLabels[fault.is],
      },
    ],
    symptoms: fault.is === 'empty' ? [noEndpoints(fault.service)] : [],
    causes: by.flatMap((it) => it.causes),
  })
}
