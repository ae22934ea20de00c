import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './backend-protocol.ts'

const of = (protocol: string | null, about: Partial<Ingress> = {}): readonly Ingress[] => [
  ingress([['/', 'web', 80]], { nginx: { rewrite: null, regex: false, canary: false, protocol }, ...about }),
]
const to = (about: Partial<ServicePort>) => [service('web', { ports: [port({ name: null, ...about })] })]
const ingressClasses = [ingressClass('nginx')]
const web = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'TLS to a port called http',
    given: { ingresses: of('HTTPS'), services: to({ name: 'http' }), ingressClasses },
    expect: [{ subject: web, severity: 'warning', confidence: 'possible', args: { spoken: 'HTTPS' } }],
  },
  {
    it: 'plain HTTP to a target port 8443',
    given: { ingresses: of(null), services: to({ targetPort: 8443 }), ingressClasses },
    expect: [{ subject: web, args: { spoken: 'HTTP', looks: 'TLS' } }],
  },
  {
    it: 'the same, and answered with a 502',
    given: {
      ingresses: of(null),
      services: to({ targetPort: 'https' }),
      ingressClasses,
      contacts: contacts([], [get('/', 502)]),
    },
    expect: [{ subject: web, confidence: 'inferred' }],
  },
  {
    it: 'the same, and answered well',
    given: {
      ingresses: of(null),
      services: to({ targetPort: 'https' }),
      ingressClasses,
      contacts: contacts([], [get('/', 200)]),
    },
    expect: 'ok',
  },
  {
    it: 'the application protocol has the last word',
    given: { ingresses: of('HTTPS'), services: to({ name: 'http', appProtocol: 'https' }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'gRPC over plain HTTP/2',
    given: { ingresses: of('GRPC'), services: to({ name: 'grpc', targetPort: 9000 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'TLS that is passed through is spoken by the client',
    given: {
      ingresses: [
        ingress([['/', 'web', 80]], {
          nginx: { rewrite: null, regex: false, canary: false, protocol: 'HTTPS', passthrough: true },
        }),
      ],
      services: to({ name: 'http' }),
      ingressClasses,
    },
    expect: 'not-applicable',
  },
  {
    it: 'FastCGI is neither',
    given: { ingresses: of('FCGI'), services: to({ targetPort: 8443 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'a port that says nothing',
    given: { ingresses: of('HTTPS'), services: to({ name: 'main', targetPort: 5000 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'Traefik goes by the port',
    given: {
      ingresses: [ingress([['/', 'web', 80]], { className: 'traefik' })],
      services: to({ targetPort: 8443 }),
      ingressClasses: [ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
    },
    expect: 'not-applicable',
  },
])
