import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { link, network } from '../../../test/build/node-network.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { ConntrackReader, DropSeen, NodeReading } from './conntrack.ts'
import { networkByExec } from './network-by-exec.ts'
import { mtuTargets, networkOf, targetsFrom } from './node-networks.ts'

const { links, routes, forwards, bridgeCalls, proxy } = network('worker-2')
const reading: NodeReading = {
  here: { links, routes, forwards, bridgeCalls, proxy },
  mtuPort: 4000,
  drops: () => Promise.resolve(known([])),
}
const reader = (node: string, about: Partial<NodeReading> = {}): ConntrackReader => ({
  node,
  way: 'host-network-pod',
  network: { ...reading, ...about },
  latest: () => null,
  fresh: () => Promise.resolve(null),
  end: () => {},
})
const ranges = new Map([['worker-2', ['10.2.2.0/24']]])

describe('where a node is asked for sizes', () => {
  test('at its address in the range of its pods, and nowhere else', () => {
    expect(mtuTargets([reader('worker-2')], ranges)).toEqual([{ node: 'worker-2', ip: '10.2.2.1', port: 4000 }])
    expect(mtuTargets([reader('worker-2', { mtuPort: null })], ranges)).toEqual([])
    expect(mtuTargets([reader('worker-2', { here: { ...reading.here, links: [link('eth0')] } })], ranges)).toEqual([])
    expect(mtuTargets([reader('worker-2')], new Map())).toEqual([])
  })
  test('each asks as many, never itself, and each is asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), (n) => {
        const all = Array.from({ length: n }, (_, i) => ({ node: `n${i}`, ip: '10.2.2.1', port: 1 }))
        const asked = all.map((it) => targetsFrom(all, it.node).map((one) => one.node))
        for (const [i, its] of asked.entries()) {
          expect(its).not.toContain(`n${i}`)
          expect(its).toHaveLength(Math.min(6, n - 1))
        }
        expect(new Set(asked.flat()).size).toBe(n)
      }),
    )
  })
})

const rule = (total: number, text = '-j DROP'): DropSeen => ({
  family: 'v4',
  table: 'filter',
  chain: 'FORWARD',
  rule: text,
  target: 'DROP',
  total,
})
const packets = (before: Known<readonly DropSeen[]>, after: readonly DropSeen[]): readonly (number | null)[] =>
  networkOf({ reader: reader('worker-2'), before: null, after: null, dropsBefore: before, dropsAfter: known(after) })
    .flatMap((it) => (it.drops.known ? it.drops.value : []))
    .map((it) => it.packets)

describe('what rules took meanwhile', () => {
  test.each([
    { it: 'a rule that grew', before: known([rule(5)]), after: [rule(9)], is: [4] },
    {
      it: 'two alike are told by their place',
      before: known([rule(5), rule(7)]),
      after: [rule(5), rule(9)],
      is: [0, 2],
    },
    { it: 'a rule that came', before: known([]), after: [rule(3)], is: [3] },
    { it: 'counters were set to zero', before: known([rule(50)]), after: [rule(2)], is: [2] },
    { it: 'read but once', before: unknown('failed', ''), after: [rule(3)], is: [null] },
  ])('$it', ({ before, after, is }) => expect(packets(before, after)).toEqual(is))
})

describe("in kube-proxy's pod", () => {
  const files: Readonly<Record<string, string>> = {
    '/proc/net/route': 'Iface\tDestination\n*\t006712C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
    '/proc/sys/net/ipv4/ip_forward': '0\n',
    'iptables-save': '*filter\n:FORWARD DROP [3:180]\nCOMMIT\n',
  }
  const exec = (command: readonly string[]): Promise<Known<string>> =>
    Promise.resolve(known(files[command[0] === 'cat' ? (command[1] ?? '') : (command[0] ?? '')] ?? ''))
  test('a file at a time, and rules', async () => {
    const read = await networkByExec(exec)
    expect(read.here).toMatchObject({
      routes: [{ to: '198.18.103.0/24', dev: null }],
      forwards: { v4: false, v6: null },
      bridgeCalls: 'unknown',
    })
    expect(await read.drops()).toEqual(known([expect.objectContaining({ chain: 'FORWARD', total: 3, family: 'v4' })]))
  })
  test('no tool there is unknown, and not "no rule"', async () => {
    const read = await networkByExec(() => Promise.resolve(known('')))
    expect(read.here.routes).toBeNull()
    expect(await read.drops()).toMatchObject({ known: false })
  })
})
