import { describe, expect, it } from 'vitest'
import { type Behaviour, dnsResponder } from '../../../../test/fakes/dns-responder.ts'
import { lookup } from './lookup.ts'
import type { ResolverSpec, SeriesSpec } from '../spec.ts'

/** Where everything is answered, a busy machine may take its time; where something is not, the test waits for it. */
const patient: ResolverSpec = { timeoutMs: 10_000, attempts: 2 }
/** Nobody listens below 1024 here; a free port may be somebody's in a moment. */
const closed = 1
const brief: ResolverSpec = { timeoutMs: 1000, attempts: 2 }

async function ask(
  behave: Parameters<typeof dnsResponder>[0],
  { rules = patient, ...over }: Partial<SeriesSpec> & { readonly rules?: ResolverSpec } = {},
) {
  const server = await dnsResponder(behave)
  let sent = 0
  const series: SeriesSpec = {
    server: { role: 'service', ip: '127.0.0.1', pod: null },
    port: server.port,
    transport: 'udp',
    method: 'pair',
    name: 'kubernetes.default.svc.cluster.local.',
    zone: 'cluster',
    count: 1,
    outstanding: 1,
    ...over,
  }
  const result = await lookup(series, rules, (n) => (sent += n)).finally(() => server.close())
  return { result, sent, queries: server.queries }
}

const aaaaFirstLost =
  (lost: number) =>
  (it: { type: string; nth: number }): Behaviour =>
    it.type === 'AAAA' && it.nth <= lost ? 'silent' : 'answer'

// Side by side: they wait for a server that does not answer.
describe.concurrent('a pair over UDP', () => {
  it('asks A and AAAA from one source port at the same time', async () => {
    const { result, sent, queries } = await ask(() => 'answer')
    expect(result).toMatchObject({ a: 'ok', aaaa: 'ok', retries: 0, firstLost: 'none' })
    expect(sent).toBe(2)
    expect(queries.map((it) => it.type)).toEqual(['A', 'AAAA'])
    expect(new Set(queries.map((it) => it.from)).size).toBe(1)
    expect(result.ms).toBeLessThan(patient.timeoutMs)
  })

  it('sends only the lost question again: same port, same ID', async () => {
    const { result, queries } = await ask(aaaaFirstLost(1), { rules: brief })
    expect(result).toMatchObject({ a: 'ok', aaaa: 'ok', retries: 1, firstLost: 'aaaa' })
    expect(queries.map((it) => it.type)).toEqual(['A', 'AAAA', 'AAAA'])
    expect(queries[2]).toEqual(queries[1])
    expect(result.ms).toBeGreaterThanOrEqual(brief.timeoutMs - 1)
  })

  it('gives a question up after two sendings', async () => {
    const { result, sent } = await ask(aaaaFirstLost(9), { rules: brief })
    expect(result).toMatchObject({ a: 'ok', aaaa: 'timeout', retries: 1, firstLost: 'aaaa' })
    expect(sent).toBe(3)
  })

  it('counts silence as the loss of both', async () => {
    const { result, sent } = await ask(() => 'silent', { rules: brief })
    expect(result).toMatchObject({ a: 'timeout', aaaa: 'timeout', retries: 2, firstLost: 'both' })
    expect(sent).toBe(4)
  })

  it.each([
    ['servfail', 'servfail'],
    ['nxdomain', 'nxdomain'],
    ['refused', 'refused'],
    ['truncated', 'truncated'],
  ] as const)('reads %s', async (behaviour, answer) => {
    expect((await ask(() => behaviour)).result).toMatchObject({ a: answer, aaaa: answer, firstLost: 'none' })
  })

  it('asks again over TCP for what was cut off, and takes what comes there', async () => {
    const udp = (then: Behaviour) => ask((it) => (it.transport === 'udp' ? 'truncated' : then))
    expect((await udp('answer')).result).toMatchObject({ a: 'ok', aaaa: 'ok', firstLost: 'none' })
    expect((await udp('servfail')).result).toMatchObject({ a: 'servfail', aaaa: 'servfail' })
    const overUdp = (type: string): Behaviour => (type === 'A' ? 'truncated' : 'nxdomain')
    const { result, queries } = await ask((it) => (it.transport === 'udp' ? overUdp(it.type) : 'answer'))
    expect(result).toMatchObject({ a: 'ok', aaaa: 'nxdomain' })
    expect(queries.map((it) => it.transport)).toEqual(['udp', 'udp', 'tcp', 'tcp'])
  })

  it('tells a name without addresses of one type from one that is not there', async () => {
    const { result } = await ask((it) => (it.type === 'A' ? 'answer' : 'nxdomain'))
    expect(result).toMatchObject({ a: 'ok', aaaa: 'nxdomain' })
  })

  it.each(['foreign-id', 'foreign-name'] as const)('waits on after an answer with a %s', async (behaviour) => {
    expect((await ask((it) => (it.nth === 1 ? behaviour : 'answer'), { rules: brief })).result).toMatchObject({
      a: 'ok',
      aaaa: 'ok',
      firstLost: 'both',
      retries: 2,
    })
  })

  it('takes an ICMP refusal for an end at once', async () => {
    const { result } = await ask(() => 'answer', { port: closed })
    expect(result).toMatchObject({ a: 'unreachable', aaaa: 'unreachable', firstLost: 'none' })
    expect(result.ms).toBeLessThan(patient.timeoutMs)
  })
})

describe.concurrent('one after the other', () => {
  it('asks AAAA when A was answered', async () => {
    const { result, queries } = await ask(() => 'answer', { method: 'sequential' })
    expect(result).toMatchObject({ a: 'ok', aaaa: 'ok' })
    expect(new Set(queries.map((it) => it.from)).size).toBe(1)
  })

  it('never asks it when A was not', async () => {
    const { result, queries } = await ask(() => 'silent', { method: 'sequential', rules: brief })
    expect(result).toMatchObject({ a: 'timeout', aaaa: 'not-asked', firstLost: 'a' })
    expect(new Set(queries.map((it) => it.type))).toEqual(new Set(['A']))
  })
})

describe.concurrent('over TCP', () => {
  it('asks both on one connection', async () => {
    const { result, queries } = await ask(() => 'answer', { transport: 'tcp' })
    expect(result).toMatchObject({ a: 'ok', aaaa: 'ok' })
    expect(new Set(queries.map((it) => it.from)).size).toBe(1)
    expect(queries.every((it) => it.transport === 'tcp')).toBe(true)
  })

  it('sends nothing twice', async () => {
    const { result, sent } = await ask(() => 'silent', { transport: 'tcp', rules: brief })
    expect(result).toMatchObject({ a: 'timeout', aaaa: 'timeout', retries: 0 })
    expect(sent).toBe(2)
  })

  it('takes a refused connection for an end at once', async () => {
    expect((await ask(() => 'answer', { port: closed, transport: 'tcp' })).result).toMatchObject({
      a: 'unreachable',
      aaaa: 'unreachable',
    })
  })
})

describe('a lookup that nobody waits for any more', () => {
  const silent = () => 'silent' as const
  const series = (port: number): SeriesSpec => ({
    server: { role: 'service', ip: '127.0.0.1', pod: null },
    port,
    transport: 'udp',
    method: 'pair',
    name: 'kubernetes.default.svc.cluster.local.',
    zone: 'cluster',
    count: 1,
    outstanding: 1,
  })
  it('ends at once, also where it has just begun', async () => {
    const server = await dnsResponder(silent)
    try {
      const before = AbortSignal.abort()
      expect((await lookup(series(server.port), patient, () => {}, before)).ms).toBeLessThan(5000)
      const stop = new AbortController()
      const asked = lookup(series(server.port), patient, () => stop.abort(), stop.signal)
      expect((await asked).ms).toBeLessThan(5000)
    } finally {
      await server.close()
    }
  })
})
