import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Beside, TraefikRoute, TraefikTarget } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import check from './route-broken.ts'

type Crd = NonNullable<IngressController['crd']>

const traefik = (crd: Partial<Crd> = {}): IngressController =>
  controller({
    controller: 'traefik.io/ingress-controller',
    crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no', ...crd },
  })
const given = (
  services: readonly (readonly [string, number | string | null])[],
  route: Partial<TraefikRoute> = {},
  more: Partial<Sources> = {},
): Partial<Sources> => ({
  beside: beside({ ingressRoutes: [ingressRoute(services, {}, route)] }),
  services: [
    service('web', { ports: [port({ name: 'http', port: 80 })] }),
    service('far', { namespace: 'tools', ports: [port({ port: 80 })] }),
    service('out', { type: 'ExternalName', externalName: 'api.example.org', ports: [] }),
  ],
  middlewares: [{ namespace: 'shop', name: 'strip' }],
  ingressControllers: [traefik()],
  ...more,
})
const found = (why: string) => [{ subject: 'IngressRoute/shop/web', confidence: 'inferred' as const, args: { why } }]
const far: TraefikTarget = { kind: 'Service', namespace: 'tools', name: 'far', port: 80 }
const through = (name: string, namespace: string | null = null): Partial<TraefikRoute> => ({
  middlewares: [{ kind: 'Middleware', namespace, name, port: null }],
})

const withTransport = (transport: string, transports: Beside['transports'] & object): Partial<Sources> => ({
  ...given([]),
  beside: beside({
    ingressRoutes: [
      ingressRoute([], {}, { services: [{ kind: 'Service', namespace: null, name: 'web', port: 80, transport }] }),
    ],
    transports,
  }),
})
const withResolver = (resolver: string, resolvers?: readonly string[]): Partial<Sources> => ({
  ...given([]),
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], { tls: { secret: null, resolver } })] }),
  ingressControllers: [traefik(resolvers === undefined ? {} : { resolvers })],
})

describeCheck(check, [
  { it: 'a Service and its port', given: given([['web', 80]]), expect: 'ok' },
  {
    it: 'a ServersTransport that is not there',
    given: withTransport('insecure', [{ namespace: 'shop', name: 'other' }]),
    expect: [
      { subject: 'IngressRoute/shop/web', severity: 'error', confidence: 'inferred', args: { why: 'transport' } },
    ],
  },
  {
    it: 'a ServersTransport, of a file that may hold none',
    given: withTransport('insecure', []),
    expect: [
      { subject: 'IngressRoute/shop/web', severity: 'warning', confidence: 'possible', args: { why: 'transport' } },
    ],
  },
  {
    it: 'a ServersTransport that is there',
    given: withTransport('insecure', [{ namespace: 'shop', name: 'insecure' }]),
    expect: 'ok',
  },
  { it: 'one of another provider', given: withTransport('insecure@file', []), expect: 'ok' },
  {
    it: 'a resolver of certificates that no flag makes',
    given: withResolver('le', ['letsencrypt']),
    expect: [
      { subject: 'IngressRoute/shop/web', severity: 'warning', args: { why: 'resolver', near: ['letsencrypt'] } },
    ],
  },
  { it: 'a resolver that a flag makes', given: withResolver('Le', ['le']), expect: 'ok' },
  { it: 'a Traefik that is set up by a file', given: withResolver('le'), expect: 'ok' },
  { it: 'a port by its name', given: given([['web', 'http']]), expect: 'ok' },
  {
    it: 'a Service that is not there',
    given: given([['webb', 80]]),
    expect: [{ subject: 'IngressRoute/shop/web', says: /Service shop\/webb, which does not exist[^]*there web/ }],
  },
  { it: 'a port that it has not', given: given([['web', 8080]]), expect: found('port') },
  { it: 'no port at all', given: given([['web', null]]), expect: found('port') },
  { it: 'a Middleware', given: given([['web', 80]], through('strip')), expect: 'ok' },
  { it: 'a Middleware that is not there', given: given([['web', 80]], through('strp')), expect: found('missing') },
  { it: 'one of another provider', given: given([['web', 80]], through('auth@file')), expect: 'ok' },
  {
    it: 'Middlewares that the file does not hold',
    given: modelOf(
      {
        beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], {}, through('strip'))] }),
        services: [service('web', { ports: [port({ port: 80 })] })],
        ingressControllers: [],
      },
      { middlewares: unknown('cut-off', 'kubectl get holds nothing of traefik.io') },
    ),
    expect: 'cannot-tell',
    says: /holds nothing/,
  },
  { it: 'a Service of another namespace', given: given([], { services: [far] }), expect: found('other-namespace') },
  {
    it: 'the same, where Traefik takes them',
    given: given([], { services: [far] }, { ingressControllers: [traefik({ acrossNamespaces: 'yes' })] }),
    expect: 'ok',
  },
  {
    it: 'the same, where nobody knows',
    given: given([], { services: [far] }, { ingressControllers: [traefik({ acrossNamespaces: 'unsure' })] }),
    expect: 'ok',
  },
  { it: 'an ExternalName', given: given([['out', 443]]), expect: found('external-name') },
  {
    it: 'the same, where Traefik takes them',
    given: given([['out', 443]], {}, { ingressControllers: [traefik({ externalNames: 'yes' })] }),
    expect: 'ok',
  },
  {
    it: 'a release that looks the port up, which the Service has not',
    given: given(
      [['out', 443]],
      {},
      { ingressControllers: [{ ...traefik({ externalNames: 'yes' }), image: 'traefik:v2.0.2' }] },
    ),
    expect: found('port'),
  },
  {
    it: 'a later one takes any number',
    given: given(
      [['out', 443]],
      {},
      { ingressControllers: [{ ...traefik({ externalNames: 'yes' }), image: 'traefik:v2.3.7' }] },
    ),
    expect: 'ok',
  },
  {
    it: 'a TraefikService that is not there, and others are',
    given: {
      ...given([]),
      beside: beside({
        ingressRoutes: [
          ingressRoute([], {}, { services: [{ kind: 'TraefikService', namespace: null, name: 'spilt', port: null }] }),
        ],
        traefikServices: [{ namespace: 'shop', name: 'split', to: [] }],
      }),
    },
    expect: [{ subject: 'IngressRoute/shop/web', confidence: 'inferred', args: { why: 'missing', near: ['split'] } }],
  },
  {
    it: 'a TraefikService, and none is in the file',
    given: given([], { services: [{ kind: 'TraefikService', namespace: null, name: 'split', port: null }] }),
    expect: 'cannot-tell',
  },
  {
    it: "what is Traefik's own",
    given: given([], { services: [{ kind: 'TraefikService', namespace: null, name: 'api@internal', port: null }] }),
    expect: 'ok',
  },
  { it: 'no IngressRoute', given: given([], {}, { beside: beside() }), expect: 'not-applicable' },
])
