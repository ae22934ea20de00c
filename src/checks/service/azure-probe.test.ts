import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { OutsideAnswer } from '../../model/outside.ts'
import type { AzureProbe } from '../../model/service.ts'
import check from './azure-probe.ts'

const answered: OutsideAnswer = {
  by: 'lb',
  ip: '203.0.113.10',
  port: 80,
  host: 'web.example.com',
  path: '/',
  status: 200,
  error: null,
  ms: 12,
}
const before = (path: string, about: Partial<IngressController> = {}, azureProbes?: readonly AzureProbe[]) =>
  controller({
    product: 'ingress-nginx',
    fronts: [
      {
        namespace: 'ingress-nginx',
        name: 'front',
        type: 'LoadBalancer',
        addresses: ['203.0.113.10'],
        ports: [],
        wants: [],
        ready: 1,
        azureProbes: azureProbes ?? [{ port: 80, scheme: 'http', path }],
      },
    ],
    ...about,
  })
const withAsk = (by: 'aws' | 'hetzner', path: string) => {
  const one = before('/', {}, [])
  const healthAsks = [{ by, port: 80, scheme: 'http' as const, path }]
  return { ...one, fronts: (one.fronts ?? []).map((it) => ({ ...it, healthAsks })) }
}
const given = (one: IngressController, ...ingresses: readonly Ingress[]) => ({
  ingressControllers: [one],
  nodes: [node('worker-1', { provider: 'azure' })],
  ingresses: ingresses.length === 0 ? [ingress([['/', 'web', 80]])] : ingresses,
  ingressClasses: [ingressClass('nginx')],
})
const ofAnyHost = ingress([['/', 'web', 80]])
const front = 'Service/ingress-nginx/front'
const [rule] = ofAnyHost.rules
const catchAll = { ...ofAnyHost, rules: rule === undefined ? [] : [{ ...rule, host: null }] }

describeCheck(check, [
  {
    it: 'the default path',
    given: given(before('/')),
    expect: [{ subject: front, severity: 'warning', confidence: 'possible', args: { paths: ['/'], isNginx: true } }],
  },
  {
    it: 'a page of others, for all that nobody takes',
    given: given(before('/', { defaultBackend: { namespace: 'web', name: 'landing' } })),
    expect: 'cannot-tell',
  },
  {
    it: 'the one of the chart',
    given: given(before('/', { defaultBackend: { namespace: 'ingress-nginx', name: 'ingress-nginx-defaultbackend' } })),
    expect: [{ subject: front }],
  },
  { it: 'its own page', given: given(before('/healthz')), expect: 'ok' },
  { it: 'a page that it has not', given: given(before('/status')), expect: [{ subject: front }] },
  { it: 'an Ingress for any host', given: given(before('/'), catchAll), expect: 'cannot-tell', says: /shop\/web/ },
  {
    it: 'one for any host, of another class',
    given: given(before('/'), { ...catchAll, className: 'other' }),
    expect: [{ subject: front }],
  },
  {
    it: 'another product, asked for the default',
    given: given(before('/', { controller: 'nginx.org/ingress-controller', product: 'f5-nginx' })),
    expect: [{ subject: front, args: { isNginx: false, ports: [80] } }],
  },
  {
    it: 'Traefik, which has routes of its own',
    given: given(
      before('/', {
        controller: 'traefik.io/ingress-controller',
        product: 'f5-nginx',
        crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no' },
      }),
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'it was answered there',
    given: { ...given(before('/')), outside: { lookupError: null, answers: [answered] } },
    expect: 'ok',
  },
  {
    it: 'nodes of another cloud',
    given: { ...given(before('/')), nodes: [node('worker-1', { provider: 'aws' })] },
    expect: 'not-applicable',
  },
  {
    it: 'AWS, which annotations have ask by HTTP',
    given: given(withAsk('aws', '/')),
    expect: [{ subject: front, args: { by: 'aws', paths: ['/'] }, says: /health probe of AWS asks/ }],
  },
  { it: 'AWS, for the page of ingress-nginx', given: given(withAsk('aws', '/healthz')), expect: 'ok' },
  {
    it: 'Hetzner',
    given: given(withAsk('hetzner', '/up')),
    expect: [{ subject: front, args: { by: 'hetzner' } }],
  },
  { it: 'no probe by HTTP', given: given(controller()), expect: 'not-applicable' },
  {
    it: 'Ingresses that were not read',
    given: modelOf(
      { ingressControllers: [before('/')], nodes: [node('worker-1', { provider: 'azure' })] },
      { ingresses: unknown('forbidden', 'ingresses') },
    ),
    expect: 'cannot-tell',
  },
])
