import { type Endpoint, type EndpointSlice, leavingOut } from '../../model/service.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, list, oneOf, text, texts, whole } from './json.ts'

/**
 * The label by which kube-proxy and every controller tie a slice to its Service (discovery/v1 well_known_labels.go).
 */
export const serviceNameLabel = 'kubernetes.io/service-name'

/** `discovery.k8s.io/v1 EndpointSlice`; null for what is none. */
export function projectEndpointSlice(raw: unknown, intern: Intern): EndpointSlice | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const root = fields(raw)
  return {
    namespace: it.namespace,
    name: it.name,
    service: text(it.labels[serviceNameLabel]),
    addressType: oneOf(root['addressType'], ['IPv4', 'IPv6', 'FQDN']),
    ports: list(root['ports'])
      .map(fields)
      .map((each) => ({
        name: text(each['name']),
        port: whole(each['port']),
        protocol: oneOf(each['protocol'], ['TCP', 'UDP', 'SCTP']),
      })),
    endpoints: list(root['endpoints'])
      .map(fields)
      .flatMap((each) => projectEndpoint(each, intern)),
    ...leftOutOf(it.labels),
    ...mirrorOf(it.labels),
    ...(root['kind'] === 'Endpoints' ? { from: 'Endpoints' as const, ...unmirrored(it.labels) } : {}),
  }
}

/**
 * The endpoints controller sets it on its own, of which slices are made by the selector (discovery/v1,
 * LabelSkipMirror).
 */
function unmirrored(labels: Readonly<Record<string, string>>): Pick<EndpointSlice, 'unmirrored'> {
  return labels['endpointslice.kubernetes.io/skip-mirror'] === 'true' ? { unmirrored: true } : {}
}

/** discovery/v1 LabelManagedBy; pkg/controller/endpointslicemirroring, controllerName. */
function mirrorOf(labels: Readonly<Record<string, string>>): Pick<EndpointSlice, 'mirrorOf'> {
  const of = labels[serviceNameLabel]
  const by = labels['endpointslice.kubernetes.io/managed-by']
  return by === 'endpointslicemirroring-controller.k8s.io' && of !== undefined ? { mirrorOf: of } : {}
}

function leftOutOf(labels: Readonly<Record<string, string>>): Pick<EndpointSlice, 'leftOut'> {
  const leftOut = leavingOut.find((it) => Object.hasOwn(labels, `service.kubernetes.io/${it}`))
  return leftOut === undefined ? {} : { leftOut }
}

/**
 * Consumers use an endpoint's first address alone; more were never given a meaning. Conditions that are absent mean
 * ready, serving and not terminating (discovery/v1 types.go, EndpointConditions).
 */
function projectEndpoint(raw: Fields, intern: Intern): Endpoint[] {
  const [ip] = texts(raw['addresses'])
  if (ip === undefined) return []
  const conditions = fields(raw['conditions'])
  const ready = conditions['ready'] !== false
  const target = fields(raw['targetRef'])
  const node = text(raw['nodeName'])
  return [
    {
      ip,
      ready,
      serving: typeof conditions['serving'] === 'boolean' ? conditions['serving'] : ready,
      terminating: conditions['terminating'] === true,
      node: node === null ? null : intern.text(node),
      pod: target['kind'] === 'Pod' ? text(target['name']) : null,
      ...hostnameOf(raw),
      ...zonesOf(raw),
    },
  ]
}

function hostnameOf(raw: Fields): Pick<Endpoint, 'hostname'> {
  const hostname = text(raw['hostname'])
  return hostname === null ? {} : { hostname }
}

function zonesOf(raw: Fields): Pick<Endpoint, 'zones'> {
  const zones = list(fields(raw['hints'])['forZones']).flatMap((it) => text(fields(it)['name']) ?? [])
  return zones.length === 0 ? {} : { zones }
}
