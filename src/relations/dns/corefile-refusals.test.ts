import { describe, expect, test } from 'vitest'
import { parseCorefile } from '../../wire/corefile.ts'
import type { CoreDnsRelease } from './coredns-release.ts'
import { judgeCorefile } from './corefile-refusals.ts'

/* What CoreDNS says to a line, word for word: one row that it takes beside each that it refuses. */

const release = (text: string, stock = true): CoreDnsRelease => ({
  numbers: text.split('.').map(Number) as unknown as CoreDnsRelease['numbers'],
  stock,
})
const now = release('1.14.7')
const judged = (text: string, by: CoreDnsRelease | null = now) => judgeCorefile(parseCorefile(text), by)
/** Of one directive in a block of its own. */
const said = (line: string, by: CoreDnsRelease | null = now): string | null => {
  const { refusals, doubts } = judged(`. {\n${line}\n}\n`, by)
  return [...refusals.map((it) => it.text), ...doubts.map((it) => `? ${it}`)].join('; ') || null
}

test.each<[taken: string, refused: string, why: string]>([
  ['loop', 'loop x', 'it takes no word'],
  ['errors stdout', 'errors stderr', '`stderr` is none of stdout'],
  ['errors', 'errors stdout x', 'it takes one word at most'],
  ['health :8080', 'health 8080', '`8080` is no address with a port such as :9153'],
  ['health [::1]:8080', 'health ::1:8080', '`::1:8080` is no address with a port such as :9153'],
  ['ready localhost:8181', 'ready a b', 'it takes one word at most'],
  ['reload 2s', 'reload 1.9s', '1.9s is less than 2s'],
  ['reload 2000ms', 'reload 1999ms', '1999ms is less than 2s'],
  ['reload 0.1m', 'reload 0.01m', '0.01m is less than 2s'],
  ['reload 1h', 'reload -1h', '-1h is less than 2s'],
  ['reload 10s 5s', 'reload 10s 5', '`5` is no duration such as 5s'],
  ['reload 10s', 'reload 10s 5s 1s', 'it takes two words at most'],
  ['reload 2000000us', 'reload 2000000ns', '2000000ns is less than 2s'],
  ['reload 2000000µs', 'reload x', '`x` is no duration such as 5s'],
  ['cache 1', 'cache 0', '0 is out of range'],
  ['cache a.example', 'cache -1', '-1 is out of range'],
  ['forward . 10.0.0.2', 'forward', 'it has neither a zone nor a server'],
  ['forward . tls://1.1.1.1', 'forward .', 'it has a zone and no server: `forward . SERVER`'],
  ['forward . 10.0.0.2 10.0.0.3', 'forward . 10.0.0.2, 10.0.0.3', '`10.0.0.2,` is no server that it can forward to'],
  ['forward . dns://1.1.1.1', 'forward . grpc://1.1.1.1', '`grpc://1.1.1.1` is no server that it can forward to'],
  ['loadbalance round_robin', 'loadbalance random', '`random` is none of round_robin, weighted'],
  ['loadbalance weighted', 'loadbalance robin', '`robin` is none of round_robin, weighted'],
  ['bufsize 512', 'bufsize 511', '511 is out of range'],
  ['bufsize 4096', 'bufsize 4097', '4097 is out of range'],
  ['bufsize', 'bufsize 1.5', '`1.5` is no whole number'],
  ['cancel 5s', 'cancel 5', '`5` is no duration such as 5s'],
  ['template IN A', 'template IN', 'it takes a class and a type'],
  ['view a {\nexpr x\n}', 'view a b', 'it takes one word, and has 2'],
  ['whoami', 'whoami x', 'it takes no word'],
  ['prometheus :9153', 'prometheus x', '`x` is no address with a port such as :9153'],
])('%j is taken, %j is not', (taken, refused, why) => {
  expect(said(taken)).toBeNull()
  expect(said(refused)).toBe(`\`${refused.split(' ')[0] ?? ''}\`: ${why}`)
})

test.each<[plugin: string, taken: string, refused: string, why: string]>([
  ['errors', 'stacktrace', 'consolidate 5m', 'it takes two to four words'],
  ['errors', 'consolidate 5m x', 'consolidate 5 x', '`5` is no duration such as 5s'],
  ['errors', 'consolidate 5m x warning y', 'consolidate 5m x warning y z', 'it takes two to four words'],
  ['health', 'lameduck 5s', 'lameduck', 'it takes one word, and has 0'],
  ['health', 'lameduck 0', 'lameduck 5', '`5` is no duration such as 5s'],
  ['ready', 'monitor continuously', 'monitor always', '`always` is none of until-ready, continuously'],
  ['ready', 'monitor until-ready', 'monitor', 'it takes one word, and has 0'],
  ['cache', 'success 9984 30 5', 'success', 'a word is missing'],
  ['cache', 'success -1', 'success x', '`x` is no whole number'],
  ['cache', 'denial 100 1', 'denial 100 0', '0 is out of range'],
  ['cache', 'denial 100 5 0', 'denial 100 5 -1', '-1 is out of range'],
  ['cache', 'prefetch 2 1m 10%', 'prefetch 2 1m 10% x', 'it takes one to three words'],
  ['cache', 'prefetch 0', 'prefetch', 'it takes one to three words'],
  ['cache', 'serve_stale', 'serve_stale 1', '`1` is no duration such as 5s'],
  ['cache', 'serve_stale 1h a b c d', 'serve_stale 1h a b c d e', 'it takes 5 words at most'],
  ['cache', 'servfail 5s', 'servfail 5s 5s', 'it takes one word, and has 2'],
  ['cache', 'disable success', 'disable servfail', '`servfail` is none of success, denial'],
  ['cache', 'disable denial a.example', 'disable', 'a word is missing'],
  ['cache', 'keepttl', 'keepttl x', 'it takes no word'],
  ['forward . 10.0.0.2', 'except a.example', 'except', 'a word is missing'],
  ['forward . 10.0.0.2', 'expire 10s', 'expire 10', '`10` is no duration such as 5s'],
  ['forward . 10.0.0.2', 'max_age 0', 'max_age', 'a word is missing'],
  ['forward . 10.0.0.2', 'max_fails 4294967295', 'max_fails 4294967296', '4294967296 is out of range'],
  ['forward . 10.0.0.2', 'max_concurrent 0', 'max_concurrent -1', '-1 is out of range'],
  ['forward . 10.0.0.2', 'max_concurrent 1000', 'max_concurrent 1e3', '`1e3` is no whole number'],
  ['forward . 10.0.0.2', 'policy random', 'policy rr', '`rr` is none of random, round_robin, sequential'],
  ['forward . 10.0.0.2', 'policy round_robin', 'policy random sequential', '`sequential` is one word too many'],
  ['forward . 10.0.0.2', 'policy sequential', 'policy', 'a word is missing'],
  ['forward . 10.0.0.2', 'tls a b c', 'tls a b c d', 'it takes 3 words at most'],
  ['forward . 10.0.0.2', 'doh_method POST', 'doh_method PUT', '`PUT` is none of POST, GET'],
  ['forward . 10.0.0.2', 'force_tcp', 'force_tcp x', 'it takes no word'],
  ['forward . 10.0.0.2', 'policy random force_tcp', 'force_tcp force_tcp', 'it takes no word'],
  ['forward . 10.0.0.2', 'health_check 5s no_rec', 'health_check 5', '`5` is no duration such as 5s'],
  ['kubernetes', 'pods verified', 'pods', 'it takes one word, and has 0'],
  ['kubernetes', 'pods disabled', 'pods yes', '`yes` is none of disabled, verified, insecure'],
  ['kubernetes', 'tls a b c', 'tls a b', 'it takes three words'],
  ['kubernetes', 'ttl 3600', 'ttl 3601', '3601 is out of range'],
  ['kubernetes', 'ttl 0', 'ttl -1', '-1 is out of range'],
  ['kubernetes', 'ignore empty_service', 'ignore service', '`service` is none of empty_service'],
  ['kubernetes', 'kubeconfig a b', 'kubeconfig a b c', 'it takes one word or two'],
  ['kubernetes', 'kubeconfig a', 'kubeconfig', 'it takes one word or two'],
  ['kubernetes', 'apiserver_burst 0', 'apiserver_burst -1', '-1 is out of range'],
  ['kubernetes', 'namespaces a', 'namespaces', 'a word is missing'],
  ['kubernetes', 'fallthrough', 'noendpoints x', 'it takes no word'],
  ['log', 'class denial error', 'class denial warning', '`warning` is none of all, success, denial, error'],
  ['log', 'class all', 'class', 'a word is missing'],
  ['loadbalance', 'reload 5s', 'reload 5', '`5` is no duration such as 5s'],
  ['timeouts', 'read 10', 'read ten', '`ten` is no duration such as 5s'],
  ['timeouts', 'idle 1m', 'write 1 2', 'it takes one word, and has 2'],
  ['template IN A', 'rcode NXDOMAIN', 'match', 'a word is missing'],
])('in %j %j is taken, %j is not', (plugin, taken, refused, why) => {
  const name = plugin.split(' ')[0] ?? ''
  expect(said(`${plugin} {\n${taken}\n}`)).toBeNull()
  expect(said(`${plugin} {\n${refused}\n}`)).toBe(`\`${refused.split(' ')[0] ?? ''}\` of \`${name}\`: ${why}`)
})

describe('by the release', () => {
  const old = '`proxy` is refused since CoreDNS 1.5.0, and which one this is is not known'
  const twice = 'forward . 10.0.0.2\nforward a.example 10.0.0.2'
  const named = 'forward . dns.example'
  const unknownWord = 'errors {\nfancy\n}'
  test.each<[string, string, CoreDnsRelease | null, string | null]>([
    ['a plugin that is gone', 'proxy . 10.0.0.2', now, 'there is no plugin `proxy` since CoreDNS 1.5.0'],
    [
      'from the very release on',
      'proxy . 10.0.0.2',
      release('1.5.0'),
      'there is no plugin `proxy` since CoreDNS 1.5.0',
    ],
    ['not before', 'proxy . 10.0.0.2', release('1.4.9'), null],
    ['of no known one', 'proxy . 10.0.0.2', null, `? ${old}`],
    ['of a build of its own', 'proxy . 10.0.0.2', release('1.6.0', false), `? ${old}`],
    ['of an old build of its own', 'proxy . 10.0.0.2', release('1.4.0', false), null],
    [
      'a word that is gone',
      'kubernetes {\nupstream\n}',
      release('1.7.0'),
      '`kubernetes` has no `upstream` since CoreDNS 1.7.0',
    ],
    ['another', 'kubernetes {\nresyncperiod\n}', now, '`kubernetes` has no `resyncperiod` since CoreDNS 1.7.0'],
    ['a third', 'kubernetes {\ntransfer\n}', now, '`kubernetes` has no `transfer` since CoreDNS 1.8.0'],
    ['federation', 'federation', now, 'there is no plugin `federation` since CoreDNS 1.7.0'],
    ['reverse', 'reverse', now, 'there is no plugin `reverse` since CoreDNS 1.5.0'],
    ['not before it', 'kubernetes {\nupstream\n}', release('1.6.9'), null],
    [
      'a word of another release',
      unknownWord,
      now,
      '`errors` has no `fancy`; ? `fancy` is no word of `errors` in CoreDNS 1.14',
    ],
    ['or of a later one', unknownWord, release('1.15.0'), '? `fancy` is no word of `errors` in CoreDNS 1.14'],
    ['or of a build', unknownWord, release('1.14.7', false), '? `fancy` is no word of `errors` in CoreDNS 1.14'],
    ['or of nobody knows', unknownWord, null, '? `fancy` is no word of `errors` in CoreDNS 1.14'],
    ['twice', twice, release('1.9.4'), null],
    [
      'twice, before',
      twice,
      release('1.9.3'),
      'before CoreDNS 1.9.4 `forward` may stand once in a server block, and stands there twice',
    ],
    [
      'twice, of nobody knows',
      twice,
      null,
      '? `forward` twice in a block is refused before CoreDNS 1.9.4, and which one this is is not known',
    ],
    [
      'twice, of an old build',
      twice,
      release('1.9.3', false),
      '? `forward` twice in a block is refused before CoreDNS 1.9.4, and which one this is is not known',
    ],
    ['a server by name', named, release('1.14.4'), null],
    [
      'a server by name, before',
      named,
      release('1.14.3'),
      '`forward`: `dns.example` is no address, and CoreDNS before 1.14.4 looks no name up',
    ],
    [
      'a server by name, of nobody knows',
      named,
      null,
      '? `forward` to a name is refused before CoreDNS 1.14.4, and which one this is is not known',
    ],
  ])('%s', (_what, line, by, why) => expect(said(line, by)).toBe(why))
})

test.each<[string, string, string | null]>([
  ['a plugin that may stand often', 'log a.example\nlog b.example', null],
  ['one that may not', 'loop\nloop', '`loop` may stand once in a server block, and stands there twice'],
  ['a misspelt one', 'kubernets', 'there is no plugin `kubernets`: `kubernetes` was meant'],
  ['one that somebody built in', 'fanout . 10.0.0.2', '? `fanout` is no plugin that CoreDNS is built with by itself'],
  ['one that is built in, and whose rules are not known', 'chaos', null],
  [
    'one that is called as what every object has',
    'constructor',
    '? `constructor` is no plugin that CoreDNS is built with by itself',
  ],
  ['a word that is called so', 'cache {\nconstructor\n}', '`cache` has no `constructor`'],
  ['files', 'import more', '? it imports files that hopscope does not read'],
  ['a variable', '{$WHAT}', '? `{$WHAT}` is an environment variable of the server'],
  ['a variable among its words', 'reload {$EVERY}', null],
  ['a variable among its options', 'cache {\n{$WHAT}\n}', '? it imports files or environment variables into a plugin'],
  ['files among its options', 'cache {\nimport x\n}', '? it imports files or environment variables into a plugin'],
  ['a variable as an option’s word', 'cache {\nservfail {$TIME}\n}', null],
  ['a brace on the next line', 'forward . 10.0.0.2\n{\n}', '`forward`: its `{` stands on the next line'],
  ['entries before', 'hosts {\n10.0.0.1 a\nfallthrough\nttl 5\n}', null],
  ['entries after', 'hosts {\nfallthrough\n10.0.0.1 a\n}', '`hosts`: its entries stand before `fallthrough`'],
  ['entries alone', 'hosts {\n10.0.0.1 a\n}', null],
  ['files after', 'hosts {\nfallthrough\nimport x\n}', null],
  ['a variable after', 'hosts {\nfallthrough\n{$X}\n}', null],
])('%s', (_what, line, why) => expect(said(line)?.split('; ')[0] ?? null).toBe(why))

test('a brace that was forgotten is said of where it opened', () =>
  expect(judged('. {\ncache {\nloop\n}\n}\n').refusals[0]).toMatchObject({
    line: 2,
    mark: '{',
    text: '`{` is never closed',
  }))

const block = (keys: string, inside = 'whoami'): string => `${keys} {\n${inside}\n}\n`
test.each<[string, string, readonly string[]]>([
  ['two zones', block('a.example') + block('b.example'), []],
  ['one at two ports', block('a.example') + block('a.example:1053'), []],
  [
    'one twice',
    block('a.example') + block('A.example.:53'),
    ['line 1 has a block for the same zone and port as `A.example.:53`'],
  ],
  ['one twice in a block', block('a.example, a.example'), ['this block names the same zone and port as `a.example`']],
  ['one by two transports', block('a.example') + block('tls://a.example'), []],
  [
    'one by its usual port',
    block('tls://a.example') + block('tls://a.example:853'),
    ['line 1 has a block for the same zone and port as `tls://a.example:853`'],
  ],
  [
    'https and its port',
    block('https://a:443') + block('https://a'),
    ['line 1 has a block for the same zone and port as `https://a`'],
  ],
  [
    'grpc and its port',
    block('grpc://a:443') + block('grpc://a'),
    ['line 1 has a block for the same zone and port as `grpc://a`'],
  ],
  [
    'quic and its port',
    block('quic://a:853') + block('quic://a'),
    ['line 1 has a block for the same zone and port as `quic://a`'],
  ],
  ['one at two addresses', block('a') + block('a', 'bind 10.0.0.1\nwhoami'), []],
  ['one for some', block('a', 'view x {\nexpr y\n}') + block('a'), []],
  ['one that a file adds to', block('a', 'import x') + block('a'), []],
  ['one by a variable', block('{$ZONE}') + block('{$ZONE}'), []],
  ['networks', block('10.0.0.0/24') + block('10.0.0.0/24'), []],
  ['a label of 63', block(`${'a'.repeat(63)}.example`), []],
  [
    'a label of 64',
    block(`${'a'.repeat(64)}.example`),
    [`\`${'a'.repeat(64)}.example\` is no zone that can be served`],
  ],
  ['a label of 80, cut', block(`${'a'.repeat(81)}`), [`\`${'a'.repeat(80)}…\` is no zone that can be served`]],
  ['a label of none', block('a..example'), ['`a..example` is no zone that can be served']],
  ['a zone of 255', block(`${`${'a'.repeat(50)}.`.repeat(5)}`), []],
  [
    'a zone of 256',
    block(`${`${'a'.repeat(50)}.`.repeat(5)}b`),
    [`\`${`${'a'.repeat(50)}.`.repeat(5).slice(0, 80)}…\` is no zone that can be served`],
  ],
  ['a port that is not there', block('a.example:'), ['`a.example:` is no zone that can be served']],
  ['an escape', block(String.raw`a\.b`), []],
])('blocks: %s', (_what, text, why) => expect(judged(text).refusals.map((it) => it.text)).toEqual(why))

test('what is refused is told by its line', () => {
  expect(judged('. {\nloop\nloop\nreload 1s\ncache 0\n}\n').refusals.map((it) => it.line)).toEqual([3, 4, 5])
})
