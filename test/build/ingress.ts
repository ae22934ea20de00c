import type { Ingress, IngressBackend, IngressClass, IngressController } from '../../src/model/ingress.ts'

/** Ingress `shop/web` of class `nginx` for web.example.com: `['/cart', 'cart', 80]` for each path. */
export function ingress(
  paths: readonly (readonly [path: string, service: string, port: IngressBackend['port']])[],
  about: Partial<Ingress> = {},
): Ingress {
  return {
    namespace: 'shop',
    name: 'web',
    className: 'nginx',
    classFrom: 'spec',
    rules: [
      {
        host: 'web.example.com',
        paths: paths.map(([path, service, port], index) => ({
          path,
          pathType: 'Prefix',
          backend: { service, port, path: `spec.rules[0].http.paths[${index}].backend` },
        })),
      },
    ],
    defaultBackend: null,
    addresses: [],
    ...about,
  }
}

export function ingressClass(name: string, about: Partial<IngressClass> = {}): IngressClass {
  return { name, controller: 'k8s.io/ingress-nginx', isDefault: false, ...about }
}

export function controller(about: Partial<IngressController> = {}): IngressController {
  return {
    namespace: 'ingress-nginx',
    pod: 'controller-1',
    ip: '10.2.1.80',
    ready: true,
    controller: 'k8s.io/ingress-nginx',
    classNames: ['nginx'],
    ...about,
  }
}
