import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { planNames, queriesOfNames } from './plan-names.ts'

const want = {
  servers: [{ server: { role: 'service', ip: '10.96.0.10', pod: null }, port: 53 }],
  externalName: 'example.com',
  run: 'r',
  rate: 100,
} as const

const headless = (name: string, namespace: string): Service => service(name, { namespace, clusterIP: 'None' })
const ready = ({ name, namespace }: Service) => slice(name, [pod(`${name}-0`, { ip: '10.2.1.5' })], { namespace })

const services = (namespaces: readonly string[], most: number): fc.Arbitrary<readonly Service[]> =>
  fc
    .array(fc.tuple(fc.constantFrom(...namespaces), fc.boolean()), { maxLength: most })
    .map((its) =>
      its.map(([namespace, isHeadless], index) =>
        isHeadless ? headless(`h${index}`, namespace) : service(`s${index}`, { namespace }),
      ),
    )

const many = Array.from({ length: 30 }, (_, index) => `ns-${index}`)

test('a headless Service with a ready endpoint is asked for wherever one is read, within the same number of queries', () => {
  fc.assert(
    fc.property(services(many, 60), services(['other', 'third'], 12), fc.boolean(), (own, others, isElsewhere) => {
      const one = headless('the-one', isElsewhere ? 'other' : 'ns-29')
      const all = isElsewhere ? own.slice(0, 6) : [...own, one]
      const elsewhere = { services: isElsewhere ? [...others, one] : others, slices: isElsewhere ? [ready(one)] : [] }
      const dns = clusterDns({ elsewhere: known(elsewhere) })
      const model = modelOf({ services: all, endpointSlices: isElsewhere ? [] : [ready(one)], clusterDns: dns })
      const plan = planNames(model, dns, want)
      const names = plan.spec.names.filter((it) => it.reason.kind !== 'port').map((it) => it.name)
      expect(names).toContain(`the-one.${one.namespace}.svc.cluster.local.`)
      expect(new Set(names).size).toBeLessThanOrEqual(12)
      expect(queriesOfNames(plan)).toBeLessThanOrEqual(12 * 2 + 40)
      expect(plan.notAsked).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('servers of one `forward` are asked for outside names by themselves, where these are several', () => {
  const planned = (to: string) =>
    planNames(
      modelOf({ services: [] }),
      clusterDns({ corefile: known(`.:53 {\n    kubernetes cluster.local\n    forward . ${to}\n}\n`) }),
      want,
    ).spec.upstreams?.map(({ server, port, names }) => `${server.ip} ${port} ${names.map((it) => it.name).join(' ')}`)
  expect(planned('192.0.2.53')).toBeUndefined()
  expect(planned('/etc/resolv.conf')).toBeUndefined()
  expect(planned('tls://192.0.2.53 tls://192.0.2.54')).toBeUndefined()
  expect(planned('192.0.2.53 192.0.2.54:5353')).toEqual(['192.0.2.53 53 example.com.', '192.0.2.54 5353 example.com.'])
  expect(planned('192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5')).toHaveLength(4)
})

test.each([
  ['of the scope', false],
  ['of elsewhere', true],
])('the youngest Service %s is asked for, wherever it stands among many', (_, isElsewhere) => {
  fc.assert(
    fc.property(services(many, 60), fc.nat({ max: 60 }), fc.nat({ max: 86_399 }), (others, at, youngSeconds) => {
      const one = service('fresh', { namespace: isElsewhere ? 'other' : 'ns-29', youngSeconds })
      const own = isElsewhere ? others : others.toSpliced(at, 0, one)
      const dns = clusterDns({ elsewhere: known({ services: isElsewhere ? [one] : [], slices: [] }) })
      const plan = planNames(modelOf({ services: own, clusterDns: dns }), dns, want)
      const names = plan.spec.names.map((it) => it.name)
      expect(names).toContain(`fresh.${one.namespace}.svc.cluster.local.`)
      expect(new Set(names).size).toBeLessThanOrEqual(12)
    }),
  )
})

test('of Services elsewhere no more than two of each kind', () => {
  const its = ['a', 'b', 'c', 'd'].flatMap((name) => [
    headless(`h${name}`, 'other'),
    service(name, { namespace: 'other' }),
  ])
  const dns = clusterDns({ elsewhere: known({ services: its, slices: its.map(ready) }) })
  const { spec } = planNames(modelOf({ services: [], clusterDns: dns }), dns, want)
  const asked = spec.names.filter((it) => it.reason.kind !== 'port')
  expect(asked.map((it) => it.name.split('.')[0])).toEqual(['ha', 'hb', 'a', 'b'])
})

test('of each rewrite one name is asked for that it makes of a Service, and it is counted', () => {
  const rules = [
    'rewrite name suffix .corp .shop.svc.cluster.local',
    'rewrite name regex (.*)\\.old\\.example {1}.shop.svc.cluster.local',
    'rewrite name basket.office cart.shop.svc.cluster.local',
    'rewrite name exact far.office www.example.org',
    'rewrite name prefix x- y-',
  ]
  const of = (lines: readonly string[]) =>
    planNames(
      modelOf({ services: [service('cart')] }),
      clusterDns({ corefile: known(`.:53 {\n  ${lines.join('\n  ')}\n  kubernetes cluster.local\n}\n`) }),
      want,
    )
  const made = of(rules).spec.names.filter((it) => it.reason.kind === 'rewritten')
  expect(made.map((it) => it.name)).toEqual(['cart.corp.', 'cart.old.example.', 'basket.office.', 'far.office.'])
  const queries = made.reduce((sum, it) => sum + it.types.length, 0)
  expect(queriesOfNames(of(rules)) - queriesOfNames(of([]))).toBe(queries)
})

test.each([
  { it: 'a named port', ports: [{ name: null }, { name: 'grpc' }], srv: '_grpc._tcp.cart.shop.svc.cluster.local.' },
  { it: 'no port has a name', ports: [{ name: null }], srv: '_https._tcp.kubernetes.default.svc.cluster.local.' },
  { it: 'no port at all', ports: [], srv: '_https._tcp.kubernetes.default.svc.cluster.local.' },
])('one SRV is asked for, and it is counted: $it', ({ ports, srv }) => {
  const cart = service('cart', { ports: ports.map((it) => port(it)) })
  const dns = clusterDns()
  const plan = planNames(modelOf({ services: [cart], clusterDns: dns }), dns, want)
  const asked = plan.spec.names.filter((it) => it.types.includes('SRV'))
  expect(asked.map((it) => it.name)).toEqual([srv])
  const without = { ...plan, spec: { ...plan.spec, names: plan.spec.names.filter((it) => !asked.includes(it)) } }
  expect(queriesOfNames(plan) - queriesOfNames(without)).toBe(want.servers.length)
})

test('pods behind headless Services are asked for by their own names: those that are ready, and four at most', () => {
  const kv = headless('kv', 'shop')
  const members = Array.from({ length: 6 }, (_, at) =>
    pod(`kv-${at}`, {
      namespace: 'shop',
      ip: `10.2.1.${at + 1}`,
      subdomain: 'kv',
      hostname: `kv-${at}`,
      ready: at > 0,
    }),
  )
  const asked = (services: readonly Service[]) =>
    planNames(modelOf({ services, pods: [...members, pod('web-1')], clusterDns: clusterDns() }), clusterDns(), want)
      .spec.names.filter((it) => it.reason.kind === 'member')
      .map((it) => it.name)
  expect(asked([kv])).toEqual([1, 2, 3, 4].map((at) => `kv-${at}.kv.shop.svc.cluster.local.`))
  expect(asked([service('kv', { namespace: 'shop' })])).toEqual([])
})
