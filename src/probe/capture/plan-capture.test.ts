import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { dnsAnswer, dnsQuery, ipv4, udpBody } from '../../../test/build/packets.ts'
import { createPcapAnalysis } from '../../session/pcap.ts'
import { readFilter } from '../../wire/capture-filter.ts'
import type { IpAddress } from '../../wire/dns-name.ts'
import type { PodUid } from '../../wire/node-names.ts'
import { pcapngHead, pcapngPacket, pcapngStatistics } from '../../wire/pcap/writer.ts'
import {
  type CaptureWish,
  commentOf,
  type End,
  filterOf,
  planCapture,
  type PointPlan,
  withoutMissing,
} from './plan-capture.ts'

const vip = '10.96.0.10' as IpAddress
const end = (name: string, node: string, address: string, hostNetwork = false): End => ({
  namespace: 'shop',
  name,
  uid: '11111111-2222-3333-4444-555555555555' as PodUid,
  node,
  addresses: [address as IpAddress],
  hostNetwork,
})
const client = end('web', 'n0', '10.1.0.5')
const wish = (its: Partial<CaptureWish>): CaptureWish => ({
  client,
  servers: [],
  serviceAddresses: [],
  movedPorts: [],
  nodeAddresses: ['192.0.2.10' as IpAddress],
  places: new Set(['client', 'node', 'server']),
  filter: null,
  snaplen: 256,
  ...its,
})
const pointsOf = (its: Partial<CaptureWish>): readonly PointPlan[] => {
  const plan = planCapture(wish(its))
  if (plan.kind === 'refused') throw new Error(plan.why)
  return plan.points
}
const dns = readFilter('port 53')
const filter = dns.kind === 'filter' ? dns.filter : null

describe('where packets are taken', () => {
  const far = end('dns-a', 'n1', '10.1.1.2')
  const near = end('dns-b', 'n0', '10.1.0.2')
  test.each<{ readonly it: string; readonly given: Partial<CaptureWish>; readonly expected: readonly string[] }>([
    { it: 'a client alone', given: { places: new Set(['client']) }, expected: ['client 0'] },
    {
      it: 'a client and its node',
      given: { places: new Set(['client', 'node']) },
      expected: ['client 0', 'client-veth 1', 'client-node 2'],
    },
    {
      it: 'one server on another node',
      given: { servers: [far] },
      expected: ['client 0', 'client-veth 1', 'client-node 2', 'server-node 3', 'server-veth 4', 'server 5'],
    },
    {
      it: 'a server beside the client: no uplink of its own',
      given: { servers: [near] },
      expected: ['client 0', 'client-veth 1', 'client-node 2', 'server-veth 2 3 4', 'server 5'],
    },
    {
      it: 'without the server a server beside the client is looked at all the same',
      given: { servers: [near, far], places: new Set(['client', 'node']) },
      expected: ['client 0', 'client-veth 1', 'client-node 2', 'server-veth-1 2 3 4'],
    },
    {
      it: 'a client in the network of its node',
      given: { client: end('agent', 'n0', '192.0.2.10', true), servers: [far] },
      expected: ['client-node 2', 'server-node 3', 'server-veth 4', 'server 5'],
    },
    {
      it: 'a server in the network of its node',
      given: { servers: [end('dns-c', 'n1', '192.0.2.11', true)] },
      expected: ['client 0', 'client-veth 1', 'client-node 2', 'server-node 3'],
    },
  ])('$it', ({ given, expected }) =>
    expect(pointsOf(given).map((it) => `${it.name} ${it.stages.join(' ')}`)).toEqual(expected),
  )

  test('addresses may be replaced on a node: what a user filters by is not narrowed there', () => {
    const texts = new Map(pointsOf({ servers: [far], filter }).map((it) => [it.name, filterOf(it)]))
    expect(texts.get('client')).toBe('port 53')
    expect(texts.get('server')).toBe('port 53')
    expect(texts.get('client-node')).toBe('(port 53) and (not ((tcp port 10250) or (tcp port 8132)))')
  })

  test('what a missing point may have seen is expected at no other', () => {
    const all = pointsOf({ servers: [near, far], serviceAddresses: [vip], filter })
    const missing = all.filter((it) => it.name === 'server-veth-1')
    const left = withoutMissing(
      all.filter((it) => !missing.includes(it)),
      missing,
    )
    expect(left.find((it) => it.name === 'client-node')?.hears).toEqual(['10.1.1.2'])
    expect(left.find((it) => it.name === 'client-veth')?.hears).toBeNull()
  })
})

const places = fc
  .array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 3 })
  .map((nodes) => nodes.map((node, index) => end(`dns-${index}`, `n${node}`, `10.1.${node}.${20 + index}`)))
const journeys = places.chain((servers) =>
  fc.record({
    servers: fc.constant(servers),
    skews: fc.tuple(fc.constant(0), fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -3000, max: 3000 })),
    exchanges: fc.array(
      fc.record({
        server: fc.nat({ max: servers.length - 1 }),
        lost: fc.option(fc.record({ hop: fc.integer({ min: 1, max: 5 }), way: fc.constantFrom('forth', 'back') }), {
          freq: 3,
        }),
      }),
      { minLength: 12, maxLength: 30 },
    ),
  }),
)

interface Exchange {
  readonly server: number
  readonly lost: { readonly hop: number; readonly way: string } | null
}

interface Seen {
  readonly point: number
  readonly time: number
  readonly exchange: number
  readonly bytes: Uint8Array
}

/** One query and its answer at each point that they come to. */
function packetsOf(
  { server, lost }: Exchange,
  index: number,
  it: { readonly points: readonly PointPlan[]; readonly to: End },
): readonly Seen[] {
  const { points, to: its } = it
  const way = wayTo(points, its)
  const at = 100_000 + 100 * index
  const [from, to] = ['10.1.0.5', its.addresses[0] ?? '']
  const hop = lost === null ? 99 : Math.min(lost.hop, way.length - 1)
  const ends = { from, to, sport: 2000 + index, dport: 53 }
  const question = udpBody({ ...ends, payload: dnsQuery(index + 1, `s${server}.shop`) })
  const reply = udpBody({ ...ends, sport: 53, dport: ends.sport, payload: dnsAnswer(index + 1, `s${server}.shop`) })
  return way.flatMap((point, step) => {
    const isBefore = (points[point]?.stages[0] ?? 0) < 2
    const [address, common] = [isBefore ? vip : to, { ipId: index + 1, ttl: isBefore ? 64 : 63 }]
    const isThere = lost?.way !== 'forth' || step < hop
    const isBack = lost === null || (lost.way === 'back' && step >= hop)
    const forth = { point, exchange: index, time: at + step, bytes: ipv4(from, address, 17, question, common) }
    const back = { point, exchange: index, time: at + 30 - step, bytes: ipv4(address, from, 17, reply, common) }
    return [...(isThere ? [forth] : []), ...(isBack ? [back] : [])]
  })
}

const wayTo = (points: readonly PointPlan[], server: End): readonly number[] =>
  points.flatMap((it, at) => (isOnTheWay(it, server) ? [at] : []))

test('whatever is lost between two points of a path is told to be lost there, and nothing else is', () => {
  let losses = 0
  fc.assert(
    fc.property(journeys, ({ servers, skews, exchanges }) => {
      const points = pointsOf({ servers, serviceAddresses: [vip], filter })
      const skewOf = (index: number): number => skews[Number(points[index]?.node.slice(1) ?? 0)] ?? 0
      // One that is well to each server comes first: by it the clocks are known.
      const all: readonly Exchange[] = [...servers.map((_, server) => ({ server, lost: null })), ...exchanges]
      const serverOf = (exchange: number): End => servers[all[exchange]?.server ?? 0] ?? client
      const packets = all
        .flatMap((it, index) => packetsOf(it, index, { points, to: serverOf(index) }))
        .map((it) => ({ ...it, time: it.time + skewOf(it.point) }))
        .toSorted((one, other) => one.time - other.time)
      const name = (point: number | undefined): string => points[point ?? -1]?.name ?? '?'
      const expected = all.flatMap(({ lost }, index) => {
        if (lost === null) return []
        const way = wayTo(points, serverOf(index))
        const hop = Math.min(lost.hop, way.length - 1)
        const [one, other] = [name(way[hop - 1]), name(way[hop])]
        return [lost.way === 'forth' ? `query ${one} > ${other}` : `answer ${other} > ${one}`]
      })
      losses += expected.length

      const { comparisons } = analysed(points, packets, skewOf)
      const told = comparisons.flatMap(({ gone }) => gone)
      expect(told.reduce((sum, it) => sum + it.count, 0)).toBe(expected.length)
      // Of each kind the first six have their numbers.
      const seen = told.flatMap((it) =>
        it.packets.map((number) => {
          const its = packets[number - 1]
          const way = wayTo(points, serverOf(its?.exchange ?? 0))
          const next = way[way.indexOf(its?.point ?? -1) + (it.what === 'query' ? 1 : -1)]
          return `${it.what} ${name(its?.point)} > ${name(next)}`
        }),
      )
      expect(new Set(seen)).toEqual(new Set(expected))
      for (const trail of told.flatMap((it) => it.trails)) expect(trail.map((it) => it.packet)).toContain(null)
    }),
    { numRuns: runs(150) },
  )
  expect(losses).toBeGreaterThan(50)
})

function analysed(
  points: readonly PointPlan[],
  packets: readonly Seen[],
  skewOf: (index: number) => number,
): ReturnType<ReturnType<typeof createPcapAnalysis>['end']>['capture'] {
  const analysis = createPcapAnalysis({}, 'x')
  const described = points.map((it) => ({
    name: it.name,
    comment: commentOf(it, 'eth0'),
    filter: filterOf(it),
    link: 101,
    snaplen: 256,
  }))
  analysis.push(pcapngHead(described, 'hopscope'))
  for (const it of packets) analysis.push(pcapngPacket({ ...it, length: it.bytes.length }))
  for (const index of points.keys()) {
    const listened = { from: 90_000 + skewOf(index), to: 200_000 + skewOf(index) }
    analysis.push(pcapngStatistics({ point: index, dropped: 0, ...listened }))
  }
  return analysis.end().capture
}

function isOnTheWay({ at, node, stages }: PointPlan, server: End): boolean {
  if (at.kind !== 'uplink') return at.end === client || at.end.name === server.name
  if (server.node === client.node) return false
  return stages[0] === 2 ? node === client.node : node === server.node
}
