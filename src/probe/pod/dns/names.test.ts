import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseResolvConf } from '../../../wire/resolv-conf.ts'
import { dnsResponder, type Responder } from '../../../../test/fakes/dns-responder.ts'
import { names } from './names.ts'
import type { PodRecord } from '../records.ts'
import type { NamesSpec } from '../spec.ts'

let dns: Responder
beforeAll(async () => {
  dns = await dnsResponder(({ name }) => {
    if (name.startsWith('silent')) return 'silent'
    return name.includes('shop.svc') ? 'answer' : 'nxdomain'
  })
})
afterAll(() => dns.close())

async function ask(about: Partial<NamesSpec>) {
  const records: PodRecord[] = []
  const server = { role: 'service', ip: '127.0.0.1', pod: null } as const
  const spec: NamesSpec = {
    servers: [{ server, port: dns.port }],
    names: [],
    outside: [],
    suffixes: [],
    label: 'hopscope-a',
    queriesPerSecond: 100,
    ...about,
  }
  const queries = await names(
    spec,
    (it) => void records.push(it),
    AbortSignal.timeout(20_000),
    parseResolvConf('nameserver 127.0.0.1\nsearch shop.svc.cluster.local corp.example\noptions ndots:5\n'),
  )
  return { queries, records, answers: records.flatMap((it) => (it.t === 'names' ? it.answers : [])) }
}

const service = { kind: 'service', service: { namespace: 'shop', name: 'cart' } } as const

it('tells what a server says to a name, and what search list the pod has', async () => {
  const { records, answers, queries } = await ask({
    names: [{ name: 'cart.shop.svc.cluster.local.', types: ['A'], reason: service }],
    outside: ['example.com'],
  })
  expect(records[0]).toEqual({ t: 'searches', suffixes: ['shop.svc.cluster.local', 'corp.example'], ndots: 5 })
  expect(answers.find((it) => it.reason.kind === 'service')).toMatchObject({
    answer: 'ok',
    rcode: 'NOERROR',
    addresses: ['192.0.2.1'],
    ttl: 5,
  })
  expect(answers.filter((it) => it.reason.kind !== 'service').map((it) => [it.name, it.answer])).toEqual([
    ['example.com.', 'nxdomain'],
    ['example.com.shop.svc.cluster.local.', 'ok'],
    ['hopscope-a.shop.svc.cluster.local.', 'ok'],
    ['example.com.corp.example.', 'nxdomain'],
    ['hopscope-a.corp.example.', 'nxdomain'],
  ])
  expect(queries).toBe(6)
})

it('waits once for a server that says nothing', { timeout: 15_000 }, async () => {
  const question = (name: string) => ({ name, types: ['A'] as const, reason: service })
  const { answers, queries } = await ask({ names: [question('silent.'), question('cart.shop.svc.cluster.local.')] })
  expect(answers.filter((it) => it.reason.kind === 'service').map((it) => it.answer)).toEqual(['timeout'])
  // Two for the silent one, and one for each suffix.
  expect(queries).toBe(4)
})
