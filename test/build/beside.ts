import type { AttachedPolicy } from '../../src/model/attached-policy.ts'
import type { Beside, HeldCertificate, HeldSecret, IngressRoute, TraefikRoute } from '../../src/model/beside.ts'

/** A file that holds nothing of what is read of files alone. */
export function beside(about: Partial<Beside> = {}): Beside {
  return {
    secrets: null,
    ingressRoutes: null,
    claims: [],
    webhooks: [],
    apiServices: [],
    pools: null,
    advertisements: null,
    podNetworks: [],
    controllerSettings: [],
    authorityMaps: null,
    meshSettings: [],
    linkerd: null,
    policiesNotHeld: [],
    ...about,
  }
}

/** IngressRoute `shop/web` of Host(`web.example.com`) to these Services. */
export function ingressRoute(
  services: readonly (readonly [name: string, port: number | string | null])[],
  about: Partial<IngressRoute> = {},
  route: Partial<TraefikRoute> = {},
): IngressRoute {
  return {
    group: 'traefik.io',
    namespace: 'shop',
    name: 'web',
    className: null,
    routes: [
      {
        hosts: ['web.example.com'],
        paths: [],
        more: 'nothing',
        services: services.map(([name, port]) => ({ kind: 'Service', namespace: null, name, port })),
        middlewares: [],
        path: 'spec.routes[0]',
        ...route,
      },
    ],
    tls: null,
    ...about,
  }
}

/** SecurityPolicy `shop/login` of Envoy Gateway, for HTTPRoute `web`. */
export function attachedPolicy(
  about: Partial<AttachedPolicy> = {},
  to: Partial<AttachedPolicy['targets'][number]> = {},
): AttachedPolicy {
  return {
    kind: 'SecurityPolicy',
    group: 'gateway.envoyproxy.io',
    namespace: 'shop',
    name: 'login',
    targets: [{ kind: 'HTTPRoute', namespace: null, name: 'web', section: null, path: 'spec.targetRefs[0]', ...to }],
    accepted: 'unsaid',
    does: [],
    ...about,
  }
}

/** Secret `shop/web-tls` with a valid certificate of these hosts. */
export function tlsSecret(
  hosts: readonly string[],
  about: Partial<HeldSecret> = {},
  certificate: Partial<HeldCertificate> = {},
): HeldSecret {
  return {
    namespace: 'shop',
    name: 'web-tls',
    type: 'kubernetes.io/tls',
    keys: ['tls.crt', 'tls.key'],
    certificate: {
      hosts,
      until: '2026-12-31T00:00:00.000Z',
      when: 'valid',
      ...certificate,
    },
    ...about,
  }
}
