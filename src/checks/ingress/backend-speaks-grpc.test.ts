import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Service } from '../../model/service.ts'
import type { Sources } from '../../model/sources.ts'
import check from './backend-speaks-grpc.ts'

const given = (name: string, more: Partial<Sources> = {}, about: Partial<Service> = {}): Partial<Sources> => ({
  ingresses: [ingress([['/', 'web', 80]], { className: 'traefik' })],
  ingressClasses: [ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
  services: [service('web', { ports: [port({ name, targetPort: 50_051 })], ...about })],
  ...more,
})
const web = 'Ingress/shop/web'
const byRoute = (scheme?: 'h2c' | 'http'): Partial<Sources> => ({
  ingresses: [],
  beside: beside({
    ingressRoutes: [
      ingressRoute(
        [],
        {},
        { services: [{ kind: 'Service', namespace: null, name: 'web', port: 80, ...(scheme && { scheme }) }] },
      ),
    ],
  }),
})

describeCheck(check, [
  {
    it: 'a port called grpc',
    given: given('grpc'),
    expect: [
      { subject: web, severity: 'warning', confidence: 'possible', args: { spoken: 'HTTP/1.1', looks: 'gRPC' } },
    ],
  },
  {
    it: 'the same, and answered badly',
    given: given('grpc', { contacts: contacts([], [get('/', 502)]) }),
    expect: [{ subject: web, confidence: 'inferred' }],
  },
  {
    it: 'the same, and answered well',
    given: given('grpc', { contacts: contacts([], [get('/', 200)]) }),
    expect: 'ok',
  },
  { it: 'it is told so', given: given('grpc', {}, { serversScheme: 'h2c' }), expect: 'ok' },
  { it: 'over TLS it is agreed upon', given: given('grpc', {}, { serversScheme: 'https' }), expect: 'ok' },
  {
    it: 'h2c to a port called http',
    given: given('http', {}, { serversScheme: 'h2c' }),
    expect: [{ subject: web, args: { spoken: 'gRPC', looks: 'HTTP/1.1' } }],
  },
  {
    it: 'the kubelet asks by gRPC',
    given: given('main', { pods: [pod('web-a', { containers: [container({ readinessProbe: 'grpc :50051' })] })] }),
    expect: [{ subject: web }],
  },
  { it: 'an IngressRoute', given: given('grpc', byRoute()), expect: [{ subject: 'IngressRoute/shop/web' }] },
  { it: 'one with its scheme', given: given('grpc', byRoute('h2c')), expect: 'ok' },
  {
    it: 'one for each, to a port that speaks both',
    given: given('grpc', { ...byRoute('h2c'), ingresses: [ingress([['/', 'web', 80]], { className: 'traefik' })] }),
    expect: 'ok',
  },
  {
    it: 'another controller',
    given: given('grpc', { ingressClasses: [ingressClass('traefik')] }),
    expect: 'not-applicable',
  },
])
