import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { type RoutedBackend, routedBackends, ruleText, takesRequests } from '../../relations/gateway/backends.ts'
import { servedByOthers } from '../../relations/gateway/own-ways.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { type TlsSign, portWantsTls } from '../../relations/service/port-wants-tls.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { refEvidence, routeSubject } from './words.ts'

/**
 * A Gateway speaks plainly to its backends, unless a BackendTLSPolicy is for the Service (Gateway API, GEP-1897): a
 * port that wants TLS answers 400, or hangs up. These go by the port's own words, or by annotations that are not read:
 * Traefik, GKE, Kong, Contour.
 */
const ownWays = /^(?:traefik\.io\/|networking\.gke\.io\/|konghq\.com\/|projectcontour\.io\/)/

export default check({
  code: 'GTW728',
  slug: 'gateway/backend-speaks-tls',
  title: 'a route speaks plain HTTP to a port that speaks TLS',
  fine: 'what speaks TLS behind a route has a BackendTLSPolicy',
  severity: 'warning',
  needs: ['gatewayRoutes', 'services', 'pods'],
  wants: ['backendTlsPolicies', 'gateways', 'gatewayClasses', 'mesh', 'clusterDns', 'contacts'],
  remedies: [],
  decides: ['GW-10'],

  run({
    gatewayRoutes,
    services,
    pods,
    backendTlsPolicies,
    gateways,
    gatewayClasses,
    mesh,
    clusterDns,
    contacts,
    scope,
  }) {
    const isPlain = servedByOthers(ownWays, gateways, gatewayClasses)
    const podsOf = podsOfServices(pods)
    const routes = gatewayRoutes.filter((it) => it.kind === 'HTTPRoute' && isPlain(it))
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const there = routedBackends(routes, services, scope).flatMap((it): readonly Judged[] => {
      const { state, ref } = it
      if (state.kind !== 'there' || !takesRequests(ref) || state.service.type === 'ExternalName') return []
      const port = state.service.ports.find((one) => one.port === ref.port)
      return port === undefined ? [] : [{ it, service: state.service, port }]
    })
    if (there.length === 0) return notApplicable('no HTTPRoute here leads to a port of a Service by plain HTTP')
    const groups = [
      ...Map.groupBy(there, (one) => `${full(one.it.route)} ${full(one.service)} ${one.port.port}`).values(),
    ]
    return groups.flatMap(([first]) => {
      if (first === undefined) return []
      const { service, port } = first
      const sign = portWantsTls(port, podsOf(service))
      const isSettled =
        hasPolicy(backendTlsPolicies, service, port) ||
        isOfMesh(mesh, service, domain) ||
        answers(contacts, service, port)
      return [sign === null || isSettled ? ok(1) : verdict(first, sign, backendTlsPolicies.known)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPRoute ${full(on)} leads to port ${args.port} of Service ${args.service}, which looks like TLS, and no ` +
      'BackendTLSPolicy lets the Gateway speak it.',
    detail: ({ args }) =>
      `${args.rule} · ${signs[args.sign]}` + (args.read ? '' : ' · BackendTLSPolicies are not among what was read'),
    note: ({ args }) =>
      'a Gateway speaks plain HTTP to its backends: a port with TLS answers 400, or hangs up and clients get a 502 ' +
      'or 503' +
      (args.read ? '' : '; if there is a policy that was not read, this is no fault'),
    help: ({ args }) => [
      'write a BackendTLSPolicy for the Service, with the host and the CA of its certificate; or lead to a port for ' +
        'plain HTTP',
      `kubectl -n ${args.namespace} get backendtlspolicies`,
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

interface Judged {
  readonly it: RoutedBackend
  readonly service: Service
  readonly port: ServicePort
}

const signs: Readonly<Record<TlsSign, string>> = {
  appProtocol: 'its appProtocol says so',
  name: 'its name says so',
  probe: 'the readiness probe of its pods asks there by HTTPS',
  number: 'its port and target port are usual for TLS',
}

/**
 * A section is the name of a port, and in releases of Envoy Gateway its number (envoyproxy/gateway 4445); one of the
 * whole Service has none.
 */
function hasPolicy(policies: Known<readonly BackendTlsPolicy[]>, service: Service, port: ServicePort): boolean {
  return (
    policies.known &&
    policies.value.some(
      (it) =>
        it.namespace === service.namespace &&
        it.targets.some(
          (one) =>
            one.kind === 'Service' &&
            one.name === service.name &&
            (one.section === null || one.section === port.name || one.section === `${port.port}`),
        ),
    )
  )
}

/** With Istio a DestinationRule lets the Gateway speak TLS as well: of the host, or of a port, which is not read. */
function isOfMesh(mesh: Known<Mesh>, service: Service, domain: string): boolean {
  return (
    mesh.known &&
    mesh.value.destinationRules.some(
      (it) =>
        (it.tls === null || it.tls === 'SIMPLE' || it.tls === 'MUTUAL') &&
        hostTakes(wholeHost(it.host, it.namespace, domain), `${service.name}.${service.namespace}.svc.${domain}`),
    )
  )
}

/** Whoever was answered well by plain HTTP, at a pod itself, met no TLS. */
function answers(contacts: Known<Contacts>, { namespace, name }: Service, { port }: ServicePort): boolean {
  return (
    contacts.known &&
    (contacts.value.direct ?? []).some(
      (it) =>
        it.service.namespace === namespace &&
        it.service.name === name &&
        it.service.port === port &&
        it.scheme === 'http' &&
        it.status !== 400 &&
        !isBadEnd(it),
    )
  )
}

function verdict({ it, service, port }: Judged, sign: TlsSign, read: boolean) {
  const { route, ref } = it
  return finding({
    subject: routeSubject(route),
    also: [subject('Service', service.namespace, service.name)],
    confidence: 'possible',
    args: {
      port: portText(port),
      service: full(service),
      namespace: service.namespace,
      name: service.name,
      rule: ruleText(route, ref),
      sign,
      read,
    },
    evidence: [refEvidence(route, ref, { what: 'port', label: signs[sign] })],
  })
}
