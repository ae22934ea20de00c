import type {
  AuthorizationPolicy,
  DestinationRule,
  Mesh,
  MeshDestination,
  MeshGateway,
  PeerAuthentication,
  VirtualService,
} from '../../src/model/mesh.ts'
import type { Pod } from '../../src/model/pod.ts'
import { container, pod } from './pod.ts'

export function mesh(about: Partial<Mesh> = {}): Mesh {
  return {
    served: ['DestinationRule', 'Gateway', 'PeerAuthentication', 'VirtualService'],
    inScopeOnly: [],
    virtualServices: [],
    destinationRules: [],
    gateways: [],
    serviceEntries: [],
    peerAuthentications: [],
    authorizationPolicies: [],
    sidecars: [],
    ...about,
  }
}

/** VirtualService `shop/web` for web.example.com, of every sidecar. */
export function virtualService(
  destinations: readonly Partial<MeshDestination>[],
  about: Partial<VirtualService> = {},
): VirtualService {
  return {
    namespace: 'shop',
    name: 'web',
    hosts: ['web.example.com'],
    gateways: ['mesh'],
    destinations: destinations.map((it, at) => ({
      host: 'cart',
      subset: null,
      port: null,
      path: `spec.http[0].route[${at}]`,
      ...it,
    })),
    ...about,
  }
}

/** DestinationRule `shop/cart` with a subset for each pair of a name and a version. */
export function destinationRule(
  subsets: readonly (readonly [name: string, version: string])[],
  about: Partial<DestinationRule> = {},
): DestinationRule {
  return {
    namespace: 'shop',
    name: 'cart',
    host: 'cart',
    tls: null,
    subsets: subsets.map(([name, version]) => ({ name, labels: { version }, tls: null })),
    ...about,
  }
}

/** Gateway `edge/edge` on port 80 for every host, with a pod and a Service of port 80. */
export function meshGateway(about: Partial<MeshGateway> = {}): MeshGateway {
  return {
    namespace: 'edge',
    name: 'edge',
    selector: { istio: 'ingressgateway' },
    servers: [{ port: 80, protocol: 'HTTP', hosts: ['*'] }],
    pods: 1,
    open: [80, 8080],
    ...about,
  }
}

/** PeerAuthentication `shop/default`, STRICT for its namespace. */
export function peerAuthentication(about: Partial<PeerAuthentication> = {}): PeerAuthentication {
  return { namespace: 'shop', name: 'default', selector: null, mode: 'STRICT', ports: [], ...about }
}

/** AuthorizationPolicy `shop/default`: ALLOW, without a rule. */
export function authorizationPolicy(about: Partial<AuthorizationPolicy> = {}): AuthorizationPolicy {
  return { namespace: 'shop', name: 'default', selector: null, action: 'ALLOW', rules: 0, ...about }
}

/** A pod with a proxy of Istio's. */
export function meshPod(name: string, about: Partial<Pod> = {}): Pod {
  return pod(name, { containers: [container(), container({ name: 'istio-proxy', ports: [] })], ...about })
}
