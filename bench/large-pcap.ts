import { closeSync, openSync, writeSync } from 'node:fs'
import { dnsAnswer, dnsQuery, tcp, udp } from '../test/build/packets.ts'
import { random } from '../test/fuzz/inputs.ts'

/**
 * Writes a capture of so many packets, the same each time: A and AAAA from one socket as glibc sends them, of 5000
 * clients and 200 names, 2 % of the answers missing, and one connection among twenty lookups.
 */
export function writeLargePcap(path: string, packets: number): void {
  const from = random(1)
  const file = openSync(path, 'w')
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt32LE(0x00040002, 4)
  head.writeUInt32LE(262_144, 16)
  head.writeUInt32LE(1, 20)
  writeSync(file, head)
  // Whole packets, of which a copy differs in addresses, ports and ids: to build each anew takes minutes.
  const templates = Array.from({ length: 200 }, (_, index) => {
    const name = `svc-${index}.team-${index % 17}.svc.cluster.local`
    const ends = { from: '10.0.0.1', to: '198.19.0.10', sport: 1, dport: 53 }
    const back = { from: ends.to, to: ends.from, sport: 53, dport: 1 }
    return (['A', 'AAAA'] as const).map((type) => ({
      query: udp({ ...ends, payload: dnsQuery(0, name, type) }),
      answer: udp({ ...back, payload: dnsAnswer(0, name, { type }) }),
    }))
  })
  const toServer = { from: '10.0.0.1', to: '198.19.0.20', sport: 1, dport: 80 }
  const opening = ['S', 'SA', 'A'].map((flags) =>
    tcp({
      ...(flags === 'SA' ? { from: '198.19.0.20', to: '10.0.0.1', sport: 80, dport: 1 } : toServer),
      flags,
      ...(flags === 'A' ? {} : { mss: 1460 }),
    }),
  )
  const out = Buffer.alloc(1 << 20)
  let at = 0
  let us = 0
  const written = { packets: 0 }
  const put = (packet: Buffer, isBack: boolean, client: number, [port, id]: readonly [number, number | null]): void => {
    if (written.packets >= packets) return
    written.packets++
    us += from.below(30)
    const length = 14 + packet.length
    if (at + length + 16 > out.length) {
      writeSync(file, out, 0, at)
      at = 0
    }
    out.writeUInt32LE(1_760_000_000 + Math.floor(us / 1e6), at)
    out.writeUInt32LE(us % 1_000_000, at + 4)
    out.writeUInt32LE(length, at + 8)
    out.writeUInt32LE(length, at + 12)
    out.fill(2, at + 16, at + 28)
    out.writeUInt16BE(0x0800, at + 28)
    const ip = at + 30
    packet.copy(out, ip)
    out.writeUInt32BE(0x0a000000 + client, ip + (isBack ? 16 : 12))
    out.writeUInt16BE(port, ip + (isBack ? 22 : 20))
    if (id !== null) out.writeUInt16BE(id, ip + 28)
    at += 16 + length
  }
  while (written.packets < packets) {
    const client = from.below(5000)
    const port = 32_768 + from.below(28_000)
    const pair = from.of(templates)
    const ids = [from.below(65_536), from.below(65_536)]
    for (const [index, it] of pair.entries()) put(it.query, false, client, [port, ids[index] ?? 0])
    for (const [index, it] of pair.entries())
      if (from.below(100) >= 2) put(it.answer, true, client, [port, ids[index] ?? 0])
    if (from.below(20) > 0) continue
    for (const [index, it] of opening.entries()) put(it, index === 1, client, [port, null])
  }
  writeSync(file, out, 0, at)
  closeSync(file)
}
