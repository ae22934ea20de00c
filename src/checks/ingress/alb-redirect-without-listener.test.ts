import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { AlbListens, Ingress } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './alb-redirect-without-listener.ts'

const http = { protocol: 'HTTP', port: 80 } as const
const https = { protocol: 'HTTPS', port: 443 } as const
const web = (albListens: AlbListens, about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { className: 'alb', albListens, ...about })
const given = (...ingresses: readonly Ingress[]): Partial<Sources> => ({
  ingresses,
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })],
})
const found = [{ subject: 'Ingress/shop/web', severity: 'error', confidence: 'inferred' }] as const

describeCheck(check, [
  { it: 'HTTP alone', given: given(web({ on: [http], redirect: 443 })), expect: found },
  { it: 'another port', given: given(web({ on: [http, https], redirect: 8443 })), expect: found },
  { it: 'both', given: given(web({ on: [http, https], redirect: 443 })), expect: 'ok' },
  { it: 'no redirect', given: given(web({ on: [http] })), expect: 'not-applicable' },
  {
    it: 'another Ingress of its group has the listener',
    given: given(web({ on: [http], redirect: 443, group: 'a' }), web({ on: [https], group: 'a' }, { name: 'other' })),
    expect: 'ok',
  },
  {
    it: 'a group, of one namespace alone',
    given: given(web({ on: [http], redirect: 443, group: 'a' })),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  { it: 'ports that can not be read', given: given(web({ on: null, redirect: 443 })), expect: 'cannot-tell' },
  {
    it: 'parameters of the class',
    given: {
      ...given(web({ on: [http], redirect: 443 })),
      ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb', parameters: true })],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'annotations that are left over, of another class',
    given: {
      ingresses: [web({ on: [http], redirect: 443 }, { className: 'nginx' })],
      ingressClasses: [ingressClass('nginx')],
    },
    expect: 'not-applicable',
  },
])
