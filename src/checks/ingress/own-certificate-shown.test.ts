import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './own-certificate-shown.ts'

const nginx = (about: Partial<IngressController> = {}) => controller({ product: 'ingress-nginx', ...about })
const web = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { tls: [{ hosts: ['web.example.com'], secret: null }], ...about })
const given = (about: Partial<Ingress> = {}, more: Partial<Sources> = {}): Partial<Sources> => ({
  ingresses: [web(about)],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [nginx()],
  ingressesBeside: [],
  ...more,
})
const front = {
  namespace: 'ingress-nginx',
  name: 'front',
  type: 'LoadBalancer' as const,
  addresses: [],
  ports: [],
  wants: [],
  ready: 1,
}

describeCheck(check, [
  {
    it: 'no Secret is named, and the controller has none for all',
    given: given(),
    expect: [
      {
        subject: 'Ingress/shop/web',
        confidence: 'inferred',
        severity: 'warning',
        says: /for web\.example\.com, and names no Secret/,
      },
    ],
  },
  {
    it: 'for every host of its rules',
    given: given({ tls: [{ hosts: [], secret: null }] }),
    expect: [{ subject: 'Ingress/shop/web', says: /web\.example\.com/ }],
  },
  { it: 'a Secret is named', given: given({ tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }] }), expect: 'ok' },
  {
    it: 'an Ingress of the same host names one',
    given: given(
      {},
      {
        ingressesBeside: [web({ namespace: 'cart', tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }] })],
      },
    ),
    expect: 'ok',
  },
  {
    it: 'the controller has one for all',
    given: given({}, { ingressControllers: [nginx({ defaultCertificate: true })] }),
    expect: 'not-applicable',
  },
  {
    it: 'another controller, which may have them issued',
    given: given({}, { ingressControllers: [controller()] }),
    expect: 'not-applicable',
  },
  {
    it: 'a load balancer before it ends TLS',
    given: given(
      {},
      { ingressControllers: [nginx({ fronts: [{ ...front, tlsEnded: { ports: [443], header: 'none' } }] })] },
    ),
    expect: 'not-applicable',
  },
  {
    it: 'TLS is passed on to the pods',
    given: given({ nginx: { rewrite: null, regex: false, canary: false, protocol: null, passthrough: true } }),
    expect: 'not-applicable',
  },
  { it: 'no TLS is asked for', given: given({ tls: [] }), expect: 'not-applicable' },
])
