import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './told-of-missing.ts'

const nginx = (about: Partial<IngressController>) => controller({ product: 'ingress-nginx', ...about })
const web = (about: Partial<Ingress> = {}) => ingress([['/', 'web', 80]], about)
const given = (
  controllers: readonly IngressController[],
  about: Parameters<typeof beside>[0] = {},
  its: readonly Ingress[] = [web()],
) => ({
  ingressControllers: controllers,
  ingresses: its,
  ingressClasses: [ingressClass('nginx')],
  services: [service('web'), service('errors')],
  beside: beside(about),
})
const secret = { namespace: 'cert', name: 'wildcard' }
const told = nginx({ defaultCertificate: true, defaultSecret: secret })
const held = (namespace: string) => ({
  secrets: { namespace: null, held: [tlsSecret(['*.example.com'], { namespace, name: 'wildcard' })] },
})
const map = { namespace: 'ingress-nginx', name: 'settings' }
const pod = 'Pod/ingress-nginx/controller-1'

describeCheck(check, [
  {
    it: 'a certificate that is in another namespace',
    given: given([told], held('ingress-nginx'), [web({ tls: [{ hosts: [], secret: null }] })]),
    expect: [
      {
        subject: pod,
        severity: 'warning',
        confidence: 'inferred',
        args: { by: '--default-ssl-certificate', elsewhere: ['ingress-nginx'], ingresses: ['shop/web'] },
      },
    ],
  },
  {
    it: 'of two pods one finding',
    given: given([told, nginx({ pod: 'b', defaultSecret: secret })], held('x')),
    expect: [{ subject: pod }],
  },
  { it: 'a certificate that is there', given: given([told], held('cert')), expect: 'ok' },
  { it: 'no Secrets in the file', given: given([told]), expect: 'cannot-tell', says: /was not read/ },
  {
    it: 'a default backend that is not there',
    given: given([nginx({ defaultBackend: { namespace: 'shop', name: 'error' } })]),
    expect: [{ subject: pod, args: { by: '--default-backend-service', near: ['errors'] } }],
  },
  {
    it: 'a default backend that is there',
    given: given([nginx({ defaultBackend: { namespace: 'shop', name: 'errors' } })]),
    expect: 'ok',
  },
  {
    it: 'a ConfigMap that is not there',
    given: given([nginx({ configMap: map })], { settingsNotThere: [map] }),
    expect: [{ subject: pod, confidence: 'possible', args: { by: '--configmap' } }],
  },
  {
    it: 'a ConfigMap that is there',
    given: given([nginx({ configMap: map })], {
      controllerSettings: [{ ...map, proxyProtocol: null, snippets: null, risk: null }],
      settingsNotThere: [],
    }),
    expect: 'ok',
  },
  {
    it: 'a ConfigMap and a certificate, of a cluster',
    given: modelOf(given([{ ...told, configMap: map }]), { beside: unknown('not-asked', 'it is read of files alone') }),
    expect: 'not-applicable',
  },
  { it: 'a ConfigMap of a file without any', given: given([nginx({ configMap: map })]), expect: 'cannot-tell' },
  {
    it: 'error pages of a Service that is not there',
    given: given([nginx({})], {}, [web({ pages: 'error-pages' })]),
    expect: [{ subject: 'Ingress/shop/web', args: { by: 'default-backend', place: 'shop/error-pages' } }],
  },
  { it: 'error pages that are there', given: given([nginx({})], {}, [web({ pages: 'errors' })]), expect: 'ok' },
  {
    it: 'an annotation left over, of a class that is not of ingress-nginx',
    given: {
      ...given([nginx({})], {}, [web({ pages: 'error-pages', className: 'alb' })]),
      ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf(
      { ...given([nginx({})], {}, [web({ pages: 'error-pages' })]) },
      { services: unknown('forbidden', 'list services') },
    ),
    expect: 'cannot-tell',
  },
  { it: 'told of nothing', given: given([nginx({})]), expect: 'not-applicable' },
])
