import { beside, ingressRoute, tlsSecret } from '../../../test/build/beside.ts'
import { httpProxy } from '../../../test/build/gateway.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { mesh, meshGateway } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { HeldSecret } from '../../model/beside.ts'
import type { Gateway } from '../../model/gateway.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { ObjectStatus } from '../../model/status.ts'
import type { Sources } from '../../model/sources.ts'
import check from './certificate-unfit.ts'

const withTls = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }], ...about })
const held = (...secrets: readonly HeldSecret[]) => beside({ secrets: { namespace: null, held: secrets } })
const given = (secrets: readonly HeldSecret[], more: Partial<Sources> = {}): Partial<Sources> => ({
  ingresses: [withTls()],
  ingressClasses: [],
  ingressControllers: [],
  gateways: [],
  httpProxies: [],
  mesh: mesh(),
  beside: held(...secrets),
  ...more,
})
const certificate = (about: Partial<ObjectStatus> = {}): ObjectStatus => ({
  kind: 'Certificate',
  group: 'cert-manager.io',
  namespace: 'shop',
  name: 'web',
  type: 'Ready',
  state: 'False',
  wrong: false,
  reason: 'DoesNotExist',
  said: '',
  age: 120,
  secret: 'web-tls',
  ...about,
})
const right = tlsSecret(['web.example.com'])
const wrong = (is: string, confidence: 'inferred' | 'possible' = 'inferred') => [
  { subject: 'Ingress/shop/web', confidence, args: { is } },
]
const listener = (hostname: string | null, secret: string, namespace: string | null = null): Gateway => ({
  namespace: 'gw',
  name: 'edge',
  generation: 1,
  className: 'eg',
  listeners: [
    {
      name: 'https',
      hostname,
      port: 443,
      protocol: 'HTTPS',
      tls: { mode: 'Terminate', certificates: [{ group: '', kind: 'Secret', namespace, name: secret }] },
      from: 'All',
      selector: null,
      kinds: [],
      status: null,
    },
  ],
  addresses: [],
  conditions: [],
})
const only = (more: Partial<Sources>): Partial<Sources> => ({ ingresses: [], ...more })
const server = { port: 443, protocol: 'HTTPS', hosts: ['shop/web.example.com'], credential: 'web-tls' }
const ofMesh = (homes: readonly string[]) =>
  only({ mesh: mesh({ gateways: [meshGateway({ namespace: 'shop', name: 'main', homes, servers: [server] })] }) })

describeCheck(check, [
  { it: 'there, for the host, in time', given: given([right]), expect: 'ok' },
  {
    it: 'in another namespace',
    given: given([{ ...right, namespace: 'certs' }]),
    expect: [{ subject: 'Ingress/shop/web', confidence: 'inferred', says: /one of this name is in certs/ }],
  },
  { it: 'nowhere', given: given([{ ...right, name: 'other' }]), expect: wrong('missing') },
  {
    it: 'nowhere, and the controller has one for such hosts',
    given: given([], { ingressControllers: [controller({ defaultCertificate: true })] }),
    expect: wrong('missing', 'possible'),
  },
  {
    it: 'without the keys of a certificate',
    given: given([{ ...right, type: 'Opaque', keys: ['cert.pem', 'key.pem'], certificate: null }]),
    expect: [{ subject: 'Ingress/shop/web', says: /no tls\.crt and no tls\.key/ }],
  },
  { it: 'Opaque, with the two keys', given: given([{ ...right, type: 'Opaque' }]), expect: 'ok' },
  {
    it: 'whose values somebody took out',
    given: given([{ ...right, certificate: null }]),
    expect: 'cannot-tell',
    says: /not in the file/,
  },
  {
    it: 'of which all was taken out',
    given: given([{ ...right, keys: [], certificate: null }]),
    expect: 'cannot-tell',
  },
  {
    it: 'with the key of another certificate',
    given: given([tlsSecret(['web.example.com'], {}, { key: 'other' })]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { is: 'key' }, says: /another certificate/ }],
  },
  { it: 'with its own key', given: given([tlsSecret(['web.example.com'], {}, { key: 'fits' })]), expect: 'ok' },
  {
    it: 'whose key was taken out',
    given: given([tlsSecret(['web.example.com'], {}, { key: 'unread' })]),
    expect: 'cannot-tell',
    says: /tls\.key of Secret shop\/web-tls/,
  },
  {
    it: 'with a request in the place of a certificate',
    given: given([{ ...right, certificate: null, content: { is: 'request', sure: true } }]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', says: /holds a certificate request/ }],
  },
  {
    it: 'that is empty in the file',
    given: given([{ ...right, certificate: null, content: { is: 'empty', sure: false } }]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible', says: /tls\.crt is empty/ }],
  },
  {
    it: 'that is empty, as its certificate is just being issued',
    given: given([{ ...right, certificate: null, content: { is: 'empty', sure: true } }], {
      statuses: [certificate()],
    }),
    expect: 'cannot-tell',
    says: /just begun/,
  },
  {
    it: 'of an Ingress that is the oldest of its host, so that it decides for the others',
    given: given([tlsSecret(['example.com']), tlsSecret(['web.example.com'], { name: 'fine' })], {
      ingresses: [
        withTls({ name: 'api', created: 100 }),
        withTls({ created: 200, tls: [{ hosts: ['web.example.com'], secret: 'fine' }] }),
      ],
      ingressControllers: [controller({ product: 'ingress-nginx' })],
    }),
    expect: [
      { subject: 'Ingress/shop/api', args: { shared: ['shop/web'] }, says: /oldest decides: also for shop\/web/ },
    ],
  },
  {
    it: 'of an Ingress that is the youngest of its host',
    given: given([tlsSecret(['example.com']), tlsSecret(['web.example.com'], { name: 'fine' })], {
      ingresses: [
        withTls({ name: 'api', created: 300 }),
        withTls({ created: 200, tls: [{ hosts: ['web.example.com'], secret: 'fine' }] }),
      ],
      ingressControllers: [controller({ product: 'ingress-nginx' })],
    }),
    expect: [{ subject: 'Ingress/shop/api', args: { shared: [] } }],
  },
  {
    it: 'of an Ingress that names it twice, the second time for a host of a younger one',
    given: given([tlsSecret(['example.com']), tlsSecret(['web.example.com'], { name: 'fine' })], {
      ingresses: [
        withTls({
          name: 'api',
          created: 100,
          tls: [
            { hosts: ['api.example.com'], secret: 'web-tls' },
            { hosts: ['web.example.com'], secret: 'web-tls' },
          ],
        }),
        withTls({ created: 200, tls: [{ hosts: ['web.example.com'], secret: 'fine' }] }),
      ],
      ingressControllers: [controller({ product: 'ingress-nginx' })],
    }),
    expect: [{ subject: 'Ingress/shop/api', args: { shared: ['shop/web'] } }],
  },
  {
    it: 'of an older Ingress of another namespace',
    given: given([tlsSecret(['example.com'], { namespace: 'cart' }), right], {
      ingresses: [withTls({ created: 200 })],
      ingressesBeside: [withTls({ namespace: 'cart', created: 100 })],
      ingressControllers: [controller({ product: 'ingress-nginx' })],
    }),
    scope: { namespace: 'shop' },
    expect: [{ subject: 'Ingress/cart/web', args: { shared: ['shop/web'] } }],
  },
  { it: 'for another host', given: given([tlsSecret(['example.com'])]), expect: wrong('host') },
  { it: 'for no host at all', given: given([tlsSecret([])]), expect: wrong('host') },
  { it: 'for a wildcard above', given: given([tlsSecret(['*.example.com'])]), expect: 'ok' },
  {
    it: 'for a wildcard too high above',
    given: given([tlsSecret(['*.example.com'])], {
      ingresses: [withTls({ tls: [{ hosts: ['a.b.example.com'], secret: 'web-tls' }] })],
    }),
    expect: wrong('host'),
  },
  { it: 'run out', given: given([tlsSecret(['web.example.com'], {}, { when: 'over' })]), expect: wrong('over') },
  {
    it: 'a file without any time',
    given: given([tlsSecret(['web.example.com'], {}, { when: 'unsure' })]),
    expect: 'cannot-tell',
  },
  {
    it: 'hosts of the rules, where the entry names none',
    given: given([tlsSecret(['example.com'])], { ingresses: [withTls({ tls: [{ hosts: [], secret: 'web-tls' }] })] }),
    expect: wrong('host'),
  },
  {
    it: 'an ALB, which asks ACM',
    given: given([], { ingresses: [withTls({ className: 'alb' })] }),
    expect: 'not-applicable',
  },
  {
    it: 'an Ingress that names none',
    given: given([], { ingresses: [ingress([['/', 'web', 80]])] }),
    expect: 'not-applicable',
  },
  { it: 'a file without Secrets', given: given([], { beside: beside() }), expect: 'cannot-tell', says: /no Secrets/ },
  {
    it: 'Secrets of another namespace alone',
    given: given([], { beside: beside({ secrets: { namespace: 'certs', held: [] } }) }),
    expect: 'cannot-tell',
  },
  {
    it: 'a cluster, whose Secrets are not asked for',
    given: modelOf({ ingresses: [withTls()] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
  {
    it: 'an IngressRoute',
    given: given(
      [],
      only({
        beside: beside({
          secrets: { namespace: null, held: [] },
          ingressRoutes: [ingressRoute([], { tls: { secret: 'web-tls' } })],
        }),
      }),
    ),
    expect: [{ subject: 'IngressRoute/shop/web' }],
  },
  {
    it: 'a listener of a Gateway, with a Secret of another namespace',
    given: given([right], only({ gateways: [listener('api.example.com', 'web-tls', 'shop')] })),
    expect: [{ subject: 'Gateway/gw/edge', args: { is: 'host' } }],
  },
  {
    it: 'a listener of a wildcard, of which the certificate has one host',
    given: given([right], only({ gateways: [listener('*.example.com', 'web-tls', 'shop')] })),
    expect: 'ok',
  },
  {
    it: 'cert-manager has just begun to have it issued',
    given: given([], { statuses: [certificate()] }),
    expect: 'cannot-tell',
    says: /just begun to have Secret shop\/web-tls issued/,
  },
  {
    it: 'it should have been issued long since',
    given: given([], { statuses: [certificate({ age: 3600 })] }),
    expect: wrong('missing'),
  },
  {
    it: 'another Certificate is being issued',
    given: given([], { statuses: [certificate({ secret: 'api-tls' })] }),
    expect: wrong('missing'),
  },
  {
    it: 'its first try failed',
    given: given([], { statuses: [certificate({ reason: 'Failed' })] }),
    expect: wrong('missing'),
  },
  {
    it: 'an HTTPProxy',
    given: given(
      [],
      only({
        httpProxies: [
          httpProxy([], { host: { fqdn: 'web.example.com', tls: { secret: 'web-tls', namespace: null } } }),
        ],
      }),
    ),
    expect: [{ subject: 'HTTPProxy/shop/web' }],
  },
  {
    it: 'a Gateway of Istio, whose pods are in another namespace than the Secret',
    given: given([right], ofMesh(['istio-ingress'])),
    expect: [{ subject: 'Gateway/shop/main', args: { is: 'missing', home: 'istio-ingress' } }],
  },
  { it: 'the same, with the Secret beside the pods', given: given([right], ofMesh(['shop'])), expect: 'ok' },
])
