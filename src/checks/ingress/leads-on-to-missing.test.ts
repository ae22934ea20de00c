import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { TraefikService, TraefikTarget } from '../../model/beside.ts'
import type { Middleware } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './leads-on-to-missing.ts'

const to = (name: string, about: Partial<TraefikTarget> = {}): TraefikService['to'][number] => ({
  kind: 'Service',
  namespace: null,
  name,
  port: 80,
  path: 'spec.weighted.services[0]',
  ...about,
})
const split = (...its: readonly TraefikService['to'][number][]): TraefikService => ({
  namespace: 'shop',
  name: 'split',
  to: its,
})
const chain = (...names: readonly string[]): readonly Middleware[] => [
  { namespace: 'shop', name: 'chain', chain: names.map((name) => ({ namespace: null, name })) },
  { namespace: 'shop', name: 'auth' },
]
const byService = ingressRoute([], {}, { services: [to('split', { kind: 'TraefikService', port: null })] })
const byChain = ingressRoute(
  [['web', 80]],
  {},
  { middlewares: [{ kind: 'Middleware', namespace: null, name: 'chain', port: null }] },
)
const given = (balanced: readonly TraefikService[], middlewares: readonly Middleware[] = []) => ({
  beside: beside({ ingressRoutes: [balanced.length > 0 ? byService : byChain], traefikServices: balanced }),
  services: [service('web'), service('out', { type: 'ExternalName', ports: [port()] })],
  middlewares,
})
const found = { subject: 'TraefikService/shop/split', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'one of two Services is not there',
    given: given([split(to('web'), to('wep'))]),
    expect: [{ ...found, args: { why: 'missing', name: 'wep', near: ['web'], routes: ['shop/web'] } }],
  },
  {
    it: 'a port that the Service has not',
    given: given([split(to('web', { port: 81 }))]),
    expect: [{ ...found, args: { why: 'port' }, says: /has no port 81/ }],
  },
  {
    it: 'a TraefikService that is not there',
    given: given([split(to('gone', { kind: 'TraefikService', port: null }))]),
    expect: [{ ...found, args: { kind: 'TraefikService' } }],
  },
  {
    it: 'a Middleware of a chain is not there',
    given: given([], chain('auth', 'gone')),
    expect: [{ ...found, subject: 'Middleware/shop/chain', args: { kind: 'Middleware', name: 'gone' } }],
  },
  { it: 'all of a chain is there', given: given([], chain('auth')), expect: 'ok' },
  { it: 'one of another provider', given: given([], chain('auth@file')), expect: 'ok' },
  { it: 'all Services are there', given: given([split(to('web'))]), expect: 'ok' },
  { it: 'an ExternalName takes any port', given: given([split(to('out', { port: 81 }))]), expect: 'ok' },
  {
    it: 'Services of another namespace were not read',
    given: modelOf(given([split(to('web', { namespace: 'other' }))]), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
  },
  { it: 'neither', given: { ...given([]), beside: beside({ ingressRoutes: [] }) }, expect: 'not-applicable' },
  {
    it: 'a split is judged without Middlewares',
    given: modelOf(given([split(to('web'))]), { middlewares: unknown('forbidden', 'list middlewares') }),
    expect: 'ok',
  },
  {
    it: 'Middlewares forbidden',
    given: modelOf(given([]), { middlewares: unknown('forbidden', 'list middlewares') }),
    expect: 'cannot-tell',
  },
])
