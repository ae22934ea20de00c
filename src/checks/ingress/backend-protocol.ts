import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ServicePort } from '../../model/service.ts'
import {
  portOfBackend,
  type Route,
  routesOf,
  routeText,
  servicesByName,
} from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx, type Measured, measuredOf } from '../../relations/ingress/nginx-paths.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { full } from '../../phrases.ts'

/**
 * ingress-nginx speaks plain HTTP to every backend unless the annotation `backend-protocol` says otherwise; unlike
 * Traefik it does not go by a port's name or number. TLS to a plain port is a 502, HTTP to a TLS port a 400 or 502.
 */
export default check({
  code: 'ING313',
  slug: 'ingress/backend-protocol',
  title: 'an Ingress speaks another protocol than its backend',
  fine: 'Ingresses speak the protocol that their backends name',
  severity: 'warning',
  needs: ['ingresses', 'services'],
  wants: ['ingressClasses', 'contacts'],
  remedies: [],
  decides: ['SVC-11'],

  run({ ingresses, services, ingressClasses, contacts }) {
    const find = servicesByName(services)
    // TLS that is passed through is spoken by the client.
    const own = ingresses
      .filter((it) => isForNginx(it, ingressClasses) && it.nginx?.passthrough !== true)
      .flatMap(routesOf)
    const routes = own.flatMap((route) => {
      const service = find(route.ingress.namespace, route.backend.service)
      const port = service === null ? null : portOfBackend(service, route.backend)
      return port === null ? [] : [{ route, port }]
    })
    if (routes.length === 0)
      return notApplicable('no Ingress here that is for ingress-nginx names a port of a Service that exists')
    const groups = [
      ...Map.groupBy(
        routes,
        ({ route }) => `${full(route.ingress)}/${route.backend.service}/${route.backend.port}`,
      ).values(),
    ]
    const found = groups.flatMap(([first]) =>
      first === undefined ? [] : judge(first.route, first.port, measuredOf(contacts, first.route)),
    )
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} speaks ${args.spoken} to port ${args.port} of Service ${args.service}, ` +
      `which looks like ${args.looks}.`,
    detail: ({ args }) => `${args.route} · backend-protocol ${args.annotation} · ${args.measured}`,
    note: () =>
      'ingress-nginx goes by its annotation alone: neither the name of a port nor its number makes it speak TLS',
    help: ({ subject: on, args }) => [
      args.spoken === 'HTTPS' ? 'take the annotation away if the pods speak plain HTTP' : 'say what the pods speak',
      `kubectl -n ${on.namespace} annotate ingress ${on.name} --overwrite ` +
        `nginx.ingress.kubernetes.io/backend-protocol=${args.spoken === 'HTTPS' ? 'HTTP' : 'HTTPS'}`,
    ],
  },
})

/** `tls` and `plain` by what the Service says of the port; null where it says nothing that is sure. */
function looksOf({ name, port, targetPort, appProtocol }: ServicePort): 'HTTPS' | 'HTTP' | null {
  if (appProtocol !== undefined) return /^(?:https|tls|kubernetes\.io\/wss)$/i.test(appProtocol) ? 'HTTPS' : 'HTTP'
  const words = [name, typeof targetPort === 'string' ? targetPort : null].filter((it) => it !== null)
  if (words.some((it) => /^(?:https|tls|ssl)(?:-|$)/i.test(it))) return 'HTTPS'
  if (words.some((it) => /^(?:http|web|h2c)(?:-|$)/i.test(it))) return 'HTTP'
  if (port === 443 || targetPort === 443 || targetPort === 8443) return 'HTTPS'
  return port === 80 && (targetPort === 80 || targetPort === 8080) ? 'HTTP' : null
}

function judge(route: Route, port: ServicePort, measured: Measured) {
  const { ingress, backend } = route
  const annotation = ingress.nginx?.protocol ?? null
  const spoken = annotation === 'HTTPS' || annotation === 'GRPCS' ? 'HTTPS' : 'HTTP'
  const looks = looksOf(port)
  // FastCGI and what is unknown is neither; what is answered well cannot be wrong.
  if (annotation !== null && !/^(?:AUTO_)?(?:HTTP|GRPC)S?$/.test(annotation)) return []
  if (annotation === 'AUTO_HTTP' || looks === null || looks === spoken || measured === 'well') return []
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: measured === 'ill' ? 'inferred' : 'possible',
      args: {
        spoken,
        looks: looks === 'HTTPS' ? 'TLS' : 'plain HTTP',
        port: portText(port),
        service: backend.service,
        route: routeText(route),
        annotation: annotation ?? 'none (HTTP)',
        measured: measured === 'ill' ? 'requests are answered badly' : 'not asked',
      },
      evidence: [
        backendEvidence(
          ingress,
          backend,
          'port',
          `port ${portText(port)}, target ${port.targetPort}` +
            (port.appProtocol === undefined ? '' : `, appProtocol ${port.appProtocol}`),
        ),
      ],
      causes: measured === 'ill' ? [ingressBackendFails(ingress, backend.service)] : [],
    }),
  ]
}
