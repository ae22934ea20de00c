import { expect, it } from 'vitest'
import { virtualClock } from '../../../../test/build/load-world.ts'
import { canary } from './canary.ts'
import { dnsResponder } from '../../../../test/fakes/dns-responder.ts'
import type { LookupRow } from '../records.ts'

it('looks up at its beat, tells each lookup at once', async () => {
  const server = await dnsResponder(() => 'answer')
  const rows: LookupRow[] = []
  const series = {
    server: { role: 'service' as const, ip: '127.0.0.1', pod: null },
    port: server.port,
    transport: 'udp' as const,
    method: 'pair' as const,
    name: 'a.test.',
    zone: 'cluster' as const,
    count: 0,
    outstanding: 1,
  }
  const clock = virtualClock()
  // Until 240 ms have passed, a lookup each 50: at 0, 50, 100, 150 and 200, however long the server takes.
  const ended = await clock.until(
    canary(
      { kind: 'canary', series, everyMs: 50, forMs: 240 },
      (record) => record.t === 'lookups' && rows.push(...record.rows),
      clock.now(),
      clock,
    ),
  )
  await server.close()
  expect(rows.map(([at]) => at).toSorted((a, b) => a - b)).toEqual([0, 50, 100, 150, 200])
  expect(ended).toEqual({ lookups: rows.length, queries: 2 * rows.length })
  expect(rows.every(([, , a, aaaa]) => a === 'ok' && aaaa === 'ok')).toBe(true)
})
