import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './class-unserved.ts'

const of = (about: Partial<Ingress>) => [ingress([['/', 'front', 80]], about)]
const classes = [ingressClass('nginx')]
const running = [controller()]
const cloud = [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })]

describeCheck(check, [
  { it: 'a class that nobody bears', given: { ingresses: of({ className: 'ngnix' }), ingressClasses: classes, ingressControllers: running }, expect: [{ subject: 'Ingress/shop/web', severity: 'error', confidence: 'inferred', args: { near: 'nginx', class: 'ngnix' } }] },
  { it: 'a class whose controller is not to be seen', given: { ingresses: of({}), ingressClasses: classes, ingressControllers: [] }, expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] },
  { it: 'a class whose controller is not ready', given: { ingresses: of({}), ingressClasses: classes, ingressControllers: [controller({ ready: false })] }, expect: [{ subject: 'Ingress/shop/web', severity: 'error', confidence: 'inferred' }] },
  { it: 'no class, and no default', given: { ingresses: of({ className: null, classFrom: 'default' }), ingressClasses: classes, ingressControllers: running }, expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { near: 'nginx' } }] },
  { it: 'no class, older than the default', given: { ingresses: of({ className: null, classFrom: 'default' }), ingressClasses: [ingressClass('nginx', { isDefault: true })], ingressControllers: running }, expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] },
  { it: 'served', given: { ingresses: of({}), ingressClasses: classes, ingressControllers: running }, expect: 'ok' },
  { it: 'one of two controller pods is ready', given: { ingresses: of({}), ingressClasses: classes, ingressControllers: [controller({ ready: false }), controller({ pod: 'controller-2' })] }, expect: 'ok' },
  { it: 'served by name, without an IngressClass', given: { ingresses: of({ className: 'internal', classFrom: 'annotation' }), ingressClasses: [], ingressControllers: [controller({ classNames: ['internal'] })] }, expect: 'ok' },
  ...['gce', 'gce-internal', 'azure/application-gateway', 'alb', 'of-tomorrow'].map((className) => ({ it: `class ${className} by annotation alone, with an address`, given: { ingresses: of({ className, classFrom: 'annotation' as const, addresses: ['203.0.113.7'] }), ingressClasses: [], ingressControllers: [] }, expect: 'ok' as const })),
  { it: 'the same without an address yet: somebody may be at it', given: { ingresses: of({ className: 'gce', classFrom: 'annotation' }), ingressClasses: [], ingressControllers: [] }, expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] },
  { it: 'an address, and a class that nobody bears', given: { ingresses: of({ className: 'gone', addresses: ['203.0.113.7'] }), ingressClasses: [], ingressControllers: [] }, expect: 'cannot-tell' },
  { it: 'a cloud serves it from outside, and gave it an address', given: { ingresses: of({ className: 'alb', addresses: ['k8s-shop.elb.example.com'] }), ingressClasses: cloud, ingressControllers: [] }, expect: 'ok' },
  { it: 'a cloud serves it from outside, and gave it no address yet', given: { ingresses: of({ className: 'alb' }), ingressClasses: cloud, ingressControllers: [] }, expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] },
  { it: 'an address from before, and no controller pod now', given: { ingresses: of({ addresses: ['203.0.113.7'] }), ingressClasses: classes, ingressControllers: [] }, expect: 'cannot-tell' },
  { it: 'no class, and somebody gave it an address', given: { ingresses: of({ className: null, addresses: ['203.0.113.7'] }), ingressClasses: [], ingressControllers: running }, expect: 'ok' },
  { it: 'no class, and a Traefik that takes all', given: { ingresses: of({ className: null }), ingressClasses: [], ingressControllers: [controller({ controller: 'traefik.io/ingress-controller', classNames: [] })] }, expect: 'ok' },
  { it: 'controllers that could not be read', given: { ingresses: of({ className: 'ngnix' }), ingressClasses: classes }, expect: 'cannot-tell' },
  { it: 'no Ingress', given: { ingresses: [], ingressClasses: classes, ingressControllers: running }, expect: 'not-applicable' },
])
