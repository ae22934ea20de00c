import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dnsAnswer, dnsQuery, pcapngOf, pcapOf, tcp, udp } from '../../test/build/packets.ts'
import { crowdedCapture, deeds } from '../../test/build/crowded-capture.ts'
import { runs } from '../../test/build/effort.ts'
import { exitCode } from '../engine.ts'
import { captureLines } from '../report/capture/capture-text.ts'
import { text } from '../report/diagnosis/text.ts'
import { paint } from '../report/paint.ts'
import { diagnosePcap } from './pcap.ts'

/** What lab/captures/record.ts recorded with real tcpdumps, and what tshark counts in it. */
const folder = join(import.meta.dirname, '..', '..', 'lab', 'captures', 'files')
const counted = JSON.parse(readFileSync(join(folder, 'tshark.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, number>>>
>
const files = (await readdir(folder)).filter((it) => it.endsWith('.pcap'))

describe('the same counts as tshark', () => {
  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(20)
    expect(Object.keys(counted).toSorted()).toEqual(files.toSorted())
  })

  test.each(files)('%s', async (file) => {
    const { capture } = await diagnosePcap({ files: [join(folder, file)] })
    const [point] = capture.points
    if (point === undefined) throw new Error('no point')
    const shark = (name: string): number => counted[file]?.[name] ?? 0
    const dns = (name: string): number => point.dns[name] ?? 0
    const its = (name: string): number => point.tcp[name] ?? 0
    expect(point.packets).toBe(shark('packets'))
    // What is cut off behind the length of UDP is a message for tshark, and none that can be paired.
    if (point.shortened > 0 && dns('malformed') > 0) return
    // A packet that `-i any` shows at a second interface is no second message.
    expect(dns('queries') + dns('answers') + dns('sightings')).toBe(shark('queries') + shark('answers'))
    expect(its('segments')).toBe(shark('segments'))
    if (dns('sightings') === 0) {
      expect([dns('queries'), dns('answers')]).toEqual([shark('queries'), shark('answers')])
      expect([dns('NXDOMAIN'), dns('SERVFAIL'), dns('REFUSED')]).toEqual([
        shark('rcode3'),
        shark('rcode2'),
        shark('rcode5'),
      ])
      expect(dns('truncated')).toBe(shark('truncated'))
    }
    if (its('sightings') > 0) return
    expect([its('syns'), its('synAcks'), its('resetPackets')]).toEqual([
      shark('syns'),
      shark('synAcks'),
      shark('resetPackets'),
    ])
    expect([its('zeroWindows'), its('tlsAlerts')]).toEqual([shark('zeroWindows'), shark('tlsAlerts')])
    // tshark tells an answer once all of it has come; one that is stuck half way has its status all the same.
    if (shark('retransmissions') === 0) expect(its('httpAnswers')).toBe(shark('httpAnswers'))
    else expect(its('httpAnswers')).toBeGreaterThanOrEqual(shark('httpAnswers'))
    // Which of two came late, and which was sent again, is a guess of both where the round trip is short.
    expect(its('retransmissions') + its('synRetransmissions') + its('reordered')).toBe(
      shark('retransmissions') + shark('outOfOrder'),
    )
  })
})

/** What each fault is, told by its packets alone; `[]` where nothing is wrong, or nothing can be seen from there. */
const told: Readonly<Record<string, readonly string[]>> = {
  'dns-well.pcap': [],
  'dns-v6.pcap': [],
  'dns-silent.pcap': ['PKT701'],
  'dns-slow.pcap': ['PKT704'],
  'dns-servfail.pcap': ['PKT703'],
  'dns-refused.pcap': ['PKT703'],
  'dns-aaaa-lost.pcap': ['PKT702'],
  'dns-truncated.pcap': [],
  'dns-rejected.pcap': ['PKT713'],
  'dns-prohibited.pcap': ['PKT713'],
  'dns-search.pcap': ['PKT705'],
  'dns-fragments.pcap': [],
  'tcp-well.pcap': [],
  'tcp-v6.pcap': [],
  'tcp-dropped.client.pcap': ['PKT711'],
  'tcp-refused.pcap': ['PKT712'],
  'tcp-no-endpoints.pcap': ['PKT712'],
  'tcp-rejected.pcap': ['PKT713'],
  'tcp-reset.pcap': ['PKT714'],
  'tcp-zero-window.pcap': ['PKT716'],
  'tcp-late.pcap': ['PKT718'],
  'tcp-mtu-silent.server.pcap': ['PKT717'],
  'http-fails.pcap': ['PKT722'],
  'tls-alert.pcap': ['PKT721'],
  'any-v1.router.pcap': [],
  'any-v2.router.pcap': [],
  'nanoseconds.client.pcap': [],
}

const codesOf = async (...names: readonly string[]): Promise<readonly string[]> => {
  const { diagnosis } = await diagnosePcap({ files: names.map((it) => join(folder, it)) })
  return diagnosis.roots.map((it) => it.finding.code)
}

describe('each fault is told apart', () => {
  test.each(Object.entries(told))('%s', async (file, codes) => expect(await codesOf(file)).toEqual(codes))
})

describe('captures of several points say where it was lost', () => {
  test.each([
    ['dns-lost-on-node', ['client', 'router', 'server'], 'query', 'client', 'router'],
    ['dns-answer-lost', ['client', 'router', 'server'], 'answer', 'router', 'client'],
    ['tcp-mtu-silent', ['client', 'server'], 'data', 'server', 'client'],
  ])('%s', async (name, places, what, seenAt, missedAt) => {
    const points = places.map((it) => join(folder, `${name}.${it}.pcap`))
    for (const order of [points, points.toReversed()]) {
      const { diagnosis } = await diagnosePcap({ files: order })
      expect(diagnosis.roots.map((it) => it.finding.code)).toEqual(['PKT731'])
      expect(diagnosis.roots[0]?.finding.args).toMatchObject({
        what,
        seenAt: `${name}.${seenAt}.pcap`,
        missedAt: `${name}.${missedAt}.pcap`,
      })
    }
  })

  test('points that an empty capture is one of can not be compared, and it is said', async () => {
    const { diagnosis } = await diagnosePcap({
      files: ['client', 'server'].map((it) => join(folder, `tcp-dropped.${it}.pcap`)),
    })
    const its = diagnosis.results.find((it) => it.check.code === 'PKT731')
    expect(its?.verdict).toBe('cannot-tell')
  })
})

describe('silence is not health', () => {
  test.each(['one-way.client.pcap', 'short-snaplen.client.pcap', 'tcp-dropped.server.pcap'])('%s', async (file) => {
    const { diagnosis } = await diagnosePcap({ files: [join(folder, file)] })
    expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(2)
  })

  test('any cut of a healthy capture is told as one, or has all the packets before it', async () => {
    const whole = readFileSync(join(folder, 'dns-well.pcap'))
    const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'cut.pcap')
    for (let length = 40; length < whole.length; length += 61) {
      writeFileSync(file, whole.subarray(0, length))
      const { diagnosis, capture } = await diagnosePcap({ files: [file] })
      if (capture.points[0]?.end === 'whole') continue
      expect(diagnosis.results.filter((it) => it.verdict === 'ok')).toEqual([])
      expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(2)
    }
  })

  test('messages on port 53 that are no DNS are counted, said, and make nothing about DNS ok', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'malformed.pcap')
    const client = { from: '10.0.0.1', to: '10.0.0.2', sport: 9000, dport: 53 }
    const server = { from: '10.0.0.2', to: '10.0.0.1', sport: 53, dport: 9000 }
    const whole = [dnsQuery(1, 'cart.shop'), dnsAnswer(1, 'cart.shop')] as const
    const damage = fc.oneof(
      // Ends before its question does.
      fc.tuple(fc.constantFrom(...whole), fc.nat(25)).map(([it, length]) => it.subarray(0, length)),
      // A first label that is a pointer, or of a kind that is not.
      fc.tuple(fc.constantFrom(...whole), fc.integer({ min: 64, max: 255 })).map(([it, size]) => {
        const other = Buffer.from(it)
        other[12] = size
        return other
      }),
      fc.constantFrom(Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(40, 0xff)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(damage, fc.boolean()), { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        async (bad, good) => {
          const well = Array.from({ length: good }, (_, n) => [
            { at: n * 10, ip: udp({ ...client, payload: dnsQuery(n, 'cart.shop') }) },
            { at: n * 10 + 1, ip: udp({ ...server, payload: dnsAnswer(n, 'cart.shop') }) },
          ]).flat()
          const others = bad.map(([payload, isForth], n) => ({
            at: 1000 + n,
            ip: udp({ ...(isForth ? client : server), payload }),
          }))
          writeFileSync(file, pcapOf([...well, ...others]))
          const { diagnosis, capture } = await diagnosePcap({ files: [file] })
          expect(capture.points[0]?.dns['malformed']).toBe(bad.length)
          const ofDns = diagnosis.results.filter((it) => it.check.code === 'PKT701')
          expect(ofDns.map((it) => it.verdict)).toEqual(['cannot-tell'])
          expect(JSON.stringify(ofDns)).toContain(`${bad.length} message`)
          expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).not.toBe(0)
        },
      ),
      { numRuns: runs(120) },
    )
  })

  test.each(['one section', 'a section each'])('interfaces without end are a limit that is said: %s', async (how) => {
    const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'many.pcapng')
    const one = pcapngOf([{ name: 'a', frames: [] }])
    const head = one.subarray(0, one.readUInt32LE(4))
    const described = one.subarray(head.length)
    const repeated =
      how === 'one section' ? [head, ...Array<Buffer>(3000).fill(described)] : Array<Buffer>(3000).fill(one)
    writeFileSync(file, Buffer.concat(repeated))
    const { diagnosis, capture } = await diagnosePcap({ files: [file] })
    expect(capture.points.length).toBeLessThanOrEqual(512)
    expect(capture.points.every((it) => it.end !== 'whole' && it.why?.includes('more than 512 interfaces'))).toBe(true)
    expect(diagnosis.results.filter((it) => it.verdict === 'ok')).toEqual([])
    expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(2)
  })

  test.each([
    ['interfaces beyond a limit', { interfaces: 600, times: 1, what: ['failing'] }, 'more than 512 interfaces'],
    ['interfaces of which none has anything', { interfaces: 400, times: 0, what: [] }, 'holds no packet'],
    ['interfaces with more than is followed', { interfaces: 40, times: 90, what: ['silent'] }, 'than are followed'],
  ])('what holds of hundreds of interfaces is said once: %s', async (_name, crowd, sentence) => {
    const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'many.pcapng')
    writeFileSync(file, Buffer.concat([...crowdedCapture(crowd)]))
    const { diagnosis, capture } = await diagnosePcap({ files: [file], bytes: 2000 })
    const whys = diagnosis.results.map((it) =>
      it.cannotTell.map(({ why }) => why).filter((it) => it.includes(sentence)),
    )
    expect(whys.some((it) => it.length > 0)).toBe(true)
    for (const its of whys) expect(its.length).toBeLessThan(4)
    const said = text(diagnosis, {
      paint: paint({ colour: false, ascii: false, width: 100 }),
      detail: 'normal',
      above: captureLines(capture),
      footer: [],
    })
    // In the headline where nothing was seen, in the table, and in what could not be told.
    expect(said.split(sentence).length - 1).toBeLessThan(8)
    expect(said).toMatch(/ and \d{2,3} more/)
  })

  test('whatever there was no room for is not called fine', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'little.pcapng')
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          what: fc.uniqueArray(fc.constantFrom(...Object.keys(deeds)), { minLength: 1, maxLength: 3 }),
          interfaces: fc.integer({ min: 1, max: 3 }),
          times: fc.integer({ min: 1, max: 200 }),
          bytes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 })),
        }),
        async ({ bytes, ...crowd }) => {
          writeFileSync(file, Buffer.concat([...crowdedCapture(crowd)]))
          const whole = await diagnosePcap({ files: [file] })
          const little = await diagnosePcap({ files: [file], bytes })
          const bad = new Set(
            whole.diagnosis.results.filter((it) => it.verdict === 'finding').map((it) => it.check.code),
          )
          for (const { check, verdict } of little.diagnosis.results)
            if (bad.has(check.code)) expect([check.code, verdict]).not.toEqual([check.code, 'ok'])
          if (bad.size > 0) expect(exitCode(little.diagnosis, { failOn: 'warning', strict: false })).not.toBe(0)
        },
      ),
      { numRuns: runs(150) },
    )
  })

  test('what is no capture is refused', async () => {
    await expect(diagnosePcap({ files: [join(folder, 'tshark.json')] })).rejects.toThrow('is no capture')
    await expect(diagnosePcap({ files: ['/dev/zero'] })).rejects.toThrow('is no capture')
    await expect(diagnosePcap({ files: [join(folder, 'none.pcap')] })).rejects.toThrow("can't be read")
  })
})

test('interfaces of one pcapng are points, and are set against each other', async () => {
  const ends = { from: '10.0.0.1', to: '10.0.0.2', sport: 9, dport: 53 }
  const query = (id: number) => ({
    at: id * 10,
    ip: udp({ ...ends, sport: id, ipId: id, payload: dnsQuery(id, 'cart.shop') }),
  })
  const all = Array.from({ length: 20 }, (_, index) => query(index + 1))
  const later = { at: 9000, ip: tcp({ ...ends, dport: 80, flags: 'S', seq: 7, ipId: 900 }) }
  const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'two.pcapng')
  writeFileSync(
    file,
    pcapngOf([
      { name: 'pod', comment: 'in the pod', frames: [...all, later] },
      { name: 'uplink', frames: [...all.filter((_, index) => index !== 4), later] },
    ]),
  )
  const { capture } = await diagnosePcap({ files: [file] })
  expect(capture.points.map((it) => [it.name, it.comment, it.packets])).toEqual([
    ['two.pcapng:pod', 'in the pod', 21],
    ['two.pcapng:uplink', null, 20],
  ])
  expect(capture.comparisons).toMatchObject([
    {
      near: 'two.pcapng:pod',
      far: 'two.pcapng:uplink',
      gone: [{ what: 'query', way: 'forth', count: 1, packets: [9] }],
    },
  ])
})

test('names that packets bear obey no terminal', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'hopscope-')), 'bad.pcap')
  const query = dnsQuery(1, 'aaaaaaaa.shop')
  query.set([0x1b, 0x5d, 0x30, 0x3b, 0x07, 0x0a], 14)
  const ends = { from: '10.0.0.1', to: '10.0.0.2', sport: 9, dport: 53 }
  writeFileSync(file, pcapOf([0, 5000, 11_000].map((at) => ({ at, ip: udp({ ...ends, payload: query }) }))))
  const { capture } = await diagnosePcap({ files: [file] })
  expect(capture.points[0]?.signs[0]?.name).toMatch(/^[!-~]+$/)
})
