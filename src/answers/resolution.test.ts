import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { egressPolicy, labels, namespace, namespaceNamed, onPort, rule } from '../../test/build/policy.ts'
import { clusterDns } from '../../test/build/dns.ts'
import { service } from '../../test/build/service.ts'
import { pod } from '../../test/build/pod.ts'
import { found, query, resolution, serverSays } from '../../test/build/resolution.ts'
import { known, unknown } from '../model/known.ts'
import { expectedResolvConf } from '../relations/dns/expected-resolv-conf.ts'
import { asProbe, policyOnResolver } from '../relations/policy/policy-on-resolver.ts'
import { disagreements, outcomeOf, type Resolution, resolveExitCode } from './resolution.ts'

const winner = 'cart.shop.svc.cluster.local.'
const denied = known({
  udp: { kind: 'denied' as const, direction: 'Egress' as const, by: [egressPolicy('closed')] },
  tcp: { kind: 'allowed' as const },
})
const inside = (result: 'ok' | 'timeout') =>
  known({ tool: 'getent ahosts', result, addresses: result === 'ok' ? ['10.96.44.7'] : [], ms: 12 })

const computed = {
  text: 'nameserver 10.96.0.10\nsearch shop.svc.cluster.local\n',
  how: 'computed',
  why: '/etc/resolv.conf is there, and user 1000 of the container may not read it',
} as const
const doubtful = { ...computed, doubtful: true } as const

/** `cart.shop` is 10.96.44.7 below a suffix, and this by itself. */
function outside(itself: string): Partial<Resolution> {
  const asTyped = query('cart.shop.', 'A', { records: [{ name: 'cart.shop', type: 'A', ttl: 30, data: itself }] })
  return { typed: 'cart.shop', servers: [serverSays('coredns-0', [query(winner, 'A'), asTyped])] }
}

describe('the outcome', () => {
  it.each<[string, Partial<Resolution>, string, 0 | 1 | 2]>([
    ['found', {}, 'found', 0],
    ["found by what the spec implies, and the pod's own file is not known", { resolvConf: doubtful }, 'unread', 2],
    ['the same, and the container itself finds it', { resolvConf: doubtful, own: inside('ok') }, 'found', 0],
    [
      'the same, and the container itself does not',
      { resolvConf: doubtful, own: inside('timeout') },
      'fails-inside',
      1,
    ],
    [
      'the same, and it is not found anyhow',
      { resolvConf: doubtful, walks: known([found('glibc', { end: 'nxdomain', winner: null, queries: [] })]) },
      'not-found',
      1,
    ],
    ['computed where nobody can look', { resolvConf: computed }, 'found', 0],
    [
      'in /etc/hosts, whatever DNS says',
      { hosts: { addresses: ['10.9.9.9'], how: 'read' }, walks: unknown('not-asked', 'not needed') },
      'in-hosts',
      0,
    ],
    [
      "in /etc/hosts, and it is not the Service's address",
      {
        hosts: { addresses: ['10.9.9.9'], how: 'read' },
        walks: unknown('not-asked', 'not needed'),
        service: service('cart'),
      },
      'not-the-service',
      1,
    ],
    [
      "in /etc/hosts, and it is the Service's address",
      {
        hosts: { addresses: ['10.96.44.7'], how: 'read' },
        walks: unknown('not-asked', 'not needed'),
        service: service('cart'),
      },
      'in-hosts',
      0,
    ],
    [
      'getaddrinfo in the container gives another address than the Service',
      {
        own: known({ tool: 'getent ahosts', result: 'ok', addresses: ['10.9.9.9'], ms: 2 }),
        service: service('cart'),
      },
      'not-the-service',
      1,
    ],
    [
      'getaddrinfo in the container takes 5 s',
      { own: known({ tool: 'getent ahosts', result: 'ok', addresses: ['10.96.44.7'], ms: 5020 }) },
      'slow',
      1,
    ],
    ['nobody could ask', { walks: unknown('forbidden', 'create pods') }, 'not-asked', 2],
    [
      'no such name',
      { walks: known([found('glibc', { end: 'nxdomain', winner: null }), found('musl')]) },
      'not-found',
      1,
    ],
    [
      "the container's own library counts",
      { libc: 'musl', walks: known([found('glibc'), found('musl', { end: 'timeout', winner: null })]) },
      'not-found',
      1,
    ],
    [
      'found, after a loss',
      {
        walks: known([
          found('glibc', {
            queries: [query(winner, 'A', { answer: 'timeout', ms: 5000 }), query(winner, 'A')],
            ms: 5001,
          }),
          found('musl'),
        ]),
      },
      'slow',
      1,
    ],
    ['a policy denies the pod', { target: denied }, 'denied', 1],
    ['a policy denies the pod, and nobody enforces it', { target: denied, own: inside('ok') }, 'found', 0],
    ['found by the probe, not inside', { own: inside('timeout') }, 'fails-inside', 1],
    [
      'servers disagree',
      {
        servers: [
          serverSays('coredns-0'),
          serverSays('coredns-1', [
            query(winner, 'A', { answer: 'nxdomain' }),
            query(winner, 'AAAA', { answer: 'nxdomain' }),
          ]),
        ],
      },
      'disagree',
      1,
    ],
    ["not the Service's address", { service: service('cart', { clusterIP: '10.96.44.8' }) }, 'not-the-service', 1],
    ["the Service's address", { service: service('cart') }, 'found', 0],
    [
      "a suffix took the Service's name",
      { typed: 'cart.shop', service: service('cart', { namespace: 'pay', clusterIP: '10.96.9.9' }) },
      'not-the-service',
      1,
    ],
    ['an outside name won by a suffix', outside('198.51.100.66'), 'won-by-suffix', 1],
    ['the same place by both names', outside('10.96.44.7'), 'found', 0],
    [
      'musl does not find it, and the library is not known',
      { libc: null, walks: known([found('glibc'), found('musl', { end: 'nodata', winner: null })]) },
      'other-fails',
      1,
    ],
    [
      'musl does not find it, and the container has glibc',
      { walks: known([found('glibc'), found('musl', { end: 'nodata', winner: null })]) },
      'found',
      0,
    ],
    [
      'without a pod, the lookup of the probe pod itself',
      {
        from: { namespace: 'shop', pod: null, container: null, node: 'worker-1' },
        target: null,
        own: inside('timeout'),
      },
      'found',
      0,
    ],
  ])('%s', (_, about, kind, code) => {
    const outcome = outcomeOf(resolution(about))
    expect([outcome.kind, resolveExitCode(outcome)]).toEqual([kind, code])
  })
})

describe('servers', () => {
  const says = (name: string, data: string) => [query(name, 'A', { records: [{ name, type: 'A', ttl: 30, data }] })]
  it('disagree about addresses of a name of the cluster, not of one outside', () => {
    const two = (name: string) =>
      disagreements(
        resolution({
          servers: [serverSays('coredns-0', says(name, '10.0.0.1')), serverSays('coredns-1', says(name, '10.0.0.2'))],
        }),
      )
    expect(two(winner)).toEqual([
      {
        name: winner,
        says: [
          { answer: 'A 10.0.0.1', servers: ['coredns-0'] },
          { answer: 'A 10.0.0.2', servers: ['coredns-1'] },
        ],
      },
    ])
    expect(two('example.com.')).toEqual([])
  })
  it('a question that the second try had answered is no disagreement, silence is', () => {
    const silent = query(winner, 'A', { answer: 'timeout' })
    expect(
      disagreements(
        resolution({
          servers: [
            serverSays('coredns-0', [silent, query(winner, 'A')]),
            serverSays('coredns-1', [query(winner, 'A')]),
          ],
        }),
      ),
    ).toEqual([])
    expect(
      disagreements(
        resolution({
          servers: [serverSays('coredns-0', [silent, silent]), serverSays('coredns-1', [query(winner, 'A')])],
        }),
      ),
    ).toHaveLength(1)
  })
})

describe('the resolv.conf of a pod that can not be looked into', () => {
  const dns = clusterDns()
  it('is what the kubelet writes', () => {
    expect(expectedResolvConf(pod('web-1'), dns)).toEqual(
      known('nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n'),
    )
  })
  it('takes dnsConfig in: options by name, suffixes behind', () => {
    const dnsConfig = {
      nameservers: [],
      searches: ['corp.example'],
      options: [
        { name: 'ndots', value: '2' },
        { name: 'use-vc', value: null },
      ],
    }
    expect(expectedResolvConf(pod('web-1', { dnsConfig }), dns)).toEqual(
      known(
        'nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local corp.example\noptions ndots:2 use-vc\n',
      ),
    )
    expect(
      expectedResolvConf(
        pod('web-1', { dnsPolicy: 'None', dnsConfig: { ...dnsConfig, nameservers: ['1.2.3.4'] } }),
        dns,
      ),
    ).toEqual(known('nameserver 1.2.3.4\nsearch corp.example\noptions ndots:2 use-vc\n'))
  })
  it("is not known for a pod that takes the node's", () => {
    expect(expectedResolvConf(pod('web-1', { dnsPolicy: 'Default' }), dns).known).toBe(false)
    expect(expectedResolvConf(pod('web-1', { hostNetwork: true }), dns).known).toBe(false)
  })
})

describe('policies', () => {
  const seen = (egress: Parameters<typeof egressPolicy>[1]) => ({
    dns: known(clusterDns()),
    networkPolicies: known([egressPolicy('web-egress', egress, { podSelector: labels({ app: 'web' }) })]),
    namespaces: known([namespace('shop'), namespace('kube-system')]),
  })
  const udp = (it: ReturnType<typeof policyOnResolver>) => (it.known ? it.value.udp.kind : it.why.reason)
  it('hold the pod, not the probe pod beside it', () => {
    expect(udp(policyOnResolver(pod('web-1'), ['10.96.0.10'], seen([])))).toBe('denied')
    expect(udp(policyOnResolver(asProbe(pod('web-1'), { 'hopscope.dev/run': 'x' }), ['10.96.0.10'], seen([])))).toBe(
      'allowed',
    )
  })
  it('let it through where they name DNS', () => {
    expect(
      udp(
        policyOnResolver(
          pod('web-1'),
          ['10.96.0.10'],
          seen([rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')])]),
        ),
      ),
    ).toBe('allowed')
  })
  it('are not judged when they could not be read', () => {
    expect(
      udp(
        policyOnResolver(pod('web-1'), ['10.96.0.10'], {
          ...seen([]),
          networkPolicies: unknown('forbidden', 'list networkpolicies'),
        }),
      ),
    ).toBe('forbidden')
  })
})

const ends = fc.constantFrom('ok' as const, 'nxdomain' as const, 'servfail' as const, 'timeout' as const)

test('whichever server was met first, in the walk or the container: they differ', () => {
  fc.assert(
    fc.property(ends, ends, fc.nat(2), fc.boolean(), (one, other, inside, isFirst) => {
      const says = (answer: typeof one): Parameters<typeof serverSays>[1] => [query(winner, 'A', { answer })]
      const met = isFirst ? one : other
      const walk = {
        queries: says(met) ?? [],
        end: met === 'ok' ? ('found' as const) : met,
        winner: met === 'ok' ? winner : null,
      }
      const own = [
        unknown('not-there', 'no getent'),
        known({ tool: 'getent', result: 'ok' as const, addresses: ['10.96.44.7'], ms: 1 }),
        known({ tool: 'getent', result: 'nxdomain' as const, addresses: [], ms: 1 }),
      ][inside]
      const { kind } = outcomeOf(
        resolution({
          own: own ?? unknown('not-there', ''),
          walks: known([found('glibc', walk), found('musl', walk)]),
          servers: [serverSays('coredns-0', says(one)), serverSays('coredns-1', says(other))],
        }),
      )
      const differs = one !== other && [one, other].includes('ok')
      expect(kind === 'disagree').toBe(differs)
    }),
  )
})
