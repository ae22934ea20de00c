import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { ServersScheme, Service, ServicePort } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { portOfBackend, routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { type Measured, measuredOf } from '../../relations/ingress/nginx-paths.ts'
import { type Speech, speechOf } from '../../relations/service/port-speech.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ingressSubject } from './words.ts'

/**
 * Traefik speaks HTTP/1.1 to a Service, and TLS to port 443 and to names that begin with https; HTTP/2 without TLS, as
 * gRPC wants it, where it is told `h2c` (pkg/provider/kubernetes/ingress, getProtocol; crd, parseServiceProtocol).
 */
export default check({
  code: 'ING369',
  slug: 'ingress/backend-speaks-grpc',
  title: 'Traefik speaks HTTP/1.1 to a backend of gRPC, or the reverse',
  fine: 'Traefik speaks gRPC to the backends that look like it, and to no others',
  severity: 'warning',
  needs: ['services'],
  wants: ['ingresses', 'ingressClasses', 'beside', 'pods', 'contacts'],
  remedies: [],
  decides: [],

  run({ services, ingresses, ingressClasses, beside, pods, contacts, scope }) {
    const find = servicesByName(services)
    const podsOf = podsOfServices(pods.known ? pods.value : [])
    const ways = [
      ...(ingresses.known && ingressClasses.known ? ofIngresses(ingresses.value, ingressClasses.value, contacts) : []),
      ...ofRoutes(beside, scope.namespace),
    ].flatMap((it) => {
      const service = find(it.namespace, it.service)
      const port = service === null ? null : portOfBackend(service, { service: it.service, port: it.port, path: '' })
      return service === null || port === null ? [] : [{ ...it, to: service, at: port }]
    })
    if (ways.length === 0) return notApplicable('nothing here is led to a Service by Traefik')
    const each = new Map(ways.map((it) => [`${it.on.kind}/${full(it.on)} ${full(it.to)} ${it.at.port}`, it]))
    const both = spokenToInBoth(ways)
    return [...each.values()].map((it) =>
      it.measured === 'well' || both.has(targetOf(it)) ? ok(1) : judge(it, speechOf(it.at, podsOf(it.to))),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Traefik speaks ${args.spoken} for ${on.kind} ${full(on)} to port ${args.port} of Service ${args.service}, ` +
      `which looks like ${args.looks}.`,
    detail: ({ args }) =>
      `scheme ${args.scheme ?? 'none (HTTP/1.1)'} · ` +
      (args.measured === 'ill' ? 'requests are answered badly' : 'not asked'),
    note: () => 'Traefik goes by the scheme that it is told, and by names that begin with https: not by names of gRPC',
    help: ({ subject: on, args }) => [
      args.looks === 'gRPC' ? 'have Traefik speak HTTP/2 without TLS' : 'have Traefik speak HTTP/1.1',
      on.kind === 'Ingress'
        ? `kubectl -n ${on.namespace} annotate service ${args.service} --overwrite ` +
          `traefik.ingress.kubernetes.io/service.serversscheme=${args.looks === 'gRPC' ? 'h2c' : 'http'}`
        : `kubectl -n ${on.namespace} edit ingressroutes ${on.name}   # services[].scheme`,
    ],
  },
})

interface Way {
  readonly on: Subject
  readonly namespace: string
  readonly service: string
  readonly port: number | string | null
  /** Of the IngressRoute, which goes before that of the Service. */
  readonly scheme: ServersScheme | null
  readonly measured: Measured
}

interface Met extends Way {
  readonly to: Service
  readonly at: ServicePort
}

function ofIngresses(
  ingresses: readonly Ingress[],
  classes: readonly IngressClass[],
  contacts: Known<Contacts>,
): readonly Way[] {
  const own = new Set(classes.flatMap((it) => (it.controller === 'traefik.io/ingress-controller' ? it.name : [])))
  return ingresses
    .filter((it) => it.className !== null && own.has(it.className))
    .flatMap(routesOf)
    .map((route) => ({
      on: ingressSubject(route.ingress),
      namespace: route.ingress.namespace,
      service: route.backend.service,
      port: route.backend.port,
      scheme: null,
      measured: measuredOf(contacts, route),
    }))
}

function ofRoutes(beside: Known<Beside>, namespace: string | null): readonly Way[] {
  return (beside.known ? (beside.value.ingressRoutes ?? []) : [])
    .filter((it) => namespace === null || it.namespace === namespace)
    .flatMap((route) =>
      route.routes
        .flatMap((it) => it.services)
        .filter((it) => it.kind === 'Service')
        .map((it) => ({
          on: subject('IngressRoute', route.namespace, route.name),
          namespace: it.namespace ?? route.namespace,
          service: it.name,
          port: it.port,
          scheme: it.scheme ?? null,
          measured: 'unasked' as const,
        })),
    )
}

function targetOf({ to, at }: Met): string {
  return `${full(to)}/${at.targetPort}`
}

/** Argo CD's server and others tell the two apart on one port, and have a route for each. */
function spokenToInBoth(ways: readonly Met[]): ReadonlySet<string> {
  return new Set(
    [...Map.groupBy(ways, targetOf)].flatMap(([target, all]) => (new Set(all.map(spokenBy)).size > 1 ? [target] : [])),
  )
}

/** Over TLS it asks for HTTP/2, and takes what it is given: null. */
function spokenBy({ scheme, to, at }: Met): Speech['version'] {
  const told = scheme ?? to.serversScheme ?? null
  if (told === 'h2c') return 'gRPC'
  const isTls = told === 'https' || (told === null && (at.port === 443 || at.name?.startsWith('https') === true))
  return isTls ? null : 'HTTP/1.1'
}

function judge(way: Met, looks: Speech) {
  const spoken = spokenBy(way)
  if (spoken === null || looks.version === null || looks.version === spoken) return ok(1)
  const { on, to, at, measured } = way
  return finding({
    subject: on,
    confidence: measured === 'ill' ? 'inferred' : 'possible',
    args: {
      spoken,
      looks: looks.version,
      port: portText(at),
      service: to.name,
      scheme: way.scheme ?? to.serversScheme ?? null,
      measured,
    },
    evidence: [{ kind: 'fact', label: `${looks.version} by`, value: looks.by }],
  })
}
