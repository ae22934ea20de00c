import type { Gateway, GatewayApi, GatewayRoute, Listener, ParentRef } from '../../model/gateway.ts'
import { gatewayGroup, kindsOfProtocol } from '../../model/gateway-words.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Scope } from '../../model/sources.ts'
import { selectsNamespace, type Tri } from '../selector.ts'
import { isListed } from './grants.ts'

export interface AttachSeen {
  readonly gateways: readonly Gateway[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly api: GatewayApi
  readonly scope: Scope
}

/**
 * What one parentRef comes to, by the objects alone and in the order in which the specification asks: the Gateway, its
 * listeners by name and port, the kinds and namespaces that they allow, the hostnames that both have.
 */
export type Attachment =
  | { readonly kind: 'attached'; readonly gateway: Gateway; readonly listeners: readonly Listener[] }
  /** A Service of a mesh, a ListenerSet: none of ours to judge. */
  | { readonly kind: 'other'; readonly what: string }
  | { readonly kind: 'unseen'; readonly why: string }
  | { readonly kind: 'no-gateway'; readonly namespace: string }
  | { readonly kind: 'no-listener'; readonly gateway: Gateway; readonly by: 'section' | 'port' }
  | {
      readonly kind: 'kind' | 'namespace' | 'hostname'
      readonly gateway: Gateway
      readonly listeners: readonly Listener[]
    }

export function parentGateway(route: GatewayRoute, parent: ParentRef): { namespace: string; name: string } | null {
  return parent.group === gatewayGroup && parent.kind === 'Gateway'
    ? { namespace: parent.namespace ?? route.namespace, name: parent.name }
    : null
}

/** Gateways are looked up by name once for many routes. */
export function attaching(seen: AttachSeen): (route: GatewayRoute, parent: ParentRef) => Attachment {
  const byName = new Map(seen.gateways.map((it) => [`${it.namespace}/${it.name}`, it]))
  const labels = new Map((seen.namespaces.known ? seen.namespaces.value : []).map((it) => [it.name, it.labels]))
  return (route, parent) => {
    const at = parentGateway(route, parent)
    if (at === null) return { kind: 'other', what: `${parent.kind} ${parent.name}` }
    const gateway = byName.get(`${at.namespace}/${at.name}`)
    if (gateway === undefined) {
      return isListed('Gateway', at.namespace, seen)
        ? { kind: 'no-gateway', namespace: at.namespace }
        : { kind: 'unseen', why: notAll(at.namespace, seen.api) }
    }
    return listenersFor(route, parent, { gateway, labels: labels.get(route.namespace) ?? null })
  }
}

function listenersFor(
  route: GatewayRoute,
  parent: ParentRef,
  { gateway, labels }: { readonly gateway: Gateway; readonly labels: Readonly<Record<string, string>> | null },
): Attachment {
  const named = gateway.listeners.filter((it) => parent.section === null || it.name === parent.section)
  if (named.length === 0) return { kind: 'no-listener', gateway, by: 'section' }
  const at = named.filter((it) => parent.port === null || it.port === parent.port)
  if (at.length === 0) return { kind: 'no-listener', gateway, by: 'port' }
  const taking = at.filter((it) => takesKind(it, route.kind) !== 'no')
  if (taking.length === 0) return { kind: 'kind', gateway, listeners: at }
  const open = taking.map((it) => ({ it, allows: allowsNamespace(it, { gateway, labels }, route.namespace) }))
  const allowed = open.filter(({ allows }) => allows !== 'no')
  if (allowed.length === 0) return { kind: 'namespace', gateway, listeners: taking }
  const fitting = allowed.filter(({ it }) => shareHost(it, route))
  if (fitting.length === 0) return { kind: 'hostname', gateway, listeners: allowed.map(({ it }) => it) }
  return fitting.every(({ allows }) => allows === 'maybe')
    ? { kind: 'unseen', why: `labels of namespace ${route.namespace} could not be read` }
    : { kind: 'attached', gateway, listeners: fitting.map(({ it }) => it) }
}

function takesKind(listener: Listener, kind: string): Tri {
  const usual = Object.hasOwn(kindsOfProtocol, listener.protocol) ? kindsOfProtocol[listener.protocol] : undefined
  const kinds = listener.kinds.length > 0 ? listener.kinds : usual
  if (kinds === undefined) return 'maybe'
  return kinds.includes(kind) ? 'yes' : 'no'
}

function allowsNamespace(
  listener: Listener,
  { gateway, labels }: { readonly gateway: Gateway; readonly labels: Readonly<Record<string, string>> | null },
  namespace: string,
): Tri {
  switch (listener.from) {
    case 'All':
      return 'yes'
    case 'None':
      return 'no'
    case 'Same':
      return gateway.namespace === namespace ? 'yes' : 'no'
    case 'Selector':
      return listener.selector === null ? 'no' : selectsNamespace(listener.selector, namespace, labels)
  }
}

/** Of TCP and UDP no host is known; a route or a listener without one takes any. */
function shareHost(listener: Listener, route: GatewayRoute): boolean {
  if (route.kind === 'TCPRoute' || route.kind === 'UDPRoute') return true
  const { hostname } = listener
  if (hostname === null || route.hostnames.length === 0) return true
  return route.hostnames.some((it) => hostsMeet(hostname, it))
}

/**
 * Whether some host is both: `*.example.com` stands for one label or more before the suffix
 * (apis/v1 gateway_types.go, Hostname of a listener).
 */
export function hostsMeet(a: string, b: string): boolean {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()]
  if (one === other) return true
  const [wildOne, wildOther] = [one.startsWith('*.'), other.startsWith('*.')]
  const fits = (wild: string, host: string): boolean => host.endsWith(wild.slice(1)) && host.length >= wild.length
  if (wildOne && wildOther) return one.endsWith(other.slice(1)) || other.endsWith(one.slice(1))
  if (wildOne) return fits(one, other)
  return wildOther && fits(other, one)
}

function notAll(namespace: string, { notHeld }: GatewayApi): string {
  return notHeld?.includes('Gateway') === true
    ? `the file may not hold all Gateways of namespace ${namespace}`
    : `Gateways of namespace ${namespace} could not be listed`
}
