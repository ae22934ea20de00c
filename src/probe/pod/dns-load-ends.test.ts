import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { LoadEnd, LoadStep } from '../../model/load.ts'
import { dnsLoad } from './dns-load.ts'
import type { LoadSpec } from './spec.ts'

interface Behaviour {
  /** Milliseconds until the nth query is answered; null = never. */
  readonly delay?: (nth: number) => number | null
  /** CPU seconds that the metrics tell for so many queries. */
  readonly cpu?: (queries: number) => number
  /** Queries that others ask each second, by the metrics. */
  readonly others?: number
  readonly metrics?: boolean
}

/** A DNS server over UDP with CoreDNS's metrics over HTTP, as far as the load looks at them. */
async function server({ delay = () => 0, cpu = () => 0, others = 0, metrics = true }: Behaviour): Promise<{ readonly server: LoadSpec['servers'][number]; readonly close: () => void }> {
  let count = 0
  let open = true
  const began = performance.now()
  const udp: Socket = createSocket('udp4')
  udp.on('message', (query: Buffer, peer: RemoteInfo) => {
    const wait = delay(++count)
    const bytes = Buffer.from(query)
    bytes[2] = 0x81
    if (wait === null) return
    if (wait === 0) udp.send(bytes, peer.port, peer.address)
    else setTimeout(() => open && udp.send(bytes, peer.port, peer.address), wait)
  })
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const http: Server = createServer((_, reply) => {
    const all = count + (others * (performance.now() - began)) / 1000
    if (metrics) reply.end(`process_start_time_seconds 1\nprocess_cpu_seconds_total ${cpu(all)}\ncoredns_dns_requests_total ${all}\ncoredns_dns_responses_total{rcode="NOERROR"} ${all}\n`)
    else reply.writeHead(403).end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    open = false
    udp.close()
    http.close()
  }
  return { server: { pod: 'coredns-a', ip: '127.0.0.1', port: (http.address() as AddressInfo).port, dnsPort: udp.address().port, cpuLimitMilli: 100 }, close }
}

async function run(behaviour: Behaviour, about: Partial<LoadSpec> = {}): Promise<{ readonly end: LoadEnd; readonly steps: readonly LoadStep[] }> {
  const steps: LoadStep[] = []
  let end: LoadEnd | null = null
  const asked = await server(behaviour)
  const spec: LoadSpec = { kind: 'load', servers: [asked.server], name: 'kubernetes.default.svc.cluster.local.', rate: 200, p99Ms: 250, socketsPerServer: 2, outstandingPerServer: 20, canaryPerSecond: 10, timeoutMs: 300, stepMs: 300, budgetMs: 20_000, ...about }
  await dnsLoad(spec, (record) => {
    if (record.t === 'load-step') steps.push(record.step)
    if (record.t === 'load-end') end = record.end
  }).finally(asked.close)
  if (end === null) throw new Error('no end')
  return { end, steps }
}

// On a busy machine this process itself is late, which a load rightly calls harm or its own fault: hence the second tries.
describe.concurrent('how a load ends', { retry: 2 }, () => {
  it('climbs to the target, and not past it', async () => {
    const { end, steps } = await run({}, { timeoutMs: 2000, p99Ms: 2000 })
    expect(end.kind).toBe('reached')
    const asked = steps.map((it) => it.asked)
    expect(asked.slice(0, 2)).toEqual([0, 50])
    expect(asked.at(-1)).toBe(200)
    expect(asked.every((it, i) => it <= Math.max(50, 1.51 * (asked[i - 1] ?? 0)))).toBe(true)
  })

  it('ends at the first loss, within its step, and sends nothing more', async () => {
    const { end, steps } = await run({ delay: (nth) => (nth === 60 ? null : 0) }, { rate: 5000, stepMs: 3000 })
    expect(end.kind).toBe('harm')
    expect(end.why).toMatch(/lost 1 of/)
    expect(steps.at(-1)?.load.ms).toBeLessThan(2500)
  })

  it('finds the ceiling of a server that answers so many at a time, without a loss', async () => {
    // 20 under way, 40 ms each: 500 a second.
    const { end } = await run({ delay: () => 40 }, { rate: 5000, stepMs: 500 })
    expect(end).toMatchObject({ kind: 'saturated' })
    expect(end.carried).toBeGreaterThan(150)
    expect(end.carried).toBeLessThan(520)
  })

  it('loads nothing on a server that others keep at its CPU limit', async () => {
    const { end, steps } = await run({ others: 1000, cpu: (queries) => queries * 95e-6 })
    expect(end.kind).toBe('harm')
    expect(end.why).toMatch(/9\d % of its CPU limit of 100m, and others ask it too, before any load/)
    expect(steps).toHaveLength(1)
  })

  it('does not start where it could not see the servers', async () => {
    const { end, steps } = await run({ metrics: false })
    expect(end).toMatchObject({ kind: 'blind', carried: 0 })
    expect(end.why).toContain('HTTP 403')
    expect(steps.every((it) => it.asked === 0)).toBe(true)
  })
})
