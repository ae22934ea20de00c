import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './annotation-unread.ts'

const web = (annotated: readonly string[], about: Partial<Ingress> = {}) =>
  ingress([['/', 'web', 80]], { annotated, ...about })
const f5 = ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })
const own = { ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }

const withUnit = {
  ...web(['nginx.ingress.kubernetes.io/proxy-read-timeout']),
  unusable: [{ annotation: 'proxy-read-timeout', wants: 'number' as const }],
}

describeCheck(check, [
  {
    it: "annotations of F5's controller",
    given: { ...own, ingresses: [web(['nginx.org/proxy-read-timeout'])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { product: 'ingress-nginx', bad: 1, of: 1 } }],
  },
  {
    it: "annotations of ingress-nginx for F5's",
    given: { ...own, ingressClasses: [f5], ingresses: [web(['nginx.ingress.kubernetes.io/rewrite-target'])] },
    expect: [{ subject: 'Ingress/shop/web', args: { product: 'F5 NGINX Ingress Controller' } }],
  },
  {
    it: 'a slip',
    given: { ...own, ingresses: [web(['nginx.ingress.kubernetes.io/proxy-read-timout'])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'a name of before',
    given: { ...own, ingresses: [web(['nginx.ingress.kubernetes.io/secure-backends'])] },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'a value with a unit where a number is wanted',
    given: { ...own, ingresses: [withUnit] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'inferred', args: { bad: 1, of: 1 } }],
  },
  {
    it: "the same for F5's, which does not read it at all",
    given: { ...own, ingressClasses: [f5], ingresses: [withUnit] },
    expect: [{ subject: 'Ingress/shop/web', args: { product: 'F5 NGINX Ingress Controller', bad: 1 } }],
  },
  {
    it: 'both, on the way from one to the other',
    given: {
      ...own,
      ingresses: [web(['nginx.org/proxy-read-timeout', 'nginx.ingress.kubernetes.io/proxy-read-timeout'])],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: "what cert-manager's solver writes for every class",
    given: {
      ...own,
      ingressClasses: [f5],
      ingresses: [web(['nginx.ingress.kubernetes.io/whitelist-source-range'], { name: 'cm-acme-http-solver-x7k2p' })],
    },
    expect: 'not-applicable',
  },
  { it: 'its own', given: { ...own, ingresses: [web(['nginx.ingress.kubernetes.io/use-regex'])] }, expect: 'ok' },
  {
    it: 'one of a later release',
    given: { ...own, ingresses: [web(['nginx.ingress.kubernetes.io/quantum-shielding-of-cookies'])] },
    expect: 'ok',
  },
  {
    it: 'a controller class of its own',
    given: {
      ingressClasses: [ingressClass('nginx', { controller: 'corp.example/ingress' })],
      ingressControllers: [],
      ingresses: [web(['nginx.org/proxy-read-timeout'])],
    },
    expect: 'not-applicable',
  },
  {
    it: 'no IngressClass, and a controller that serves the name',
    given: { ingressClasses: [], ingressControllers: [controller()], ingresses: [web(['nginx.org/rewrites'])] },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'of the time when one prefix was for all',
    given: { ...own, ingresses: [web(['ingress.kubernetes.io/rewrite-target'])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { product: 'ingress-nginx' } }],
  },
  {
    it: 'the same beside a limit of its own',
    given: {
      ...own,
      ingresses: [web(['ingress.kubernetes.io/rewrite-target', 'nginx.ingress.kubernetes.io/proxy-body-size'])],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'the same beside its twin, as charts have them',
    given: {
      ...own,
      ingresses: [web(['ingress.kubernetes.io/ssl-redirect', 'nginx.ingress.kubernetes.io/ssl-redirect'])],
    },
    expect: 'ok',
  },
  {
    it: 'a limit of that time',
    given: { ...own, ingresses: [web(['ingress.kubernetes.io/proxy-body-size'])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'what the controller of GKE wrote',
    given: { ...own, ingresses: [web(['ingress.kubernetes.io/backends', 'ingress.kubernetes.io/url-map'])] },
    expect: 'not-applicable',
  },
  {
    it: 'HAProxy reads those of that time',
    given: {
      ...own,
      ingressClasses: [ingressClass('nginx', { controller: 'haproxy-ingress.github.io/controller' })],
      ingresses: [web(['ingress.kubernetes.io/rewrite-target'])],
    },
    expect: 'ok',
  },
  {
    it: 'a prefix that is misspelt',
    given: { ...own, ingresses: [web(['nginx.ingress.kubernets.io/rewrite-target'])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'a rewrite of ingress-nginx for Traefik',
    given: {
      ...own,
      ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/ingress-controller' })],
      ingresses: [
        web(['nginx.ingress.kubernetes.io/rewrite-target', 'traefik.ingress.kubernetes.io/router.entrypoints']),
      ],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { product: 'Traefik', bad: 1, of: 2 } }],
  },
  {
    it: 'a limit of ingress-nginx for Traefik, as charts have it',
    given: {
      ...own,
      ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/ingress-controller' })],
      ingresses: [web(['nginx.ingress.kubernetes.io/proxy-body-size'])],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'a controller that is told of another prefix',
    given: {
      ...own,
      ingressControllers: [controller({ annotationPrefixes: ['corp.example'] })],
      ingresses: [web(['nginx.ingress.kubernetes.io/rewrite-target'])],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'a controller class of its own, which ingress-nginx serves',
    given: {
      ingressClasses: [ingressClass('nginx', { controller: 'corp.example/ingress' })],
      ingressControllers: [controller({ controller: 'corp.example/ingress', product: 'ingress-nginx' })],
      ingresses: [web(['nginx.org/rewrites'])],
    },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  { it: 'none', given: { ...own, ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
])
