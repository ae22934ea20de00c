import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { triedCorefiles } from '../lab/test/corefiles.ts'
import { pluginRules } from '../src/relations/dns/corefile-options.ts'
import { judgeCorefile } from '../src/relations/dns/corefile-refusals.ts'
import { parseCorefile } from '../src/wire/corefile.ts'

const release = { numbers: [1, 14, 7], stock: true } as const
const refusals = (text: string, by: typeof release | null = release) =>
  judgeCorefile(parseCorefile(text), by).refusals.map((it) => `line ${it.line}: ${it.text}`)

/** What only the machine shows: a file that is not there, a variable that is empty, a name that nobody resolves. */
const outOfSight = [
  'a plugin that there is not',
  'a snippet that is not there',
  'a variable that is empty for a server',
]

describe('Corefiles that CoreDNS 1.14.7 was started with', () => {
  test.each(triedCorefiles.filter((it) => it.starts))('it starts, and nothing is said against $name', ({ text }) => {
    expect(refusals(text)).toEqual([])
    expect(refusals(text, null)).toEqual([])
  })

  test.each(triedCorefiles.filter((it) => !it.starts && !outOfSight.includes(it.name)))(
    'it refuses $name, and so does hopscope',
    ({ text }) => expect(refusals(text)).not.toEqual([]),
  )

  test.each(triedCorefiles.filter((it) => outOfSight.includes(it.name)))(
    'it refuses $name, and hopscope says what it does not know',
    ({ text }) => {
      const { refusals: seen, doubts } = judgeCorefile(parseCorefile(text), release)
      expect(seen.length > 0 || doubts.length > 0 || /\{\$/.test(text)).toBe(true)
    },
  )
})

/** Lines that CoreDNS takes, of the plugins whose rules are known. */
const lines: Readonly<Record<string, readonly string[]>> = {
  whoami: ['whoami'],
  grpc: ['grpc c.example 192.0.2.9:53', 'grpc c.example 192.0.2.9 192.0.2.10 {\n policy round_robin\n }'],
  tsig: ['tsig {\n require all\n }'],
  nsid: ['nsid', 'nsid some name'],
  pprof: ['pprof', 'pprof :6053', 'pprof {\n block 2\n }'],
  dnssec: ['dnssec', 'dnssec a.example {\n cache_capacity 100\n }'],
  debug: ['debug'],
  local: ['local'],
  any: ['any'],
  minimal: ['minimal'],
  cancel: ['cancel', 'cancel 5s'],
  acl: ['acl {\n allow net 10.0.0.0/8\n block\n }', 'acl a.example {\n filter type A net *\n drop\n }'],
  view: ["view some {\n expr type() == 'A'\n }"],
  transfer: ['transfer {\n to *\n }', 'transfer a.example {\n to 192.0.2.1 192.0.2.2:1053\n }'],
  timeouts: ['timeouts {\n read 5s\n write 10\n idle 1m\n }'],
  errors: [
    'errors',
    'errors stdout',
    'errors {\n stacktrace\n }',
    'errors {\n consolidate 5m ".* timeout$" warning\n }',
  ],
  health: ['health', 'health :8080', 'health {\n lameduck 5s\n }', 'health localhost:8091 {\n lameduck 1m30s\n }'],
  ready: ['ready', 'ready :8181', 'ready {\n monitor continuously\n }'],
  prometheus: ['prometheus', 'prometheus :9153', 'prometheus [::1]:9153'],
  loop: ['loop'],
  reload: ['reload', 'reload 10s', 'reload 10s 5s', 'reload 2m'],
  cache: [
    'cache',
    'cache 30',
    'cache 30 cluster.local',
    'cache a.example',
    'cache {\n success 9984 30\n denial 100 5 2\n prefetch 2\n }',
    'cache 300 {\n serve_stale 1h verify\n disable denial a.example\n }',
  ],
  forward: [
    'forward . 10.0.0.2',
    'forward . /etc/resolv.conf {\n max_concurrent 1000\n }',
    'forward a.example 10.0.0.2:5353 [2001:db8::1]:53',
    'forward . tls://1.1.1.1 {\n tls_servername dns.example\n health_check 5s\n }',
    'forward . 10.0.0.2 {\n force_tcp\n policy round_robin\n except b.example c.example\n }',
  ],
  kubernetes: [
    'kubernetes cluster.local in-addr.arpa ip6.arpa',
    'kubernetes cluster.local {\n pods insecure\n fallthrough in-addr.arpa\n ttl 30\n }',
    'kubernetes {\n namespaces a b\n noendpoints\n }',
    'kubernetes a.local {\n labels app in (a, b)\n endpoint https://10.0.0.1:443\n tls a b c\n }',
  ],
  log: ['log', 'log . {\n class denial error\n }', 'log a.example b.example'],
  loadbalance: ['loadbalance', 'loadbalance round_robin', 'loadbalance {\n prefer 10.0.0.0/8\n }'],
  hosts: [
    'hosts',
    'hosts /etc/coredns/NodeHosts {\n ttl 60\n reload 15s\n fallthrough\n }',
    'hosts {\n 10.0.0.1 a.example b.example\n fallthrough\n }',
  ],
  bufsize: ['bufsize', 'bufsize 1232'],
  rewrite: [
    'rewrite name a.example b.example',
    'rewrite stop {\n name regex (.*)\\.a\\.example {1}.b.example\n answer auto\n }',
  ],
  template: ['template IN AAAA . {\n rcode NOERROR\n }'],
}

const each = Object.entries(lines)
/** Comments and empty lines, indented as somebody likes it. */
const laidOut = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom('', ' # why', '\n', '\t', '\n# {\n'), { minLength: 1, maxLength: 3 }).map((more) =>
    text
      .split('\n')
      .map((it, at) => `  ${it}${more[at % more.length] ?? ''}`)
      .join('\n'),
  )
const block = (zone: string) =>
  fc
    .tuple(...each.map(([, forms]) => fc.option(fc.constantFrom(...forms).chain(laidOut))))
    .map((its) => `${zone} {\n${its.filter((it) => it !== null).join('\n')}\n}\n`)
const corefile = fc
  .uniqueArray(fc.constantFrom('.:53', 'a.example', 'b.example:53, c.example', '.:1053', 'tls://.', '10.0.0.0/24'), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((zones) => fc.tuple(...zones.map(block)))
  .map((its) => its.join('\n'))

/** What is planted into a Corefile that is well, and makes any CoreDNS refuse it. */
const planted: readonly (readonly [string, (text: string) => string])[] = [
  ['the last brace is gone', (text) => text.replace(/\}\s*$/, '\nwhoami\n')],
  ['a directive twice', (text) => text.replace('{\n', '{\n loop\n loop\n')],
  ['a zone twice', (text) => `${text}\nz.example {\n whoami\n}\nZ.example.:53 {\n whoami\n}\n`],
  ['forward without a server', (text) => text.replace('{\n', '{\n forward .\n')],
  ['a misspelt plugin', (text) => text.replace('{\n', '{\n kuberentes\n')],
  ['an option misspelt', (text) => text.replace('{\n', '{\n forward . 10.0.0.9 {\n  max_concurent 5\n }\n')],
  ['a cache of no time', (text) => text.replace('{\n', '{\n cache 0\n')],
  ['a brace in its line', (text) => text.replace('{\n', '{\n whoami }\n')],
]

describe('any Corefile', () => {
  test('that is well is never called broken', () => {
    fc.assert(
      fc.property(corefile, (text) => {
        expect(refusals(text, null)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test.each(planted)('with one fault is: %s', (_, plant) => {
    fc.assert(
      fc.property(corefile, (text) => {
        expect(refusals(plant(text))).not.toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('every plugin whose rules are known stands in the grammar', () =>
    expect(Object.keys(pluginRules).filter((it) => !Object.hasOwn(lines, it))).toEqual([]))
})
