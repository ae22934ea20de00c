import { createSocket, type RemoteInfo } from 'node:dgram'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { LoadEnd, LoadStep } from '../../model/load.ts'
import { dnsLoad } from './dns-load.ts'

interface Behaviour {
  /** Asked for each query. */
  readonly drops: () => boolean
  /** How long /metrics takes. */
  readonly metricsMs?: () => number
  readonly onStep?: (step: LoadStep) => void
}

/** A server that answers DNS and /metrics on 127.0.0.1, and a load of 100 queries a second on it. */
async function loaded({ drops, metricsMs = () => 0, onStep = () => {} }: Behaviour): Promise<{ readonly end: LoadEnd; readonly received: () => number }> {
  let received = 0
  const udp = createSocket('udp4')
  udp.on('message', (query: Buffer, peer: RemoteInfo) => {
    received += 1
    if (drops()) return
    const answer = Buffer.from(query)
    answer[2] = 0x81
    answer[3] = 0x80
    udp.send(answer, peer.port, peer.address)
  })
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const http = createServer((_request, response) => void setTimeout(() => response.end(`process_start_time_seconds 1\nprocess_cpu_seconds_total 1\ncoredns_dns_requests_total ${received}\n`), metricsMs()))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const ends: LoadEnd[] = []
  const { port } = http.address() as AddressInfo
  await dnsLoad(
    {
      kind: 'load', servers: [{ pod: 'coredns-1', ip: '127.0.0.1', port, dnsPort: udp.address().port, cpuLimitMilli: null }], name: 'kubernetes.default.svc.cluster.local.',
      rate: 100, p99Ms: 250, socketsPerServer: 2, outstandingPerServer: 100, canaryPerSecond: 10, timeoutMs: 200, stepMs: 1000, budgetMs: 20_000,
    },
    (record) => {
      if (record.t === 'load-step') onStep(record.step)
      if (record.t === 'load-end') ends.push(record.end)
    },
  ).finally(() => {
    udp.close()
    http.close()
    http.closeAllConnections()
  })
  const [end] = ends
  if (end === undefined) throw new Error('no end')
  return { end, received: () => received }
}

describe.concurrent('a load', () => {
  it('reaches its target where nothing is lost', async () => {
    expect((await loaded({ drops: () => false })).end).toMatchObject({ kind: 'reached' })
  })

  it('does not say so when a query of its last moments is lost, which shows after the time-out', async () => {
    let lastFrom = Infinity
    let dropped = false
    const drops = (): boolean => (dropped || performance.now() < lastFrom + 850 ? false : (dropped = true))
    const { end } = await loaded({ drops, onStep: ({ asked }) => void (asked === 75 ? (lastFrom = performance.now()) : 0) })
    expect(dropped).toBe(true)
    expect(end).toMatchObject({ kind: 'harm', why: expect.stringContaining('lost 1 of') })
  })

  it('sees what is lost while the metrics are read, and stops sending then', async () => {
    let steps = 0
    let reads = 0
    let silent = false
    // The second reading is that of the first step with load.
    const metricsMs = (): number => ((reads += 1) === 3 ? ((silent = true), 1800) : 0)
    const { end, received } = await loaded({ drops: () => silent, metricsMs, onStep: () => void (steps += 1) })
    expect(steps).toBe(2)
    expect(end).toMatchObject({ kind: 'harm', why: expect.stringMatching(/lost \d+ of .* at 50 queries/) })
    // 1 s of load and 0.3 s until it shows, not all of the 1.8 s of the reading; the canary goes on.
    expect(received()).toBeLessThan(125)
  })
})
