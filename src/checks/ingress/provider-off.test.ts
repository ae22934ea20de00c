import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './provider-off.ts'

const by = 'traefik.io/ingress-controller'
const traefik = (about: Partial<IngressController> = {}) =>
  controller({ namespace: 'traefik', pod: 'traefik-1', controller: by, classNames: ['traefik'], ...about })
const given = (controllers: readonly IngressController[], about: Partial<Ingress> = {}) => ({
  ingresses: [ingress([['/', 'web', 80]], { className: 'traefik', ...about })],
  ingressClasses: [ingressClass('traefik', { controller: by })],
  ingressControllers: controllers,
})
const off = traefik({ ingressesOff: true })

describeCheck(check, [
  {
    it: 'Traefik reads IngressRoutes alone',
    given: given([off]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'somebody wrote an address into it',
    given: given([off], { addresses: ['192.0.2.7'] }),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'another Traefik of the class reads them', given: given([off, traefik({ pod: 'b' })]), expect: 'ok' },
  { it: 'Traefik reads them, or nobody knows', given: given([traefik()]), expect: 'ok' },
  { it: 'of another controller', given: given([controller()], { className: 'nginx' }), expect: 'not-applicable' },
  { it: 'of no class', given: given([off], { className: null }), expect: 'not-applicable' },
  {
    it: 'controllers not read',
    given: modelOf(given([]), { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
