import { contacts } from '../../../test/build/contacts.ts'
import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './auth-service-missing.ts'

const services = [service('web'), service('auth', { ports: [port({ port: 8080 })] })]
const given = (host: string, at = 8080) => ({
  ingresses: [ingress([['/', 'web', 80]], { auth: { host, port: at } })],
  ingressClasses: [ingressClass('nginx')],
  services,
})
const answered = (status: number): { readonly contacts: ReturnType<typeof contacts> } => ({
  contacts: {
    ...contacts([]),
    http: [
      {
        node: 'worker-1',
        ingress: { namespace: 'shop', name: 'web' },
        host: 'web.example.com',
        path: '/',
        via: { controllerPod: 'controller-1', ip: '10.2.1.80', port: 80 },
        status,
        error: null,
        ms: 3,
      } satisfies HttpContact,
    ],
  },
})
const web = 'Ingress/shop/web'
const at = { namespace: 'ingress-nginx', name: 'nginx' }
const globally = (host: string, about: Partial<Ingress> = {}) => ({
  ingresses: [ingress([['/', 'web', 80]], about)],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ configMap: at }), controller({ configMap: at, pod: 'controller-2' })],
  beside: beside({
    controllerSettings: [{ ...at, proxyProtocol: null, snippets: null, risk: null, auth: { host, port: 8080 } }],
  }),
  services,
})

describeCheck(check, [
  {
    it: 'no such Service',
    given: given('outh.shop.svc.cluster.local'),
    expect: [
      {
        subject: web,
        severity: 'error',
        confidence: 'inferred',
        args: { kind: 'missing', near: 'auth', namespace: 'shop' },
      },
    ],
  },
  {
    it: 'and requests end in 500',
    given: { ...given('gone.shop.svc.cluster.local'), ...answered(500) },
    expect: [{ subject: web, confidence: 'observed', args: { asked: '1 of 1 requests end in a server error' } }],
  },
  {
    it: 'and requests are answered all the same',
    given: { ...given('gone.shop.svc.cluster.local'), ...answered(200) },
    expect: 'ok',
  },
  {
    it: 'a port that it does not have',
    given: given('auth.shop.svc.cluster.local', 80),
    expect: [{ subject: web, args: { kind: 'port' } }],
  },
  {
    it: 'a name that only a search list would make whole',
    given: given('auth.shop.svc'),
    expect: [{ subject: web, args: { kind: 'short', fullName: 'auth.shop.svc.cluster.local' } }],
  },
  {
    it: 'a name that has the search list of its namespace in mind',
    given: given('auth'),
    expect: [{ subject: web, args: { kind: 'short', fullName: 'auth.shop.svc.cluster.local' } }],
  },
  {
    it: 'a name and a namespace, of a Service that is there',
    given: given('auth.shop'),
    expect: [{ subject: web, args: { kind: 'short', fullName: 'auth.shop.svc.cluster.local' } }],
  },
  { it: 'a name of the world with one dot', given: given('example.com'), expect: 'ok' },
  { it: 'the controller itself', given: given('localhost'), expect: 'ok' },
  {
    it: 'of the whole controller, and no such Service',
    given: globally('gone.shop.svc.cluster.local'),
    expect: [
      {
        subject: 'ConfigMap/ingress-nginx/nginx',
        severity: 'error',
        says: /decide about each request to shop\/web, and there is no Service shop\/gone/,
      },
    ],
  },
  {
    it: 'of the whole controller, and this one turns it off',
    given: globally('gone.shop.svc.cluster.local', { annotated: ['nginx.ingress.kubernetes.io/enable-global-auth'] }),
    expect: 'not-applicable',
  },
  {
    it: 'of the whole controller, and this one asks another',
    given: globally('gone.shop.svc.cluster.local', { auth: { host: 'auth.shop.svc.cluster.local', port: 8080 } }),
    expect: 'ok',
  },
  { it: 'of the whole controller, and it is there', given: globally('auth.shop.svc.cluster.local'), expect: 'ok' },
  {
    it: 'of another controller',
    given: globally('gone.shop.svc.cluster.local', { className: 'inner' }),
    expect: 'not-applicable',
  },
  {
    it: 'it is there, and nobody stands behind it',
    given: { ...given('auth.shop.svc.cluster.local'), endpointSlices: [slice('auth', [])] },
    expect: [{ subject: web, severity: 'error', args: { kind: 'empty' }, says: /has no ready endpoint/ }],
  },
  {
    it: 'it is there, with a pod',
    given: { ...given('auth.shop.svc.cluster.local'), endpointSlices: [slice('auth', [pod('auth-1')])] },
    expect: 'ok',
  },
  { it: 'it is there', given: given('auth.shop.svc.cluster.local'), expect: 'ok' },
  { it: 'a host outside', given: given('login.example.com', 443), expect: 'ok' },
  {
    it: 'in a namespace that was not read',
    given: given('auth.sso.svc.cluster.local'),
    scope: { namespace: 'shop' },
    expect: 'ok',
  },
  {
    it: 'for a controller that reads no such annotation',
    given: {
      ...given('gone.shop.svc.cluster.local'),
      ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/ingress-controller' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'no authentication',
    given: { ingresses: [ingress([['/', 'web', 80]])], services },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf(
      { ingresses: given('x.shop.svc.cluster.local').ingresses },
      { services: unknown('forbidden', 'list services in shop') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
