import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressesInHosts, afterwards, candidates, reverseName, settingsOf, verdict } from './resolver-walk.ts'

const kubernetes = { search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 }
const names = (libc: 'glibc' | 'musl', typed: string, conf = kubernetes) =>
  candidates(libc, conf, typed).map((one) => one.name)

describe('names tried', () => {
  const inList = ['shop.svc.cluster.local.', 'svc.cluster.local.', 'cluster.local.']
  it.each(['glibc', 'musl'] as const)(
    '%s goes through the list for a short name, and ends with the name itself',
    (libc) => {
      expect(names(libc, 'cart')).toEqual([...inList.map((it) => `cart.${it}`), 'cart.'])
      expect(names(libc, 'api.example.com')).toEqual([
        ...inList.map((it) => `api.example.com.${it}`),
        'api.example.com.',
      ])
    },
  )
  it.each(['glibc', 'musl'] as const)('%s tries a name with a last dot, and nothing else', (libc) => {
    expect(names(libc, 'api.example.com.')).toEqual(['api.example.com.'])
  })
  it('glibc begins with a name of ndots dots and still has the list; musl has the name alone', () => {
    const two = { ...kubernetes, ndots: 2 }
    expect(names('glibc', 'api.example.com', two)).toEqual([
      'api.example.com.',
      ...inList.map((it) => `api.example.com.${it}`),
    ])
    expect(names('musl', 'api.example.com', two)).toEqual(['api.example.com.'])
  })
  it('a root in the list stands for the name itself, once', () => {
    expect(names('glibc', 'cart', { search: ['.', 'cluster.local'], ndots: 5 })).toEqual([
      'cart.',
      'cart.cluster.local.',
    ])
  })
  it('are absolute, all different, and the typed name is among them', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
    const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((it) => it.join('.'))
    fc.assert(
      fc.property(
        domain,
        fc.uniqueArray(domain, { maxLength: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom('glibc' as const, 'musl' as const),
        (typed, search, ndots, libc) => {
          const tried = names(libc, typed, { search, ndots })
          expect(tried.every((it) => it.endsWith('.') && it.startsWith(typed))).toBe(true)
          expect(new Set(tried).size).toBe(tried.length)
          expect(tried).toContain(`${typed}.`)
          expect(tried.length).toBeLessThanOrEqual(search.length + 1)
        },
      ),
    )
  })
})

describe('after a name that was not found', () => {
  const suffix = { name: 'cart.shop.', suffix: 'shop' }
  const asIs = { name: 'cart.', suffix: null }
  it.each([
    ['glibc', 'nxdomain', suffix, 'next'],
    ['glibc', 'nodata', suffix, 'next'],
    ['glibc', 'servfail', suffix, 'next'],
    ['glibc', 'timeout', suffix, 'as-is'],
    ['glibc', 'refused', suffix, 'as-is'],
    ['glibc', 'unreachable', suffix, 'stop'],
    ['glibc', 'timeout', asIs, 'next'],
    ['musl', 'nxdomain', suffix, 'next'],
    ['musl', 'nodata', suffix, 'stop'],
    ['musl', 'timeout', suffix, 'stop'],
    ['musl', 'found', suffix, 'stop'],
  ] as const)('%s, %s: %j then %s', (libc, end, candidate, then) => expect(afterwards(libc, end, candidate)).toBe(then))

  const ended = (...ends: readonly Parameters<typeof afterwards>[1][]) =>
    ends.map((end) => ({ end, candidate: suffix }))
  it.each([
    ['glibc', ended('nxdomain', 'nodata', 'nxdomain'), 'nodata'],
    ['glibc', ended('servfail', 'nxdomain'), 'servfail'],
    ['glibc', [{ end: 'nxdomain', candidate: asIs }, ...ended('nodata')], 'nxdomain'],
    ['glibc', ended('nxdomain', 'found'), 'found'],
    ['musl', ended('nxdomain', 'timeout'), 'timeout'],
  ] as const)('%s says of %j: %s', (libc, ends, said) => expect(verdict(libc, ends)).toBe(said))
})

describe('settings', () => {
  it('follow the defaults of both libraries', () => {
    for (const libc of ['glibc', 'musl'] as const)
      expect(settingsOf(libc, '')).toEqual({
        nameservers: ['127.0.0.1'],
        search: [],
        ndots: 1,
        timeoutMs: 5000,
        attempts: 2,
        oneAtATime: false,
        overTcp: false,
        noAaaa: false,
      })
  })
  it('glibc knows options that musl passes over', () => {
    const text = 'nameserver 10.0.0.1\noptions single-request-reopen use-vc no-aaaa timeout:40 attempts:9\n'
    expect(settingsOf('glibc', text)).toMatchObject({
      oneAtATime: true,
      overTcp: true,
      noAaaa: true,
      timeoutMs: 30_000,
      attempts: 5,
    })
    expect(settingsOf('musl', text)).toMatchObject({
      oneAtATime: false,
      overTcp: false,
      noAaaa: false,
      timeoutMs: 40_000,
      attempts: 9,
    })
  })
  it('take three nameservers; musl reads no line of more than 255 characters', () => {
    const long = `search ${Array.from({ length: 30 }, (_, i) => `namespace-${i}.svc.cluster.local`).join(' ')}\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n`
    expect(settingsOf('glibc', long).search).toHaveLength(30)
    expect(settingsOf('musl', long).search).toEqual([])
    expect(settingsOf('glibc', long).nameservers).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })
})

describe('the reverse name', () => {
  it.each([
    ['198.19.0.10', '10.0.19.198.in-addr.arpa.'],
    ['::1', `1.${'0.'.repeat(31)}ip6.arpa.`],
    ['fd00::a:1', '1.0.0.0.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.'],
    ['cart', null],
    ['300.1.1.1', null],
  ])('of %s is %s', (ip, name) => expect(reverseName(ip)).toBe(name))
  it('has all parts of any address, backwards', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        (ip) => reverseName(ip)?.replace('.in-addr.arpa.', '').split('.').reverse().join('.') === ip,
      ),
    )
    fc.assert(
      fc.property(
        fc.ipV6().filter((ip) => isIP(ip) === 6 && !ip.includes('.')),
        (ip) => /^([0-9a-f]\.){32}ip6\.arpa\.$/.test(reverseName(ip) ?? ''),
      ),
    )
  })
})

describe('a hosts file', () => {
  const text =
    '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n10.1.2.3\tPay.example.com pay # the old one\n10.1.2.4 pay\n'
  it.each([
    ['pay.example.com', ['10.1.2.3']],
    ['PAY', ['10.1.2.3', '10.1.2.4']],
    ['old', []],
    ['localhost.', ['127.0.0.1']],
  ])('%s is %j', (name, ips) => expect(addressesInHosts(text, name)).toEqual(ips))
})
