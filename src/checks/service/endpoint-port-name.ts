import { closest } from '../../closest.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { contactsOfServices } from '../../relations/service/service-contacts.ts'
import { portText, slicesOfServices, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isServing, podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { ingressBackendFails, nodePortUnanswered, svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

type SlicePort = EndpointSlice['ports'][number]

/**
 * kube-proxy joins a Service's port and an endpoint by the port's name and protocol, never by its number
 * (proxy/endpointslicecache.go ServicePortName): a ready endpoint under another name is none for that port, and
 * connections to it are refused.
 */
export default check({
  code: 'SVC210',
  slug: 'service/endpoint-port-name',
  title: "the endpoints of a Service have no port of its port's name",
  fine: 'every port of a Service is a port of its endpoints',
  severity: 'error',
  needs: ['services', 'endpointSlices'],
  wants: ['contacts', 'ingresses', 'pods'],
  remedies: [],
  decides: ['SVC-19'],

  run({ services, endpointSlices, contacts, ingresses, pods }) {
    const [slicesOf, contactsOf] = [slicesOfServices(endpointSlices), contactsOfServices(contacts)]
    const fed = services
      .map((service) => ({ service, slices: slicesOf(service).filter(isHeeded) }))
      .filter(({ service, slices }) => slices.length > 0 && service.ports.length > 0)
    if (fed.length === 0) return notApplicable('no Service here has a port and a ready endpoint')
    const podsOf = pods.known ? podsOfServices(pods.value) : null
    const unled = fed.flatMap(({ service, slices }) =>
      service.ports.flatMap((port, index) =>
        !isUnled(port, slices) || isAnswered(port, contactsOf(service)) ? [] : [{ service, slices, port, index }],
      ),
    )
    const found = unled
      .filter(({ service, port }) => !isByName(service, port) || (podsOf !== null && declareIt(podsOf(service), port)))
      .map(({ service, slices, port, index }) =>
        verdict({ service, port, index, slices, routing: routing(ingresses, service) }),
      )
    if (found.length > 0) return found
    // Whether its pods declare that name decides whose fault it is.
    const [open] = unled
    return open === undefined || pods.known
      ? ok(fed.length)
      : cannotTell(pods.why.reason, `whether the pods of ${full(open.service)} declare it: ${pods.why.detail}`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no endpoint for its port ${args.port}: its endpoints have ${args.theirs}.`,
    detail: ({ args }) =>
      `port ${args.port}, named ${args.name}, over ${args.protocol} · ` +
      `${count(args.ready, 'ready endpoint')} in ${args.slices} · none of them with that name and protocol`,
    note: ({ args }) =>
      args.kept
        ? 'the control plane gives its own slices the right names, except during a change: run it again, ' +
          'and if it stays somebody else writes these slices, or the endpoint slice controller is not at work'
        : 'kube-proxy joins the two by name and protocol, never by number, ' +
          'and nobody corrects a slice that was made by hand',
    help: ({ subject: on, args }) => [
      args.at === 'none'
        ? `give a port of the slice the name of the Service's port: ${args.name}`
        : `name the slice's port ${args.name}`,
      ...(args.at === 'none' || args.kept
        ? []
        : [`kubectl -n ${on.namespace} patch endpointslice ${args.slice} --type=json -p '${args.patch}'`]),
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ports}'`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o yaml`,
    ],
  },
})

/** kube-proxy reads no slice of names, and sends nothing to what is not ready. */
function isHeeded(slice: EndpointSlice): boolean {
  return slice.addressType !== 'FQDN' && slice.endpoints.some((it) => it.ready) && !standsForProxy(slice)
}

/**
 * Cilium gives the Service of each Gateway and Ingress one endpoint that nobody has, so that load balancers announce
 * it: its Envoy takes the connections (operator/pkg/model/translation).
 */
function standsForProxy({ endpoints, ports }: EndpointSlice): boolean {
  return endpoints.every((it) => it.ip === '192.192.192.192') && ports.every((it) => it.port === 9999)
}

/** A pod that does not declare a targetPort by name gets an endpoint without it: SVC203 is about that. */
function isByName(service: Service, port: ServicePort): boolean {
  return selectorOf(service) !== null && typeof port.targetPort === 'string'
}

function declareIt(behind: readonly Pod[], port: ServicePort): boolean {
  const serving = behind.filter(isServing)
  return serving.length > 0 && serving.every((it) => targetPortIn(it, port) !== null)
}

function isUnled(port: ServicePort, slices: readonly EndpointSlice[]): boolean {
  return !slices.some(({ ports }) => ports.some((it) => isSame(it, port) && it.port !== null))
}

function isSame(theirs: SlicePort, port: ServicePort): boolean {
  return (theirs.name ?? '') === (port.name ?? '') && theirs.protocol === port.protocol
}

/** Somebody answered at that very port since: the slices changed, or the proxy is not by that rule. */
function isAnswered(port: ServicePort, contacts: readonly Contact[]): boolean {
  return contacts.some(
    (it) =>
      it.via.kind === 'service' && it.service.port === port.port && it.tries.some(({ result }) => result === 'open'),
  )
}

function routing(ingresses: Known<readonly Ingress[]>, service: Service): readonly Ingress[] {
  return ingresses.known ? routesTo(ingresses.value, service) : []
}

interface Unled {
  readonly service: Service
  readonly port: ServicePort
  readonly index: number
  readonly slices: readonly EndpointSlice[]
  readonly routing: readonly Ingress[]
}

function verdict({ service, port, index, slices, routing: ingresses }: Unled) {
  const theirs = [...new Set(slices.flatMap(({ ports }) => (ports.length === 0 ? ['no port'] : ports.map(sliceText))))]
  const meant = meantBy(service, port, slices)
  const headless = service.clusterIP === 'None'
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    // Clients of a headless Service connect to pods on a port of their own choice: only SRV records suffer.
    severity: headless ? 'warning' : 'error',
    args: {
      port: portText(port),
      name: nameText(port.name),
      protocol: port.protocol,
      theirs: some(theirs),
      ready: slices.reduce((sum, it) => sum + it.endpoints.filter(({ ready }) => ready).length, 0),
      slices: some(slices.map((it) => it.name)),
      slice: meant?.slice ?? slices[0]?.name ?? 'none',
      at: meant?.at ?? 'none',
      kept: selectorOf(service) !== null,
      patch: JSON.stringify([{ op: 'add', path: `/ports/${meant?.at ?? 0}/name`, value: port.name ?? '' }]),
    },
    evidence: [portEvidence(service, index, theirs), ...slices.slice(0, 4).map(sliceFact)],
    causes: headless
      ? []
      : [
          svcUnanswered(service),
          nodePortUnanswered(service),
          ...ingresses.map((it) => ingressBackendFails(it, service.name)),
        ],
  })
}

/** The slice's port that was meant: the only one, or the nearest by its name, of those that no other port has. */
function meantBy(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
): { readonly slice: string; readonly at: number } | null {
  const [slice, ...more] = slices
  if (slice === undefined || more.length > 0) return null
  const free = slice.ports.flatMap((it, at) =>
    it.protocol === port.protocol && !service.ports.some((own) => isSame(it, own)) ? [{ it, at }] : [],
  )
  const [near] = closest(
    port.name ?? '',
    free.flatMap(({ it }) => it.name ?? []),
    1,
  )
  const chosen = free.length === 1 ? free[0] : free.find(({ it }) => it.name === near)
  return chosen === undefined ? null : { slice: slice.name, at: chosen.at }
}

function nameText(name: string | null): string {
  return name === null || name === '' ? '"" (unnamed)' : `\`${name}\``
}

function sliceText({ name, port, protocol }: SlicePort): string {
  return `${nameText(name)} ${port ?? 'without a number'}/${protocol}`
}

function sliceFact({ name, ports }: EndpointSlice): Evidence {
  return { kind: 'fact', label: `ports of slice ${name}`, value: some(ports.map(sliceText), 6) || 'none' }
}

function portEvidence(service: Service, index: number, theirs: readonly string[]): Evidence {
  const { name = null, port = 0, protocol = 'TCP' } = service.ports[index] ?? {}
  const said = name === null || name === '' ? [] : [`name: ${name}`]
  const lines = [...said, `port: ${port}`, `protocol: ${protocol}`]
  return {
    kind: 'config',
    object: serviceSubject(service),
    path: `spec.ports[${index}]`,
    lines: ['ports:', ...lines.map((it, at) => `${at === 0 ? '- ' : '  '}${it}`)],
    at: 1,
    mark: name === null || name === '' ? `${port}` : name,
    label: `the endpoints have ${some(theirs)}`,
  }
}
