import { beside } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { namespace } from '../../../test/build/policy.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Middleware } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './middleware-asks-missing.ts'

const given = (about: Partial<Middleware>, by: readonly string[] = ['shop-sso@kubernetescrd']) => ({
  middlewares: [{ namespace: 'shop', name: 'sso', ...about }],
  ingresses: [ingress([['/', 'web', 80]], { middlewares: by })],
  services: [service('auth')],
  namespaces: [namespace('shop'), namespace('sso')],
})
const asks = (host: string, port = 80): Partial<Middleware> => ({ asks: { host, port } })
const found = { subject: 'Middleware/shop/sso', severity: 'error', confidence: 'inferred' } as const
const route = {
  group: 'traefik.io',
  namespace: 'shop',
  name: 'web',
  className: null,
  routes: [
    {
      hosts: ['web.example.com'],
      paths: [],
      more: 'nothing' as const,
      services: [],
      middlewares: [{ kind: 'Middleware' as const, namespace: null, name: 'sso', port: null }],
      path: 'spec.routes[0]',
    },
  ],
  tls: null,
}

describeCheck(check, [
  {
    it: 'no such Service',
    given: given(asks('authelia.sso.svc.cluster.local', 9091)),
    expect: [{ ...found, args: { service: 'sso/authelia', users: ['Ingress shop/web'], ports: [] } }],
  },
  { it: 'by its short name', given: given(asks('authelia.sso')), expect: [found] },
  {
    it: 'it has another port',
    given: given(asks('auth.shop.svc', 9091)),
    expect: [{ ...found, args: { port: 9091, ports: ['80'] } }],
  },
  {
    it: 'it is there',
    given: { ...given(asks('auth.shop.svc.cluster.local')), endpointSlices: [slice('auth', [pod('auth-1')])] },
    expect: 'ok',
  },
  { it: 'who is behind it was not read', given: given(asks('auth.shop.svc')), expect: 'cannot-tell' },
  {
    it: 'nobody is behind it',
    given: { ...given(asks('auth.shop.svc')), endpointSlices: [slice('auth', [])] },
    expect: [{ ...found, args: { is: 'empty' } }],
  },
  {
    it: 'nobody is behind the pages',
    given: {
      ...given({ pages: { namespace: null, name: 'auth', port: 80 } }),
      endpointSlices: [slice('auth', [])],
    },
    expect: 'ok',
  },
  {
    it: 'pages of a Service that is not there',
    given: given({ pages: { namespace: null, name: 'pages', port: 80 } }),
    expect: [found],
  },
  {
    it: 'pages of one that is',
    given: given({ pages: { namespace: null, name: 'auth', port: 'http' } }),
    expect: 'ok',
  },
  { it: 'a host outside', given: given(asks('sso.example.com', 443)), expect: 'not-applicable' },
  { it: 'nobody goes through it', given: given(asks('authelia.sso.svc'), []), expect: 'not-applicable' },
  { it: 'it asks nobody', given: given({ does: 'rateLimit' }), expect: 'not-applicable' },
  {
    it: 'an IngressRoute goes through it',
    given: { ...given(asks('authelia.sso.svc'), []), beside: beside({ ingressRoutes: [route] }) },
    expect: [{ ...found, args: { users: ['IngressRoute shop/web'] } }],
  },
  {
    it: 'Services of that namespace were not read',
    given: modelOf(given(asks('authelia.sso.svc')), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
  },
  {
    it: 'Middlewares forbidden',
    given: modelOf({ services: [] }, { middlewares: unknown('forbidden', 'list middlewares') }),
    expect: 'cannot-tell',
  },
])
