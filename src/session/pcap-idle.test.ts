import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dnsAnswer, dnsQuery, type Frame, type NgInterface, pcapngOf, udp } from '../../test/build/packets.ts'
import { captureLines } from '../report/capture/capture-text.ts'
import { diagnosePcap } from './pcap.ts'

const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))
const client = { from: '10.0.0.1', to: '10.0.0.2', sport: 9000, dport: 53 }
const server = { from: '10.0.0.2', to: '10.0.0.1', sport: 53, dport: 9000 }

/** Lookups a second apart, of which the first `lost` have no answer. */
const lookups = (lost: number): readonly Frame[] =>
  Array.from({ length: 6 }, (_, n) => [
    { at: n * 1000, ip: udp({ ...client, payload: dnsQuery(n, 'cart.shop') }) },
    ...(n < lost ? [] : [{ at: n * 1000 + 1, ip: udp({ ...server, payload: dnsAnswer(n, 'cart.shop') }) }]),
  ]).flat()

async function verdictsOf(interfaces: readonly NgInterface[]) {
  const file = join(folder, 'some.pcapng')
  writeFileSync(file, pcapngOf(interfaces))
  const { diagnosis, capture } = await diagnosePcap({ files: [file] })
  const verdicts = diagnosis.results.map((it) => `${it.check.code} ${it.verdict}`)
  return { verdicts, capture }
}

const empty = (name: string, comment?: string): NgInterface => ({
  name,
  frames: [],
  ...(comment === undefined ? {} : { comment }),
})

test('interfaces that nothing passed change no verdict, and are named', async () => {
  const names = fc.uniqueArray(fc.constantFrom('lo', 'any', 'eth1', 'veth:3'), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(names, fc.nat(3), fc.nat(4), async (idle, lost, place) => {
      const alone = await verdictsOf([{ name: 'eth0', frames: lookups(lost) }])
      const beside = idle.map((it) => empty(it))
      const all = beside.toSpliced(place, 0, { name: 'eth0', frames: lookups(lost) })
      const among = await verdictsOf(all)
      expect(among.verdicts).toStrictEqual(alone.verdicts)
      expect(among.capture.comparisons).toStrictEqual([])
      const lines = captureLines(among.capture).join('\n')
      for (const it of idle) expect(lines).toContain(`:${it}: 0 packets, not judged`)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['none of them has a packet', [empty('eth0'), empty('eth1')]],
  ['it is a point of a path', [{ name: 'a', frames: lookups(0) }, empty('b', 'eth0 of web-1; stages 1')]],
])('silence is not called idle where %s', async (_, interfaces) => {
  const { capture, verdicts } = await verdictsOf(interfaces)
  expect(capture.points.map((it) => it.idle)).not.toContain('beside-others')
  expect(verdicts).toContain('PKT701 cannot-tell')
})
