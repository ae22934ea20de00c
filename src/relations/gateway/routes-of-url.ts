import type { Gateway, GatewayRoute, Listener, ParentRef } from '../../model/gateway.ts'
import { hostsMeet, parentGateway } from './attachment.ts'

type Asked = Pick<URL, 'protocol' | 'port' | 'hostname'>

/**
 * The routes that a request for the URL may come to: a route is asked by the listeners alone that its parentRefs name,
 * and of a Gateway's listeners those of the URL's scheme and port take the request (apis/v1 shared_types.go,
 * ParentReference, sectionName and port). Where a Gateway has none of the scheme, a load balancer before it may end
 * TLS, and any counts; so it does for parents that were not read. All of the routes, where none is left.
 */
export function routesOfUrl(
  routes: readonly GatewayRoute[],
  gateways: readonly Gateway[],
  asked: Asked,
): readonly GatewayRoute[] {
  const byName = new Map(gateways.map((it) => [`${it.namespace}/${it.name}`, listenersOfUrl(it, asked)]))
  const mayTake = (route: GatewayRoute, parent: ParentRef): boolean => {
    const at = parentGateway(route, parent)
    const listeners = at === null ? undefined : byName.get(`${at.namespace}/${at.name}`)
    if (listeners === undefined) return true
    return listeners.some(
      (it) =>
        (parent.section === null || it.name === parent.section) && (parent.port === null || it.port === parent.port),
    )
  }
  const left = routes.filter((it) => it.parents.length === 0 || it.parents.some((parent) => mayTake(it, parent)))
  return left.length === 0 ? routes : left
}

function listenersOfUrl(gateway: Gateway, asked: Asked): readonly Listener[] {
  const ways = [listenersAt(gateway, asked), ofScheme(gateway, asked)]
  return ways.find((it) => it.length > 0) ?? gateway.listeners
}

/** Those that a request for the URL comes to: of its scheme, its host and its port. */
export function listenersAt(gateway: Gateway, asked: Asked): readonly Listener[] {
  const usual = asked.protocol === 'https:' ? 443 : 80
  const number = asked.port === '' ? usual : Number(asked.port)
  return ofScheme(gateway, asked).filter((it) => it.port === number)
}

function ofScheme({ listeners }: Gateway, { protocol, hostname }: Asked): readonly Listener[] {
  return listeners.filter(
    (it) => (it.hostname === null || hostsMeet(it.hostname, hostname)) && speaksTls(it) === (protocol === 'https:'),
  )
}

export function speaksTls({ protocol }: Pick<Listener, 'protocol'>): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS'
}
