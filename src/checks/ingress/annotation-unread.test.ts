import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './annotation-unread.ts'

const web = (annotated: readonly string[], about: Partial<Ingress> = {}) =>
  ingress([['/', 'web', 80]], { annotated, ...about })
const f5 = ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })
const own = { ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }

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
    it: 'both, on the way from one to the other',
    given: {
      ...own,
      ingresses: [web(['nginx.org/proxy-read-timeout', 'nginx.ingress.kubernetes.io/proxy-read-timeout'])],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
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
  { it: 'none', given: { ...own, ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
])
