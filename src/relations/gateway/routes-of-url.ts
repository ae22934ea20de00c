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

function listenersOfUrl({ listeners }: Gateway, { protocol, port, hostname }: Asked): readonly Listener[] {
  const isTls = protocol === 'https:'
  const usual = isTls ? 443 : 80
  const number = port === '' ? usual : Number(port)
  const open = listeners.filter((it) => it.hostname === null || hostsMeet(it.hostname, hostname))
  const ofScheme = open.filter((it) => (it.protocol === 'HTTPS' || it.protocol === 'TLS') === isTls)
  const ofPort = ofScheme.filter((it) => it.port === number)
  return [ofPort, ofScheme].find((it) => it.length > 0) ?? listeners
}
