import { expect, test } from 'vitest'
import { model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import type { DnsProbe, Lookup } from '../../model/lookups.ts'
import { dnsPaths } from './dns-paths.ts'
import { paint } from '../paint.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const fine: Lookup = { at: 0, ms: 0.8, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }
const late: Lookup = { ...fine, ms: 5001, retries: 1, firstLost: 'aaaa' }

const probe: DnsProbe = {
  from: { namespace: 'shop', labels: {} },
  nodes: ['worker-1'],
  missing: [],
  series: [
    {
      node: 'worker-1',
      server: { role: 'endpoint', ip: '10.0.0.2', pod: 'coredns-a' },
      transport: 'udp',
      method: 'pair',
      libc: null,
      name: 'x.',
      zone: 'cluster',
      lookups: [fine, fine],
    },
    {
      node: 'worker-1',
      server: { role: 'service', ip: '10.96.0.10', pod: null },
      transport: 'udp',
      method: 'pair',
      libc: null,
      name: 'x.',
      zone: 'cluster',
      lookups: [fine, late, fine, fine],
    },
  ],
  queriesSent: 12,
  cap: { queriesPerSecondPerNode: 100, lookupsPerSeries: 100 },
  stopped: null,
}

test('one line a path, the Service first, and what was not read is said', () => {
  expect(dnsPaths(model({ dnsProbe: known(probe) }), plain).join('\n')).toMatchInlineSnapshot(`
    "node      path                how       names    lookups      lost      p50      p99      max
    worker-1  Service 10.96.0.10  udp pair  cluster        4  1 (25 %)  0.80 ms   5.00 s   5.00 s
              coredns-a           udp pair  cluster        2         0  0.80 ms  0.80 ms  0.80 ms

    conntrack counters: not read (needs --node-access)
    CoreDNS's own metrics: not read (needs --probe)
    DNS servers' logs: not read (needs --probe)

    application pods: not looked into (needs --probe)"
  `)
})

test('without a probe there is no table', () => {
  expect(dnsPaths(model({}), plain)).toEqual([])
})
