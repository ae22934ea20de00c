import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { cpuTrouble, cpuWatch } from './cpu-watch.ts'

const at = (share: number | null): [{ readonly pod: string; readonly limitMilli: number; readonly share: number | null }] => [{ pod: 'coredns-a', limitMilli: 100, share }]

it.each([
  { it: 'room before, full now', before: at(0.4), now: at(0.95), why: 'coredns-a uses 95 % of its CPU limit of 100m, 40 % before the probe' },
  { it: 'full before: a fault that was there is no decline', before: at(0.95), now: at(1), why: null },
  { it: 'busier, with room left', before: at(0.2), now: at(0.8), why: null },
  { it: 'not seen before', before: at(null), now: at(1), why: null },
  { it: 'not seen now', before: at(0.2), now: at(null), why: null },
])('$it', ({ before, now, why }) => expect(cpuTrouble(before, now)).toBe(why))

it('sees a server run into its limit by its own counter, and looks at none without a limit', async () => {
  const began = performance.now()
  // Nothing for 2 s, then as much as the limit of 100m gives.
  const server = createServer((_, reply) => reply.end(`process_start_time_seconds 1\ncoredns_dns_requests_total 1\nprocess_cpu_seconds_total ${Math.max(0, performance.now() - began - 2000) * 1e-4}\n`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const spec = { pod: 'coredns-a', ip: '127.0.0.1', port: (server.address() as AddressInfo).port }
  expect(await cpuWatch([spec], true)).toBeNull()
  const watch = await cpuWatch([{ ...spec, cpuLimitMilli: 100 }], true)
  expect(watch?.why()).toBeNull()
  await expect.poll(() => watch?.why() ?? '', { timeout: 8000 }).toMatch(/of its CPU limit of 100m, \d+ % before the probe/)
  watch?.end()
  server.close()
})
