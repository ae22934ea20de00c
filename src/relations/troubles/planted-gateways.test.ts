import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import {
  backend,
  condition,
  gateway,
  gatewayApi,
  gatewayClass,
  httpProxy,
  listener,
} from '../../../test/build/gateway.ts'
import { parent, proxyService, route } from '../../../test/build/gateway.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Condition } from '../../model/gateway.ts'
import { known, unknown } from '../../model/known.ts'
import { type Model, type SourceName, sourceNames } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'

const cart = pod('cart-1')

function healthy(): Model {
  return modelOf({
    ...F.cluster(),
    pods: [cart],
    services: [service('cart', { ports: [port({ name: 'app' })] })],
    endpointSlices: [slice('cart', [cart])],
    workloads: [],
    networkPolicies: [],
    namespaces: [],
    events: [],
    ingresses: [],
    ingressClasses: [],
    ingressControllers: [],
    nodes: F.workers.map((it) => node(it)),
    gatewayApi,
    gatewayClasses: [gatewayClass('contour')],
    gateways: [gateway()],
    gatewayRoutes: [route([backend('cart')])],
    referenceGrants: [],
    backendTlsPolicies: [
      {
        namespace: 'shop',
        name: 'cart',
        generation: 1,
        targets: [{ group: '', kind: 'Service', name: 'cart', section: null }],
        authorities: [],
        wellKnown: 'System',
        hostname: 'cart.example',
        status: [{ parent: parent(), controller: 'example.com/c', conditions: [condition('Accepted')] }],
      },
    ],
    httpProxies: [httpProxy([proxyService('cart')])],
    tlsDelegations: [],
  })
}

const bad: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    type: fc.constantFrom('Accepted', 'Programmed', 'ResolvedRefs'),
    status: fc.constantFrom('False' as const, 'Unknown' as const),
    reason: fc.string({ maxLength: 12 }),
    message: fc.string({ maxLength: 12 }),
    generation: fc.constantFrom(1, null),
  }),
  fc.record({
    type: fc.constantFrom('Conflicted', 'PartiallyInvalid', 'OverlappingTLSConfig'),
    status: fc.constant('True' as const),
    reason: fc.string({ maxLength: 12 }),
    message: fc.string({ maxLength: 12 }),
    generation: fc.constantFrom(1, null),
  }),
  // Of an older generation than the object's 1 is what was seen of generation 0.
  fc.record({
    type: fc.constantFrom('Accepted', 'ResolvedRefs'),
    status: fc.constant('True' as const),
    reason: fc.constant('Accepted'),
    message: fc.constant(''),
    generation: fc.constant(0),
  }),
)

type Change = (it: Condition) => Partial<{ -readonly [K in SourceName]: Model['sources'][K] }>

/** Each place where a controller writes what it makes of an object, and whose object it is. */
const places: Readonly<Record<string, Change>> = {
  'GatewayClass/contour': (it) => ({
    gatewayClasses: known([gatewayClass('contour', { conditions: [it] })]),
    gateways: known([gateway([listener()], { conditions: [] })]),
  }),
  'Gateway/edge/edge': (it) => ({ gateways: known([gateway([listener()], { conditions: [it] })]) }),
  'Gateway/edge/edge by a listener': (it) => ({
    gateways: known([gateway([listener({ status: { attached: 0, conditions: [it] } })])]),
  }),
  'HTTPRoute/shop/web': (it) => ({
    gatewayRoutes: known([
      route([backend('cart')], { status: [{ parent: parent(), controller: 'example.com/c', conditions: [it] }] }),
    ]),
  }),
  'BackendTLSPolicy/shop/cart': (it) => ({
    backendTlsPolicies: known([
      {
        namespace: 'shop',
        name: 'cart',
        generation: 1,
        targets: [{ group: '', kind: 'Service', name: 'cart', section: null }],
        authorities: [],
        wellKnown: 'System',
        hostname: 'cart.example',
        status: [{ parent: parent(), controller: 'example.com/c', conditions: [it] }],
      },
    ]),
  }),
}

const own: readonly SourceName[] = ['gatewayClasses', 'gateways', 'gatewayRoutes', 'backendTlsPolicies', 'httpProxies']
const gone = fc.subarray(sourceNames.filter((it) => !own.includes(it)))

function blind(model: Model, hidden: readonly SourceName[]): Model {
  const sources = Object.fromEntries(hidden.map((it) => [it, unknown('forbidden', 'no right to')]))
  return { ...model, sources: { ...model.sources, ...sources } }
}

const asCli = { failOn: 'warning', strict: false } as const

function accused(model: Model): readonly string[] {
  return diagnose(model, { checks }).results.flatMap(({ findings }) =>
    findings.filter((it) => it.severity !== 'info' && /^(?:GTW|TRB)/.test(it.code)).map((it) => subjectKey(it.subject)),
  )
}

test('all is well, and nobody is accused, whatever else could not be read', () => {
  fc.assert(
    fc.property(gone, (hidden) => {
      expect(accused(blind(healthy(), hidden))).toEqual([])
    }),
    { numRuns: runs(60) },
  )
})

test.each(Object.entries(places))('a bad condition on %s is told, and the exit code says so', (where, change) => {
  fc.assert(
    fc.property(bad, gone, (it, hidden) => {
      const model = healthy()
      const planted = blind({ ...model, sources: { ...model.sources, ...change(it) } }, hidden)
      expect(accused(planted)).toContain(where.split(' ')[0])
      expect(exitCode(diagnose(planted, { checks }), asCli)).toBe(1)
    }),
    { numRuns: runs(60) },
  )
})

test('an HTTPProxy that is anything but valid is told', () => {
  fc.assert(
    fc.property(fc.option(fc.string({ maxLength: 8 }).filter((it) => it !== 'valid')), gone, (current, hidden) => {
      const model = healthy()
      const httpProxies = known([httpProxy([proxyService('cart')], { current })])
      const planted = blind({ ...model, sources: { ...model.sources, httpProxies } }, hidden)
      expect(accused(planted)).toContain('HTTPProxy/shop/web')
      expect(exitCode(diagnose(planted, { checks }), asCli)).toBe(1)
    }),
    { numRuns: runs(60) },
  )
})
