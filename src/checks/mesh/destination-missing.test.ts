import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { destinationRule, mesh, meshPod, virtualService } from '../../../test/build/istio.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Mesh } from '../../model/mesh.ts'
import check from './destination-missing.ts'

const cart = service('cart')
const v1 = meshPod('cart-1', { labels: { app: 'cart', version: 'v1' } })
const given = (about: Partial<Mesh>) => ({ mesh: mesh(about), services: [cart], pods: [v1] })
const to = (...destinations: Parameters<typeof virtualService>[0]) => [virtualService(destinations)]
const found = (fault: string, rest = {}) => [{ subject: 'VirtualService/shop/web', args: { fault, ...rest } }]

describeCheck(check, [
  {
    it: 'a host that nobody has',
    given: given({ virtualServices: to({ host: 'crat' }) }),
    expect: found('no-host', { near: 'cart.shop.svc.cluster.local' }),
  },
  {
    it: 'a name with its namespace, to which nothing is added',
    given: given({ virtualServices: to({ host: 'cart.shop' }) }),
    expect: found('no-host', { host: 'cart.shop', near: 'cart.shop.svc.cluster.local' }),
  },
  {
    it: 'a host outside that no ServiceEntry has',
    given: given({ virtualServices: to({ host: 'api.example.com' }) }),
    expect: found('no-host', { near: null }),
  },
  {
    it: 'a subset that no DestinationRule defines',
    given: given({ virtualServices: to({ subset: 'v2' }), destinationRules: [destinationRule([['v1', 'v1']])] }),
    expect: found('no-subset', { there: ['v1'] }),
  },
  {
    it: 'a subset of another host',
    given: given({
      virtualServices: to({ subset: 'v1' }),
      destinationRules: [destinationRule([['v1', 'v1']], { host: 'web' })],
    }),
    expect: found('no-subset'),
  },
  {
    it: 'a subset without a pod',
    given: given({ virtualServices: to({ subset: 'v2' }), destinationRules: [destinationRule([['v2', 'v2']])] }),
    expect: found('empty', { there: ['cart-1 (version=v1)'] }),
  },
  {
    it: 'a port that the Service does not have',
    given: given({ virtualServices: to({ port: 8080 }) }),
    expect: found('no-port', { there: ['80'] }),
  },
  {
    it: 'a mirror that is not there costs no answer',
    given: given({ virtualServices: to({}, { host: 'shadow', path: 'spec.http[0].mirror' }) }),
    expect: [{ subject: 'VirtualService/shop/web', severity: 'warning', args: { fault: 'no-host' } }],
  },
  {
    it: 'all are there',
    given: given({
      virtualServices: to({}, { host: 'cart.shop.svc.cluster.local', subset: 'v1', port: 80 }),
      destinationRules: [destinationRule([['v1', 'v1']], { host: '*.shop.svc.cluster.local' })],
    }),
    expect: 'ok',
  },
  {
    it: 'a host of a ServiceEntry',
    given: given({
      virtualServices: to({ host: 'api.example.com' }),
      serviceEntries: [{ namespace: 'shop', name: 'api', hosts: ['*.example.com'] }],
    }),
    expect: 'ok',
  },
  {
    it: 'a Service without pods has a finding of its own',
    given: {
      ...given({ virtualServices: to({ subset: 'v1' }), destinationRules: [destinationRule([['v1', 'v1']])] }),
      pods: [],
    },
    expect: 'ok',
  },
  {
    it: 'entries of other namespaces may not be listed',
    given: given({ virtualServices: to({ host: 'api.example.com' }), inScopeOnly: ['ServiceEntry'] }),
    expect: 'ok',
  },
  {
    it: 'rules of other namespaces may not be listed, and one of them may define the subset',
    given: given({ virtualServices: to({ subset: 'v2' }), inScopeOnly: ['DestinationRule'] }),
    expect: 'cannot-tell',
    says: /subset v2 of .*not all DestinationRules were read/,
  },
  {
    it: 'a file without ServiceEntries',
    given: given({ virtualServices: to({ host: 'api.example.com' }), notHeld: ['ServiceEntry'] }),
    expect: 'cannot-tell',
    says: /holds no ServiceEntry/,
  },
  {
    it: "a file without ServiceEntries, and a short name: of the VirtualService's own namespace, which has none",
    given: given({
      virtualServices: to({ host: 'cart' }).map((it) => ({ ...it, namespace: 'edge' })),
      notHeld: ['ServiceEntry'],
    }),
    expect: [
      {
        subject: 'VirtualService/edge/web',
        severity: 'warning',
        confidence: 'possible',
        args: { fault: 'no-host', near: 'cart.shop.svc.cluster.local', isGuess: true },
      },
    ],
  },
  {
    it: "a file without ServiceEntries, and a slip in a name of the cluster's domain",
    given: given({ virtualServices: to({ host: 'carrt.shop.svc.cluster.local' }), notHeld: ['ServiceEntry'] }),
    expect: [{ subject: 'VirtualService/shop/web', confidence: 'possible' }],
  },
  {
    it: 'a file without VirtualServices',
    given: given({ notHeld: ['VirtualService'] }),
    expect: 'cannot-tell',
    says: /holds no VirtualService/,
  },
  { it: 'no VirtualService', given: given({}), expect: 'not-applicable' },
  {
    it: 'VirtualServices forbidden',
    given: modelOf({ services: [cart], pods: [v1] }, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('any host that is none of the Services and entries is told, whatever stands beside it', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{6,12}$/).filter((it) => it !== 'cart'),
      fc.array(fc.record({ host: fc.constantFrom('cart', 'cart.shop.svc.cluster.local') }), { maxLength: 4 }),
      (host, others) => {
        const { results } = diagnose(modelOf(given({ virtualServices: to(...others, { host }) })), { checks: [check] })
        expect(results.flatMap((it) => it.findings).map((it) => it.args['host'])).toEqual([host])
      },
    ),
  )
})

test('a subset without pods is marked as one, though its host is there', () => {
  const model = modelOf(
    given({ virtualServices: to({ subset: 'v2' }), destinationRules: [destinationRule([['v2', 'v2']])] }),
  )
  const [found] = diagnose(model, { checks: [check] }).results.flatMap((it) => it.findings)
  expect(JSON.stringify(found?.evidence)).toContain('no pod bears its labels')
})
