import { describe, expect, it } from 'vitest'
import type { ResolverWalk, ServerAnswer } from '../../../model/resolution.ts'
import { dnsResponder } from '../../../../test/fakes/dns-responder.ts'
import { resolve } from './resolve.ts'

const conf = (options = '') =>
  `nameserver 127.0.0.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5 timeout:1 ${options}\n`

async function ask(
  typed: string,
  behave: Parameters<typeof dnsResponder>[0],
  {
    options = '',
    types = ['A', 'AAAA'],
    each = true,
  }: { readonly options?: string; readonly types?: readonly string[]; readonly each?: boolean } = {},
) {
  const server = await dnsResponder(behave)
  const walks: ResolverWalk[] = []
  const servers: ServerAnswer[] = []
  await resolve(
    {
      kind: 'resolve',
      typed,
      types,
      resolvConf: conf(options),
      port: server.port,
      servers: each ? [{ ip: '127.0.0.1', port: server.port, pod: 'coredns-1' }] : [],
      budgetMs: 8000,
    },
    (record) => {
      if (record.t === 'walk') walks.push(record.walk)
      if (record.t === 'server') servers.push(record.server)
    },
  ).finally(() => server.close())
  const of = (libc: 'glibc' | 'musl'): ResolverWalk => walks.find((one) => one.libc === libc) ?? raise()
  return { glibc: of('glibc'), musl: of('musl'), servers, seen: server.queries }
}

function raise(): never {
  throw new Error('a walk is missing')
}

const only = (name: string) => (query: { readonly name: string }) =>
  (query.name === name ? 'answer' : 'nxdomain') as 'answer' | 'nxdomain'
const lines = (walk: ResolverWalk) =>
  walk.queries.map((it) => `${it.type}${it.transport === 'tcp' ? '/tcp' : ''} ${it.name} ${it.answer}`)

/** Most of them wait for a server that does not answer: side by side. */
describe.concurrent('a lookup', () => {
  it('is found by musl and not by glibc where the records bear another name, and goes no further', async () => {
    const { glibc, musl, servers } = await ask('cart', () => 'foreign-owner')
    const sent = ['A cart.shop.svc.cluster.local. other-name', 'AAAA cart.shop.svc.cluster.local. other-name']
    expect(glibc).toMatchObject({ end: 'other-name', winner: null })
    expect(musl).toMatchObject({ end: 'found', winner: 'cart.shop.svc.cluster.local.' })
    for (const walk of [glibc, musl]) expect(lines(walk)).toEqual(sent)
    expect(glibc.queries[0]?.records).toMatchObject([{ name: 'other.test' }])
    expect(servers.flatMap((it) => it.queries.map((one) => one.answer))).toEqual(['other-name', 'other-name'])
  })

  it('ends at the first suffix that has the name, in both libraries', async () => {
    const { glibc, musl, servers } = await ask('cart', only('cart.shop.svc.cluster.local'))
    for (const walk of [glibc, musl]) {
      expect(walk).toMatchObject({ end: 'found', winner: 'cart.shop.svc.cluster.local.' })
      expect(lines(walk)).toEqual(['A cart.shop.svc.cluster.local. ok', 'AAAA cart.shop.svc.cluster.local. ok'])
    }
    expect(glibc.queries[0]?.records).toEqual([
      { name: 'cart.shop.svc.cluster.local', type: 'A', ttl: 5, data: '192.0.2.1' },
    ])
    expect(servers.map((it) => [it.pod, it.queries.map((one) => one.answer)])).toEqual([['coredns-1', ['ok', 'ok']]])
  })

  it('goes through the whole list for a name outside, and asks each of its names of each server when none wins', async () => {
    const { glibc, servers } = await ask('api.example.com', () => 'nxdomain')
    expect(glibc).toMatchObject({ end: 'nxdomain', winner: null })
    expect(new Set(glibc.queries.map((it) => it.name))).toEqual(new Set(glibc.candidates))
    expect(glibc.queries).toHaveLength(8)
    expect(servers[0]?.queries).toHaveLength(8)
  })

  it('asks one question for one type, and musl without the list', async () => {
    const { glibc, musl } = await ask('cart', only('cart.shop.svc.cluster.local'), { types: ['SRV'] })
    expect(glibc.candidates).toHaveLength(4)
    expect(musl.candidates).toEqual(['cart.'])
    expect(lines(musl)).toEqual(['SRV cart. nxdomain'])
  })

  it('SERVFAIL: glibc asks twice and goes on with the list; musl asks again at once, then waits its time out', async () => {
    const { glibc, musl } = await ask('cart', (it) =>
      it.name === 'cart.shop.svc.cluster.local' ? 'servfail' : only('cart.svc.cluster.local')(it),
    )
    expect(glibc).toMatchObject({ end: 'found', winner: 'cart.svc.cluster.local.' })
    expect(lines(glibc).filter((it) => it.endsWith('servfail'))).toHaveLength(4)
    expect(musl).toMatchObject({ end: 'timeout', winner: null })
    expect(musl.ms).toBeGreaterThan(900)
    expect(new Set(musl.queries.map((it) => it.name)).size).toBe(1)
  })

  it('silence: glibc leaves out the rest of the list and tries the name itself; musl gives up', async () => {
    const { glibc, musl } = await ask('cart', () => 'silent', { each: false })
    expect([...new Set(glibc.queries.map((it) => it.name))]).toEqual(['cart.shop.svc.cluster.local.', 'cart.'])
    expect(glibc).toMatchObject({ end: 'timeout' })
    expect(glibc.queries).toHaveLength(8)
    expect(glibc.ms).toBeGreaterThan(3900)
    expect(musl).toMatchObject({ end: 'timeout' })
    expect(musl.queries).toHaveLength(4)
    expect(musl.ms).toBeLessThan(glibc.ms)
  })

  it('half an answer: glibc asks again one by one from the same socket, musl the open question alone', async () => {
    const { glibc, musl, seen } = await ask('cart', (it) => {
      if (it.name !== 'cart.shop.svc.cluster.local') return 'nxdomain'
      return it.type === 'AAAA' && it.nth === 1 ? 'silent' : 'answer'
    })
    expect(lines(glibc)).toEqual([
      'A cart.shop.svc.cluster.local. ok',
      'AAAA cart.shop.svc.cluster.local. timeout',
      'A cart.shop.svc.cluster.local. ok',
      'AAAA cart.shop.svc.cluster.local. ok',
    ])
    expect(musl.queries.map((it) => it.type).toSorted()).toEqual(['A', 'AAAA', 'AAAA'])
    expect(glibc.end).toBe('found')
    expect(musl.end).toBe('found')
    expect(seen.length).toBeGreaterThan(6)
  })

  it('a cut answer is fetched over TCP: both questions by glibc, each by musl', async () => {
    const { glibc, musl } = await ask('cart', (it) =>
      it.transport === 'udp' && it.type === 'A' ? 'truncated' : 'answer',
    )
    expect(lines(glibc).slice(2)).toEqual([
      'A/tcp cart.shop.svc.cluster.local. ok',
      'AAAA/tcp cart.shop.svc.cluster.local. ok',
    ])
    expect(lines(musl).slice(2)).toEqual(['A/tcp cart.shop.svc.cluster.local. ok'])
  })

  it('no data for either type: musl stops there, glibc goes on', async () => {
    const { glibc, musl } = await ask('cart', (it) =>
      it.name === 'cart.shop.svc.cluster.local' ? 'foreign-type' : only('cart.svc.cluster.local')(it),
    )
    expect(musl).toMatchObject({ end: 'nodata', winner: null })
    expect(glibc).toMatchObject({ end: 'found', winner: 'cart.svc.cluster.local.' })
  })

  it.each([
    ['single-request', 2],
    ['no-aaaa', 1],
  ])('glibc with %s sends %i queries for a name that is found', async (options, queries) => {
    const { glibc, musl } = await ask('cart', only('cart.shop.svc.cluster.local'), { options })
    expect(glibc.queries).toHaveLength(queries)
    expect(musl.queries).toHaveLength(2)
  })

  it('use-vc asks over TCP', async () => {
    const { glibc } = await ask('cart', only('cart.shop.svc.cluster.local'), { options: 'use-vc' })
    expect(glibc.queries.map((it) => it.transport)).toEqual(['tcp', 'tcp'])
    expect(glibc.end).toBe('found')
  })
})
