import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hello } from '../../test/build/crowded-capture.ts'
import { runs } from '../../test/build/effort.ts'
import { dnsAnswer, dnsQuery, type Frame, icmpError, pcapngOf, tcp, udp } from '../../test/build/packets.ts'
import { expectClean, forged, hopscope, scratch } from '../../test/build/program.ts'

/*
 * Names in packets are chosen by whoever sent them: of DNS any byte, of TLS and HTTP any text, of an interface what the
 * capture's author likes. The real program prints none that a terminal obeys, in any format.
 */

const out = { from: '10.0.0.1', to: '10.0.0.2', sport: 9000, dport: 53 }
const back = { from: '10.0.0.2', to: '10.0.0.1', sport: 53, dport: 9000 }
const evil = Buffer.from(forged)

/** A name of as many labels, of bytes that no name has. */
function labels(message: Buffer, bytes: Uint8Array): Buffer {
  const made = Buffer.from(message)
  for (let at = 13; at < 13 + 60; at++) made[at] = bytes[(at - 13) % bytes.length] ?? 0
  return made
}

function hostileFrames(bytes: Uint8Array): readonly Frame[] {
  const query = labels(dnsQuery(1, `${'a'.repeat(60)}.shop`), bytes)
  const answer = labels(dnsAnswer(1, `${'a'.repeat(60)}.shop`, { rcode: 2 }), bytes)
  const words = [...bytes].map((it) => String.fromCodePoint(it)).join('')
  const web = { from: '10.0.0.1', to: '10.0.0.3', sport: 9001, dport: 443 }
  const webBack = { from: '10.0.0.3', to: '10.0.0.1', sport: 443, dport: 9001 }
  const plain = { ...web, sport: 9002, dport: 80 }
  return [
    { at: 0, ip: udp({ ...out, payload: query }) },
    { at: 5000, ip: udp({ ...out, payload: query, ipId: 3 }) },
    { at: 5001, ip: udp({ ...back, payload: answer }) },
    { at: 5002, ip: udp({ ...out, sport: 9005, payload: bytes }) },
    { at: 5003, ip: tcp({ ...web, flags: 'PA', seq: 1, payload: hello(`${words}.example`) }) },
    { at: 5004, ip: tcp({ ...webBack, flags: 'PA', seq: 1, payload: Buffer.from([21, 3, 3, 0, 2, 2, 40]) }) },
    { at: 5005, ip: tcp({ ...plain, flags: 'PA', seq: 1, payload: Buffer.from(`GET /${words} HTTP/1.1\r\n\r\n`) }) },
    {
      at: 5006,
      ip: tcp({
        ...webBack,
        sport: 80,
        dport: 9002,
        flags: 'PA',
        seq: 1,
        payload: Buffer.from(`HTTP/1.1 503 ${words}\r\n\r\n`),
      }),
    },
    { at: 5007, ip: icmpError('10.0.0.9', '10.0.0.1', [3, 3], udp({ ...out, payload: query })) },
  ]
}

const formats: readonly (readonly string[])[] = [
  [],
  ['-v'],
  ['-o', 'json'],
  ['-o', 'yaml'],
  ['-o', 'markdown'],
  ['-o', 'junit'],
  ['-o', 'html'],
]

test('names of any byte in packets, interfaces and comments are printed as text, in each format', async () => {
  const folder = scratch()
  const file = join(folder, 'evil.pcapng')
  const any = fc.uint8Array({ minLength: 1, maxLength: 60 })
  const sampled = [...formats.map(() => evil), ...fc.sample(any, runs(18))]
  for (const [index, bytes] of sampled.entries()) {
    const frames = hostileFrames(bytes)
    writeFileSync(
      file,
      pcapngOf([
        { name: forged, comment: `${forged}; stages 1; hears all`, frames },
        { name: Buffer.from(bytes).toString('latin1'), comment: forged, frames: frames.slice(0, 4) },
      ]),
    )
    const ended = await hopscope('/nowhere', ['pcap', file, ...(formats[index % formats.length] ?? [])], {
      cwd: folder,
    })
    expectClean(ended)
    // SERVFAIL, an alert, a 503: the names come to be told.
    expect([1, 2], ended.said).toContain(ended.code)
    if (bytes === evil) expect(ended.out, JSON.stringify(ended)).toContain('PKT703')
  }
}, 120_000)
