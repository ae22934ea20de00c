import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'

/** What serves an Ingress, as far as its annotations go. */
export interface AnnotationReader {
  readonly is: Product['is']
  readonly name: string
  /** With their slash; annotations behind another do nothing there. */
  readonly prefixes: readonly string[]
  /** Its own were given to it by a flag: of those no names are kept. */
  readonly isOwn: boolean
}

interface Product {
  readonly is: 'ingress-nginx' | 'f5-nginx' | 'other'
  readonly controllers: RegExp
  readonly name: string
  readonly prefixes: readonly string[]
}

/**
 * Of each product by its documentation and its code. `ingress.kubernetes.io/` was everybody's until 2018: ingress-nginx
 * (0.9) and Traefik (2.0) have left it since, the two of HAProxy, Kong and Contour read some or all of it.
 */
const products: readonly Product[] = [
  {
    is: 'ingress-nginx',
    controllers: /^k8s\.io\/ingress-nginx$/,
    name: 'ingress-nginx',
    prefixes: ['nginx.ingress.kubernetes.io/'],
  },
  {
    is: 'f5-nginx',
    controllers: /^nginx\.org\/ingress-controller$/,
    name: 'F5 NGINX Ingress Controller',
    prefixes: ['nginx.org/', 'nginx.com/', 'appprotect.f5.com/', 'appprotectdos.f5.com/'],
  },
  {
    is: 'other',
    controllers: /^traefik\.io\/ingress-controller$/,
    name: 'Traefik',
    prefixes: ['traefik.ingress.kubernetes.io/'],
  },
  {
    is: 'other',
    controllers: /^haproxy-ingress\.github\.io\/controller(?:\/|$)/,
    name: 'HAProxy Ingress',
    prefixes: ['haproxy-ingress.github.io/', 'ingress.kubernetes.io/'],
  },
  {
    is: 'other',
    controllers: /^haproxy\.org\/ingress-controller(?:\/|$)/,
    name: 'HAProxy Kubernetes Ingress Controller',
    prefixes: ['haproxy.org/', 'haproxy.com/', 'ingress.kubernetes.io/'],
  },
  {
    is: 'other',
    controllers: /^ingress-controllers\.konghq\.com\/kong$/,
    name: 'Kong',
    prefixes: ['konghq.com/', 'ingress.kubernetes.io/'],
  },
  {
    is: 'other',
    controllers: /^projectcontour\.io\//,
    name: 'Contour',
    prefixes: ['projectcontour.io/', 'ingress.kubernetes.io/'],
  },
  {
    is: 'other',
    controllers: /^ingress\.k8s\.aws\/alb$/,
    name: 'AWS Load Balancer Controller',
    prefixes: ['alb.ingress.kubernetes.io/'],
  },
]

/** By the class's controller, and by the pods that are seen to serve it; null where nobody can say. */
export function annotationReader(
  { className }: Ingress,
  classes: readonly IngressClass[],
  controllers: readonly IngressController[],
): AnnotationReader | null {
  if (className === null) return null
  const named = classes.find((it) => it.name === className)?.controller
  const serving = controllers.filter((it) =>
    named === undefined ? it.classNames.includes(className) : it.controller === named,
  )
  // A class of one's own says nothing of the product, and a pod that serves it does.
  const isNginx = serving.length > 0 && serving.every((it) => it.product === 'ingress-nginx')
  const controller = isNginx ? 'k8s.io/ingress-nginx' : (named ?? serving[0]?.controller)
  const product = controller === undefined ? undefined : products.find((it) => it.controllers.test(controller))
  if (product === undefined) return null
  const given = [...new Set(serving.flatMap((it) => it.annotationPrefixes ?? []))].map((it) => `${it}/`)
  // One that was given another beside one that was not reads what it likes.
  const isGiven = given.length > 0 && serving.every((it) => it.annotationPrefixes !== undefined)
  return {
    is: product.is,
    name: product.name,
    prefixes: isGiven ? given : [...product.prefixes, ...given],
    isOwn: isGiven,
  }
}

/**
 * They decide where a request goes, and whether it is let in; without the others, as of sizes and times, requests are
 * served all the same.
 */
export function routes(key: string): boolean {
  const name = key.slice(key.indexOf('/') + 1)
  return (
    (/rewrite|regex|redirect|canary|protocol|proto|scheme|auth|whitelist|allow|deny|middleware|vhost|alias/.test(
      name,
    ) ||
      /snippet|path|passthrough|affinity|sticky|cors|app-root|upstream|weight|mirror|plugins|set-host|backend/.test(
        name,
      )) &&
    !/ssl-redirect$|proxy-redirect|allow-http$/.test(name)
  )
}
