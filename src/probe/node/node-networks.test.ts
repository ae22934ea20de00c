import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { link, network } from '../../../test/build/node-network.ts'
import type { ExecResult } from '../../kube/cluster.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { ConntrackReader, DropSeen, NodeReading, RulesRead } from './conntrack.ts'
import { networkByExec } from './network-by-exec.ts'
import { mtuTargets, networkOf, targetsFrom } from './node-networks.ts'

function rulesOf(drops: Known<readonly DropSeen[]>): RulesRead {
  return { drops, nftTables: known([]) }
}

const { links, routes, forwards, bridgeCalls, proxy } = network('worker-2')
const reading: NodeReading = {
  here: { links, routes, forwards, bridgeCalls, proxy },
  mtuPort: 4000,
  drops: () => Promise.resolve(rulesOf(known([]))),
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
  networkOf({
    reader: reader('worker-2'),
    before: null,
    after: null,
    rulesBefore: rulesOf(before),
    rulesAfter: rulesOf(known(after)),
  })
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
    { it: 'a rule that counts nothing', before: known([]), after: [{ ...rule(0), total: null }], is: [null] },
    { it: 'read but once', before: unknown('failed', ''), after: [rule(3)], is: [null] },
  ])('$it', ({ before, after, is }) => expect(packets(before, after)).toEqual(is))
})

describe('rules of Services', () => {
  const service = {
    ip: '10.96.44.7',
    port: 80,
    protocol: 'TCP',
    endpoints: ['10.2.1.5:8080', '10.2.2.5:8080'],
  } as const
  const moved = { ...service, endpoints: ['10.2.1.5:8080'] }
  const other = { ...service, ip: '10.96.0.10' }
  const both = (before: RulesRead['services'], after: RulesRead['services']) => {
    const read = (services: RulesRead['services']): RulesRead => ({
      ...rulesOf(known([])),
      ...(services === undefined ? {} : { services }),
    })
    return networkOf({
      reader: reader('worker-2'),
      before: null,
      after: null,
      rulesBefore: read(before),
      rulesAfter: read(after),
    })[0]?.serviceRules
  }

  test.each([
    { it: 'that stood', before: [service, other], after: [other, service], is: [other, service] },
    {
      it: 'whose endpoints came in another order',
      before: [service],
      after: [{ ...service, endpoints: service.endpoints.toReversed() }],
      is: [{ ...service, endpoints: service.endpoints.toReversed() }],
    },
    { it: 'that were being written', before: [service, other], after: [moved, other], is: [other] },
    { it: 'that came', before: [], after: [service], is: [] },
    { it: 'read but once', before: undefined, after: [service], is: undefined },
    { it: 'not read', before: [service], after: undefined, is: undefined },
  ])('$it', ({ before, after, is }) => expect(both(before, after)).toEqual(is))
})

const printed = (stdout: string, code = 0, stderr = ''): Known<ExecResult> => known({ code, stdout, stderr })

describe("in kube-proxy's pod", () => {
  const files: Readonly<Record<string, string>> = {
    'cat /proc/net/route': 'Iface\tDestination\n*\t006712C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
    'cat /proc/sys/net/ipv4/ip_forward': '0\n',
    'cat /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established': '86400\n',
    'iptables-save -c':
      '# Generated by iptables-save v1.8.9 (nf_tables) on Sun Nov 29 2026\n*filter\n:FORWARD DROP [3:180]\nCOMMIT\n',
    'nft list tables': 'table ip filter\ntable ip kube-proxy\ntable ip tfw\ntable inet x;flush\n',
    'nft -t list table ip tfw':
      'table ip tfw {\n chain f {\n  type filter hook forward priority 0; policy accept;\n' +
      '  udp dport 53 counter packets 4 bytes 9 drop\n }\n}\n',
  }
  const asked: string[] = []
  const exec = (command: readonly string[]): Promise<Known<ExecResult>> => {
    asked.push(command.join(' '))
    return Promise.resolve(printed(files[command.join(' ')] ?? ''))
  }
  const rulesBy = async (answers: Readonly<Record<string, Known<ExecResult>>>): Promise<RulesRead> => {
    const read = await networkByExec((command) => Promise.resolve(answers[command.join(' ')] ?? printed('')))
    return read.drops()
  }
  const saved = printed('*filter\nCOMMIT\n')

  test('a file at a time, and rules', async () => {
    const read = await networkByExec(exec)
    expect(read.here).toMatchObject({
      routes: [{ to: '198.18.103.0/24', dev: null }],
      forwards: { v4: false, v6: null },
      bridgeCalls: 'unknown',
      keptSeconds: 86_400,
    })
    const { drops, nftTables } = await read.drops()
    expect(drops).toEqual(
      known([
        expect.objectContaining({ chain: 'FORWARD', total: 3, family: 'v4' }),
        {
          family: 'v4',
          by: 'nft',
          table: 'ip tfw',
          chain: 'f',
          rule: 'udp dport 53 counter drop',
          target: 'DROP',
          total: 4,
        },
      ]),
    )
    expect(nftTables).toMatchObject({
      known: false,
      why: { detail: expect.stringContaining('of an odd name') as string },
    })
    // iptables' own table was read once, kube-proxy's is its own matter, and a name with a semicolon is no word of nft.
    expect(asked.filter((it) => it.startsWith('nft'))).toEqual(['nft list tables', 'nft -t list table ip tfw'])
  })
  test('rules of IPv6 without end are not known, and none of them are none', async () => {
    const v4 = printed('*filter\nCOMMIT\n')
    const drop = '[1:1] -A F -j DROP\n'
    const rules = (v6: string) => rulesBy({ 'iptables-save -c': v4, 'ip6tables-save -c': printed(v6) })
    expect((await rules(`*filter\n${drop.repeat(20_001)}`)).drops).toMatchObject({ why: { reason: 'cut-off' } })
    expect((await rules(`*filter\n${drop}`)).drops).toMatchObject({ value: [{ family: 'v6' }] })
    expect((await rules('')).drops).toEqual(known([]))
  })
  test('a table of that name which iptables does not know, or knows in part, is read as well', async () => {
    const tables = printed('table ip filter\n')
    const own = printed('table ip filter {\n chain F {\n  counter packets 1 bytes 1 drop\n }\n}\n')
    for (const text of [
      '# Generated by iptables-save v1.8.9 (legacy) on Sun\n*filter\nCOMMIT\n',
      "# Table `filter' contains incompatible base-chains, use 'nft' tool to list them.\n" +
        '# Generated by iptables-save v1.8.9 (nf_tables) on Sun\n*filter\nCOMMIT\n',
    ]) {
      const rules = await rulesBy({
        'iptables-save -c': printed(text),
        'nft list tables': tables,
        'nft -t list table ip filter': own,
      })
      expect(rules.nftTables).toEqual(known(['ip filter']))
      expect(rules.drops).toMatchObject({ value: [{ table: 'ip filter', by: 'nft' }] })
    }
  })
  test('no tool there is unknown, and not "no rule"', async () => {
    const read = await networkByExec(() => Promise.resolve(printed('')))
    expect(read.here.routes).toBeNull()
    expect((await read.drops()).drops).toMatchObject({ known: false })
    const missing = unknown('not-there', 'executable file not found in $PATH')
    expect((await rulesBy({ 'iptables-save -c': saved, 'nft list tables': missing })).nftTables).toMatchObject({
      why: { detail: expect.stringContaining('1.29') as string },
    })
    const nat =
      '*nat\n[0:0] -A KUBE-SERVICES -d 10.96.44.7/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A\n' +
      '[0:0] -A KUBE-SVC-A -j KUBE-SEP-A\n[0:0] -A KUBE-SEP-A -p tcp -j DNAT --to-destination 10.2.1.5:80\nCOMMIT\n'
    expect((await rulesBy({ 'iptables-save -c': printed(nat) })).services).toEqual([
      { ip: '10.96.44.7', port: 80, protocol: 'TCP', endpoints: ['10.2.1.5:80'] },
    ])
    expect((await rulesBy({ 'iptables-save -c': saved })).services).toBeUndefined()
    const denied = printed('', 1, 'Operation not permitted (you must be root)')
    expect((await rulesBy({ 'iptables-save -c': saved, 'nft list tables': denied })).nftTables).toMatchObject({
      known: false,
      why: { detail: expect.stringContaining('not permitted') as string },
    })
    const none = printed('', 1, 'netlink: Error: cache initialization failed: Protocol not supported')
    expect((await rulesBy({ 'iptables-save -c': saved, 'nft list tables': none })).nftTables).toEqual(known([]))
  })
})

describe('what is run in kube-proxy’s pod', () => {
  test('prints what there is, and writes, resets and sets nothing', async () => {
    const ran: string[] = []
    const answer = (command: readonly string[]): string => {
      if (command[0] !== 'nft') return '*filter\n:FORWARD ACCEPT [0:0]\n[3:180] -A FORWARD -j DROP\nCOMMIT\n'
      return command.includes('tables') ? 'table ip filter\ntable inet own\n' : 'table inet own {\n}\n'
    }
    const read = await networkByExec((command) => {
      ran.push(command.join(' '))
      return Promise.resolve(known({ code: 0, stdout: answer(command), stderr: '' }))
    })
    await read.drops()
    const reads = /^(?:cat(?: \/proc\/[\w./-]+)+|ip6?tables-save -c|nft list tables|nft -t list table \w+ \w+)$/
    expect(ran.length).toBeGreaterThan(6)
    expect(ran.filter((it) => !reads.test(it))).toEqual([])
  })

  test('and the program of the hostNetwork pod opens files of the kernel to read them alone', () => {
    const folder = join(import.meta.dirname, '../pod')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((it) => /(?<!\.test)\.ts$/.test(it))
    expect(files.length).toBeGreaterThan(20)
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8')
      expect([
        file,
        ...text.matchAll(/'(?:node:)?fs\/promises'|\b(?:write|append|open|create|truncate|rm|unlink)\w*Sync/g),
      ]).toEqual([file])
      const names = [...text.matchAll(/import \{([^}]*)\} from 'node:fs'/g)].flatMap(([, it = '']) => it.split(','))
      expect(names.map((it) => it.trim()).filter((it) => !/^(?:read\w+Sync|existsSync|)$/.test(it))).toEqual([])
    }
  })
})
