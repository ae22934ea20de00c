import { describe, expect, test } from 'vitest'
import { hop, placed, traced } from '../../../test/build/spans.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { deployment, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { lookedAt } from '../../report/diagnosis/looked-at.ts'
import { dueToOf, placesOf, type SaidOf, tracedNames } from './places.ts'

const owner = (name: string) => ({ kind: 'StatefulSet', name })
const cluster = {
  services: [
    service('web', { selector: { app: 'web' } }),
    service('cart', { selector: { app: 'cart' } }),
    service('web', { namespace: 'dev', selector: { app: 'web' } }),
  ],
  pods: [
    pod('web-v1-0', { labels: { app: 'web' }, owner: owner('web-v1'), node: 'worker-1' }),
    pod('cart-0', { labels: { app: 'cart' }, owner: owner('cart'), node: 'worker-2' }),
    pod('web-0', { namespace: 'dev', labels: { app: 'web' }, owner: owner('web'), node: 'worker-3' }),
  ],
  workloads: [deployment('job', 0)],
  ingresses: [],
}
const silent: SaidOf = { namespaces: new Set(), instances: new Set() }
const inShop: Partial<Scope> = { namespace: 'shop' }
const names = (scope: Partial<Scope> = inShop) => tracedNames(modelOf(cluster, {}, scope))
const namedBy = (text: string, scope?: Partial<Scope>): readonly string[] =>
  names(scope)
    .named(text)
    .map((it) => `${it.namespace}/${it.name}`)

describe('names in traces', () => {
  test.each([
    ['cart', ['shop/cart']],
    ['Cart', ['shop/cart']],
    ['web', ['shop/web', 'dev/web']],
    ['web.dev', ['dev/web']],
    ['dev/web', ['dev/web']],
    ['web.shop.svc.cluster.local', ['shop/web']],
    ['web-v1', ['shop/web-v1']],
    ['job', ['shop/job']],
    ['payments', []],
    ['', []],
  ])('%s', (text, expected) => expect(namedBy(text)).toEqual(expected))

  test.each<readonly [string, Partial<Scope>, readonly string[]]>([
    ['a namespace', inShop, ['shop/web', 'shop/web-v1', 'shop/cart']],
    [
      'a Service: what is behind it',
      { ...inShop, target: { kind: 'object', object: subject('Service', 'shop', 'web'), url: null } },
      ['shop/web', 'shop/web-v1'],
    ],
    ['DNS alone', { target: { kind: 'dns' } }, []],
  ])('are asked about by %s', (_, scope, expected) => {
    const its = names(scope)
    const all = ['web', 'web-v1', 'cart'].flatMap((it) => its.named(it)).filter(its.isAsked)
    expect(all.map((it) => `${it.namespace}/${it.name}`)).toEqual(expected)
    expect(its.isEmpty).toBe(expected.length === 0)
  })

  test('what an Ingress leads to comes first', () => {
    const its = tracedNames(modelOf({ ...cluster, ingresses: [ingress([['/', 'cart', 80]])] }, {}, inShop))
    const fronts = ['web', 'cart'].flatMap((it) => its.named(it)).filter(its.isFront)
    expect(fronts.map((it) => `${it.namespace}/${it.name}`)).toEqual(['shop/cart'])
  })
})

describe('places', () => {
  const hops = [hop({ from: 'web', to: 'cart' })]
  const told = (said: SaidOf): readonly string[] =>
    placesOf(hops, names(), () => said).map((it) => `${it.name} ${it.namespace} ${it.asked} ${it.sure}`)

  test.each<readonly [string, SaidOf, readonly string[]]>([
    ['a name alone may be of each', silent, ['cart shop true false', 'web shop true false', 'web dev false false']],
    [
      'a span that names its namespace is of no other',
      { ...silent, namespaces: new Set(['shop']) },
      ['cart shop true true', 'web shop true true'],
    ],
    [
      'a pod of it is one of its pods',
      { ...silent, instances: new Set(['web-v1-0', 'cart-0']) },
      ['cart shop true true', 'web shop true true', 'web dev false false'],
    ],
  ])('%s', (_, said, expected) => expect(told(said)).toEqual(expected))

  test('what would explain a call is of its two ends, and DNS explains no slow query', () => {
    const its = dueToOf(placed(), hop({}), 'call')
    expect(its).toContain('no-endpoints:shop/cart')
    expect(its).toContain('dns-loss:node/worker-1')
    expect(its).not.toContain('no-endpoints:shop/web')
    expect(dueToOf(placed(), hop({}), 'work').some((it) => it.startsWith('dns'))).toBe(false)
    expect(dueToOf(traced({}), hop({}), 'call')).toEqual([])
  })

  test('a name that may be of two is explained by nothing that is wrong with one', () => {
    const twice = [...(placed().places ?? []), ...(placed().places ?? []).map((it) => ({ ...it, namespace: 'dev' }))]
    expect(dueToOf(placed({ places: twice }), hop({}), 'call')).toEqual([])
  })
})

describe('in a diagnosis', () => {
  const failing = [hop({ failures: [{ kind: 'refused', status: null, count: 9, trace: 'a1' }] })]
  const model = (spans: ReturnType<typeof placed>, scope: Partial<Scope> = inShop) =>
    modelOf(
      { ...cluster, pods: cluster.pods.filter((it) => it.name !== 'cart-0'), endpointSlices: [], spans },
      {},
      scope,
    )

  test('an error to a Service that a cause explains is a consequence of it', () => {
    const { roots } = diagnose(model(placed({ hops: failing })), { checks })
    const root = roots.find((it) => it.consequences.some(({ code }) => code === 'SPN907'))
    expect(root?.finding.code).toMatch(/^SVC/)
    expect(root?.finding.subject).toEqual(subject('Service', 'shop', 'cart'))
    expect(roots.map((it) => it.finding.code)).not.toContain('SPN907')
  })

  test('without such a cause it stands by itself, for whoever asks about either end', () => {
    const web: Partial<Scope> = {
      ...inShop,
      target: { kind: 'object', object: subject('Service', 'shop', 'web'), url: null },
    }
    const spans = placed({ hops: failing })
    const { roots } = diagnose(modelOf({ ...cluster, spans }, {}, web), { checks })
    expect(roots.map((it) => it.finding.code)).toContain('SPN907')
  })

  test('healthy traces add no finding and no doubt', () => {
    const its = (spans: ReturnType<typeof placed>) =>
      diagnose(model(spans), { checks }).results.filter((it) => it.check.slug.startsWith('spans/'))
    expect(new Set(its(placed()).map((it) => it.verdict))).not.toContain('finding')
    expect(new Set(its(placed()).map((it) => it.verdict))).not.toContain('cannot-tell')
  })

  test('no tracing is one line, and no check that could not tell', () => {
    const none = modelOf(cluster, { spans: unknown('not-there', 'no tracing found (no Service has it)') }, inShop)
    const { results } = diagnose(none, { checks })
    expect(results.some((it) => it.check.slug.startsWith('spans/'))).toBe(false)
    expect(lookedAt(none)).toContain('no tracing found')
    expect(lookedAt({ ...none, scope: { ...none.scope, level: 'read' } })).not.toContain('tracing')
  })

  test('tracing that may not be read is', () => {
    const refused = modelOf(cluster, { spans: unknown('forbidden', 'get services/proxy in namespace tracing') }, inShop)
    const its = diagnose(refused, { checks }).results.filter((it) => it.check.slug.startsWith('spans/'))
    expect(new Set(its.map((it) => it.verdict))).toEqual(new Set(['cannot-tell']))
  })
})
