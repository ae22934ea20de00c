import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './entry-point-without-tls.ts'

const port = (number: number, targetPort: number | string) =>
  ({ port: number, nodePort: null, targetPort, declared: 'yes' }) as const
const front = (about: Partial<ControllerFront> = {}): ControllerFront => ({
  namespace: 'traefik',
  name: 'traefik',
  type: 'LoadBalancer',
  addresses: [],
  ports: [port(80, 'web'), port(443, 'websecure')],
  wants: [],
  ready: 1,
  ...about,
})
const traefik = (about: Partial<IngressController> = {}): IngressController =>
  controller({
    controller: 'traefik.io/ingress-controller',
    entryPoints: ['web', 'websecure', 'grpc'],
    tlsEntryPoints: [],
    fronts: [front()],
    ...about,
  })
const tls = { secret: 'web-tls' }
const given = (entryPoints: readonly string[], its: typeof tls | null, own: IngressController = traefik()) => ({
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], { entryPoints, tls: its })] }),
  ingressControllers: [own],
})
const annotated = (about: Partial<Ingress>, of = 'traefik.io/ingress-controller') => ({
  ingresses: [ingress([['/', 'web', 80]], { entryPoints: ['websecure'], className: 'mine', ...about })],
  ingressClasses: [ingressClass('mine', { controller: of })],
  ingressControllers: [traefik()],
})
const subject = 'IngressRoute/shop/web'
const { tlsEntryPoints: _, ...old } = traefik()

describeCheck(check, [
  {
    it: 'no TLS, where https comes in',
    given: given(['websecure'], null),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /takes no TLS, and is served at websecure/ }],
  },
  {
    it: 'TLS, where http comes in',
    given: given(['web'], tls),
    expect: [{ subject, severity: 'error', says: /takes TLS alone, and is served at web, where plain http/ }],
  },
  {
    it: 'no TLS, at both',
    given: given(['web', 'webSecure'], null),
    expect: [{ subject, severity: 'warning', args: { wrong: ['websecure'] } }],
  },
  {
    it: 'by its name alone',
    given: given(['websecure'], null, traefik({ fronts: [] })),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'an Ingress, by its annotation',
    given: annotated({}),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error' }],
  },
  {
    it: 'an Ingress that names a certificate',
    given: annotated({ tls: [{ hosts: [], secret: 'web-tls' }] }),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'TLS where https comes in', given: given(['websecure'], tls), expect: 'ok' },
  {
    it: 'TLS at the entry point',
    given: given(['websecure'], null, traefik({ tlsEntryPoints: ['websecure'] })),
    expect: 'ok',
  },
  { it: 'no TLS where http comes in', given: given(['web'], null), expect: 'ok' },
  { it: 'TLS at both, where http is led on', given: given(['web', 'websecure'], tls), expect: 'ok' },
  { it: 'TLS at an entry point of another name', given: given(['grpc'], tls), expect: 'ok' },
  {
    it: 'TLS ends before it',
    given: given(['websecure'], null, traefik({ fronts: [front({ tlsEnded: { ports: [443], header: 'unsure' } })] })),
    expect: 'ok',
  },
  { it: 'an entry point that is not there', given: given(['https'], null), expect: 'ok' },
  {
    it: 'an Ingress whose router is for TLS',
    given: annotated({ annotated: ['traefik.ingress.kubernetes.io/router.tls'] }),
    expect: 'not-applicable',
  },
  { it: 'an Ingress of another controller', given: annotated({}, 'k8s.io/ingress-nginx'), expect: 'not-applicable' },
  { it: 'an old recording', given: given(['websecure'], null, old), expect: 'cannot-tell' },
  {
    it: 'a route that names none',
    given: { beside: beside({ ingressRoutes: [ingressRoute([['web', 80]])] }), ingressControllers: [traefik()] },
    expect: 'not-applicable',
  },
  {
    it: 'what controllers there are is not known',
    given: modelOf(given(['websecure'], null), { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
