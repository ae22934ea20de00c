import type { Capture } from '../../src/model/capture.ts'
import { createPcapAnalysis } from '../../src/session/pcap.ts'
import { type Filter, filterText } from '../../src/wire/capture-filter.ts'
import { passes } from '../../src/wire/capture-filter-passes.ts'
import { asIpAddress, type IpAddress } from '../../src/wire/dns-name.ts'
import { pcapngHead, pcapngPacket, pcapngStatistics } from '../../src/wire/pcap/writer.ts'
import { dnsAnswer, dnsQuery, ipv4, tcp, udpBody } from './packets.ts'

const ip = (text: string): IpAddress => {
  const its = asIpAddress(text)
  if (its === null) throw new Error(text)
  return its
}
export const ends = {
  client: ip('10.1.0.5'),
  service: ip('198.19.7.6'),
  server: ip('10.2.0.7'),
  node: ip('172.16.0.1'),
  dns: ip('198.19.0.10'),
  dnsPod: ip('10.3.0.2'),
}

/** What one point did, of six from the client's own device to the server's. */
export interface PointShape {
  /** As shares of the capture's time. */
  readonly from: number
  readonly to: number
  readonly clock: number
  readonly snaplen: number
  readonly filter: Filter | null
  readonly drops: readonly number[]
  readonly saysWhen: boolean
  /** How many segments that follow each other are one there. */
  readonly merges: number
}

export interface Traffic {
  readonly lookups: number
  readonly connections: number
  readonly segments: number
  readonly masked: boolean
  readonly targetPort: 80 | 8080
  readonly ids: 'each' | 'none' | 'anew'
}

/** Which packet, by its number, is lost behind which stage. */
export type Losses = ReadonlyMap<number, number>

interface Sent {
  readonly at: number
  readonly isForth: boolean
  readonly kind: 'query' | 'answer' | 'syn' | 'syn-ack' | 'data' | 'ack'
  readonly sport: number
  readonly id: number
  readonly seq: number
  readonly ack: number
  readonly length: number
  /** Whose server it talks to: the one of the path, or the DNS Service, whose pod stands elsewhere. */
  readonly dns: boolean
  readonly ipId: number
  readonly lostBehind: number
}

const base = 1_700_000_000_000
const segment = 1400

/** Everything that is sent, in order; what is lost is sent again. */
export function sentOf({ lookups, connections, segments }: Traffic, losses: Losses): readonly Sent[] {
  const all: Sent[] = []
  let number = 0
  let ipId = 1
  type Part = Omit<Sent, 'ipId' | 'lostBehind' | 'at'>
  /** The time at which it has come. */
  const send = (at: number, it: Part, again: number): number => {
    const lostBehind = losses.get(number++) ?? 9
    ipId = (ipId % 60_000) + 1
    // An answer is lost with what asks again for it; here whoever sent it sends it again.
    const reaches = it.isForth ? lostBehind >= 5 : lostBehind > 5
    all.push({ ...it, at, ipId, lostBehind })
    return reaches ? at + 1 : send(at + again, it, again)
  }
  const none = { seq: 0, ack: 0, length: 0, id: 0 }
  for (let n = 0; n < lookups; n++) {
    const its = { ...none, sport: 40_000 + n, id: 77 + n, dns: true }
    const came = send(400 + n * 37, { ...its, isForth: true, kind: 'query' }, 600)
    send(came, { ...its, isForth: false, kind: 'answer' }, 600)
  }
  for (let n = 0; n < connections; n++) {
    const its = { ...none, sport: 50_000 + n, dns: false }
    const [seq, theirs] = [3_000_000_000 + n * 7_000_000, 4_294_960_000 + n * 9_000_000]
    let at = send(500 + n * 53, { ...its, isForth: true, kind: 'syn', seq: seq - 1 }, 1000)
    at = send(at, { ...its, isForth: false, kind: 'syn-ack', seq: theirs - 1, ack: seq }, 1000)
    at = send(at, { ...its, isForth: true, kind: 'data', seq, ack: theirs, length: 120 }, 250)
    for (let part = 0; part < segments; part++) {
      const data = { ...its, kind: 'data' as const, isForth: false, seq: theirs + part * segment, ack: seq + 120 }
      send(at + part * 0.1, { ...data, length: segment }, 250)
    }
  }
  return all.toSorted((one, other) => one.at - other.at)
}

function tuple(it: Sent, stage: number, { masked, targetPort }: Traffic) {
  const isTurned = stage >= 2
  const client = isTurned && masked ? ends.node : ends.client
  const [ofPath, ofDns] = isTurned ? [ends.server, ends.dnsPod] : [ends.service, ends.dns]
  const server = it.dns ? ofDns : ofPath
  const ofService = isTurned ? targetPort : 80
  const port = it.dns ? 53 : ofService
  return it.isForth
    ? { src: client, dst: server, sport: it.sport, dport: port }
    : { src: server, dst: client, sport: port, dport: it.sport }
}

function packetOf(it: Sent, stage: number, traffic: Traffic, random: number): Buffer {
  const { src: from, dst: to, sport, dport } = tuple(it, stage, traffic)
  const ids = { each: it.ipId, none: 0, anew: 1 + ((it.ipId * 31 + random * 977) % 65_000) }
  const ipId = ids[traffic.ids]
  const name = 'cart.shop.svc.cluster.local'
  if (it.kind === 'query' || it.kind === 'answer') {
    const payload = it.kind === 'query' ? dnsQuery(it.id, name) : dnsAnswer(it.id, name)
    return ipv4(from, to, 17, udpBody({ from, to, sport, dport, payload }), { ipId })
  }
  const flags = { syn: 'S', 'syn-ack': 'SA', data: 'PA', ack: 'A' }[it.kind]
  const [seq, ack] = [it.seq % 2 ** 32, it.ack % 2 ** 32]
  return tcp({ from, to, sport, dport, flags, seq, ack, ipId, payload: Buffer.alloc(it.length) })
}

/** Segments that follow each other as one, as offloads hand them over. */
function merged(all: readonly Sent[], most: number): readonly Sent[] {
  const out: Sent[] = []
  const sizes: number[] = []
  for (const it of all) {
    const before = out.at(-1)
    const parts = sizes.at(-1) ?? 0
    const follows =
      before?.kind === 'data' &&
      it.kind === 'data' &&
      before.sport === it.sport &&
      before.isForth === it.isForth &&
      before.seq + before.length === it.seq &&
      it.at - before.at < 5
    if (before !== undefined && follows && parts < most) {
      out[out.length - 1] = { ...before, length: before.length + it.length }
      sizes[sizes.length - 1] = parts + 1
    } else {
      out.push(it)
      sizes.push(1)
    }
  }
  return out
}

/** What a point of this path is told to take, as `hopscope capture --peer` tells it. */
function usualFilter(stage: number): Filter {
  const host = (address: IpAddress): Filter => ({ op: 'net', side: null, address, bits: 32 })
  const hosts = {
    pod: [ends.server, ends.service],
    node: [ends.client, ends.server, ends.service],
    server: [ends.client, ends.node],
  }
  const beyond = stage < 4 ? hosts.node : hosts.server
  const at = stage < 2 ? hosts.pod : beyond
  return { op: 'or', parts: [...at.map(host), { op: 'protocol', name: 'icmp' }] }
}

export function capturedPath(traffic: Traffic, points: readonly PointShape[], losses: Losses = new Map()): Capture {
  const sent = sentOf(traffic, losses)
  const until = Math.max(...sent.map((it) => it.at)) + 1500
  const analysis = createPcapAnalysis({}, 'capture')
  const moves = traffic.targetPort === 80 ? 'none' : '80 8080'
  analysis.push(
    pcapngHead(
      points.map(({ filter, snaplen }, stage) => ({
        name: `p${stage}`,
        comment:
          `x; stages ${stage}; hears ${stage < 2 ? 'all' : `${ends.server} ${ends.service}`}; leads ${ends.service}; ` +
          `masks ${ends.node}; moves ${moves}`,
        filter: filterText(filter ?? usualFilter(stage)),
        link: 101,
        snaplen,
      })),
      'a test',
    ),
  )
  const written = points.flatMap((point, stage) => {
    const there = merged(
      sent.filter(
        (it) =>
          !(it.dns && stage >= 3) && (it.isForth ? it.lostBehind >= stage : it.lostBehind > 5 || it.lostBehind < stage),
      ),
      point.merges,
    )
    const taken = there.filter((it) => {
      const its = { ...tuple(it, stage, traffic), protocol: it.dns ? ('udp' as const) : ('tcp' as const) }
      const isTurning = it.kind === 'syn' || it.kind === 'syn-ack'
      const isHere = it.at >= point.from * until && it.at <= point.to * until
      return isHere && passes(point.filter ?? usualFilter(stage), { ...its, isTurning }) === true
    })
    const dropped = new Set(point.drops.filter((it) => it < taken.length))
    const kept = taken.filter((_, index) => !dropped.has(index))
    return [{ stage, point, kept, dropped: dropped.size }]
  })
  const packets = written
    .flatMap(({ stage, point, kept }) =>
      kept.map((it) => {
        const bytes = packetOf(it, stage, traffic, stage)
        // A hundredth of a millisecond from point to point.
        const time = base + it.at + (it.isForth ? stage : 5 - stage) * 0.01 + point.clock
        return { point: stage, time, length: bytes.length, bytes: bytes.subarray(0, point.snaplen) }
      }),
    )
    .toSorted((one, other) => one.time - other.time)
  for (const it of packets) analysis.push(pcapngPacket(it))
  for (const { stage, point, dropped } of written) {
    if (!point.saysWhen && dropped === 0) continue
    const [from, to] = [base + point.from * until + point.clock, base + point.to * until + point.clock]
    analysis.push(pcapngStatistics({ point: stage, dropped, from, to }))
  }
  return analysis.end().capture
}
