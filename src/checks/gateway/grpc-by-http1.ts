import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClientProtocol } from '../../model/beside.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { type RoutedBackend, routedBackends, ruleText, takesRequests } from '../../relations/gateway/backends.ts'
import { servedByOthers } from '../../relations/gateway/own-ways.ts'
import { probeScheme } from '../../relations/service/port-wants-tls.ts'
import { portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { refEvidence, routeSubject } from './words.ts'

/**
 * A Gateway speaks HTTP/1.1 to the backends of an HTTPRoute, unless the port says `appProtocol: kubernetes.io/h2c`
 * (Gateway API, GEP-1911); to those of a GRPCRoute it speaks HTTP/2. A server of gRPC speaks HTTP/2 alone. Istio goes
 * by the port's name; others by annotations that are not read.
 */
const ownWays = /^(?:istio\.io\/|traefik\.io\/|networking\.gke\.io\/|konghq\.com\/|projectcontour\.io\/)/

export default check({
  code: 'GTW735',
  slug: 'gateway/grpc-by-http1',
  title: 'an HTTPRoute speaks HTTP/1.1 to a server of gRPC',
  fine: 'servers of gRPC behind HTTPRoutes say that they want HTTP/2',
  severity: 'warning',
  needs: ['gatewayRoutes', 'services', 'pods'],
  wants: ['gateways', 'gatewayClasses', 'beside'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, services, pods, gateways, gatewayClasses, beside, scope }) {
    const isJudged = servedByOthers(ownWays, gateways, gatewayClasses)
    const asClients = beside.known ? (beside.value.clientProtocols ?? []) : []
    const routes = gatewayRoutes.filter(
      (it) => it.kind === 'HTTPRoute' && isJudged(it) && !asClients.some((one) => isFor(one, it)),
    )
    const there = routedBackends(routes, services, scope).flatMap((it): readonly Judged[] => {
      const { state, ref } = it
      if (state.kind !== 'there' || !takesRequests(ref)) return []
      const port = state.service.ports.find((one) => one.port === ref.port)
      return port === undefined ? [] : [{ it, service: state.service, port }]
    })
    if (there.length === 0) return notApplicable('no HTTPRoute here leads to a port of a Service')
    const podsOf = podsOfServices(pods)
    const groups = Map.groupBy(there, (one) => `${full(one.it.route)} ${full(one.service)} ${one.port.port}`)
    return [...groups.values()].flatMap(([first]) => {
      if (first === undefined) return []
      const sign = grpcSign(first.port, podsOf(first.service))
      return [sign === null ? ok(1) : verdict(first, sign)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPRoute ${full(on)} leads to port ${args.port} of Service ${args.service}, which looks like gRPC, and ` +
      'the port ' +
      'does not say that it wants HTTP/2.',
    detail: ({ args }) => `${args.rule} · ${signs[args.sign]} · no appProtocol`,
    note: () =>
      'a Gateway speaks HTTP/1.1 to such a port: gRPC ends the connection, and clients get 502 or 503. A policy ' +
      'of the ' +
      "controller's own may have it speak HTTP/2, and a server may take both",
    help: ({ subject: on, args }) => [
      'set appProtocol: kubernetes.io/h2c on that port of the Service; or write a GRPCRoute in the place of the ' +
        'HTTPRoute',
      `kubectl -n ${args.namespace} edit service ${args.name}`,
      `kubectl -n ${on.namespace} get httproutes.gateway.networking.k8s.io ${on.name} -o yaml`,
    ],
  },
})

interface Judged {
  readonly it: RoutedBackend
  readonly service: Service
  readonly port: ServicePort
}

type Sign = 'name' | 'probe'

const signs: Readonly<Record<Sign, string>> = {
  name: 'its name says so',
  probe: 'the readiness probe of its pods asks there by gRPC',
}

/** Of a policy of the route's own namespace, or of its Gateway's. */
function isFor({ namespace, targets }: ClientProtocol, route: GatewayRoute): boolean {
  return targets.some(({ kind, name }) => {
    if (kind === route.kind) return namespace === route.namespace && name === route.name
    if (kind !== 'Gateway') return false
    return route.parents.some((it) => it.name === name && (it.namespace ?? route.namespace) === namespace)
  })
}

/** `grpc-web` and a gateway of gRPC take HTTP/1.1; a probe of another port says nothing of this one. */
function grpcSign(port: ServicePort, pods: readonly Pod[]): Sign | null {
  const { name, targetPort, appProtocol } = port
  if (appProtocol !== undefined || port.protocol !== 'TCP') return null
  const names = [name, typeof targetPort === 'string' ? targetPort : null].filter((it) => it !== null)
  if (names.some((it) => /web|http|gateway|json|rest|connect/i.test(it))) return null
  if (pods.some((it) => probeScheme(it, port) !== null)) return null
  if (pods.some((it) => isAskedByGrpc(it, port))) return 'probe'
  return names.some((it) => /^grpc(?:-|$)/i.test(it)) ? 'name' : null
}

function isAskedByGrpc(pod: Pod, port: ServicePort): boolean {
  const target = targetPortIn(pod, port)
  return pod.containers.some((it) => target !== null && it.readinessProbe === `grpc :${target}`)
}

function verdict({ it, service, port }: Judged, sign: Sign) {
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
    },
    evidence: [refEvidence(route, ref, { what: 'port', label: signs[sign] })],
  })
}
