import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { secretWord } from '../../test/build/secrets.ts'
import { type CorefilePlugin, parseCorefile } from './corefile.ts'
import { redactCorefile } from './redact-corefile.ts'
import { mask } from './secrets.ts'

const around = (lines: string): string => `.:53 {\n    errors\n${lines}\n    kubernetes cluster.local\n    reload\n}\n`

/** What CoreDNS takes in these places may be anything; X is where. */
const planted = [
  'errors {\n consolidate 5m "X.*" warning\n }',
  'errors {\n consolidate 5m X.*\n }',
  'nsid X',
  'nsid "X more"',
  'chaos X X',
  'log . "{remote} X {name}"',
  'log example.org "X{name}"',
  'rewrite edns0 local set 0xffee X',
  'rewrite edns0 local set 0xffee {kubernetes/X}',
  'rewrite name exact a.corp X/y',
  'rewrite edns0 local set 0xffee 0xX',
  'rewrite stop edns0 nsid set X',
  'rewrite continue {\n edns0 local append 0xffed X\n }',
  'rewrite {\n edns0 local replace 0xffed X\n }',
  'forward . 192.0.2.1 {\n tls_servername X.example\n }',
  'forward . 192.0.2.1 {\n tls X X X\n }',
  'kubernetes cluster.local {\n tls X X X\n }',
  'kubernetes cluster.local {\n kubeconfig /etc/k X\n }',
  'tls X X {\n client_auth X\n }',
  'trace zipkin X {\n service X\n }',
  'view X {\n expr name() == X\n }',
  'geoip X',
  'dnssec {\n key file X\n }',
  'sign db.example {\n key directory X\n }',
  'nomad {\n token X\n address http://X\n }',
  'route53 example.org:X {\n aws_access_key X X\n profile X\n }',
  'template IN A example.com {\n answer "{{ .Name }} 60 IN A X"\n authority X\n }',
  'prometheus X',
  'health X {\n lameduck X\n }',
  'bind X',
  'cache {\n success X\n }',
  'metadata {\n anything X\n }',
  'ours X {\n anything X\n }',
] as const

describe('a word that only CoreDNS reads is not kept', () => {
  test.each(planted)('%s', (line) => {
    fc.assert(
      fc.property(secretWord, (secret) => {
        const kept = redactCorefile(around(line.replaceAll('X', secret)))
        expect(kept).not.toContain(secret)
        expect(redactCorefile(kept)).toBe(kept)
      }),
      { numRuns: runs(30) },
    )
  })
})

describe('what a check reads is kept', () => {
  test.each([
    'rewrite name exact old.example.com web.shop.svc.cluster.local',
    'rewrite stop name regex (.*)\\.corp\\.example {1}.default.svc.cluster.local answer auto',
    'rewrite name regex (.+)\\.test\\.com {1}.{kubernetes/client-namespace}.svc.cluster.local',
    'rewrite name regex (a+)+$ {client_ip}.x',
    'rewrite {\n name suffix .corp .cluster.local\n answer auto\n }',
    'rewrite type AAAA A',
    'rewrite ttl example.com. 30-300',
    'forward . tls://192.0.2.1 tls://[fd00::1]:853 /etc/resolv.conf',
    'forward . 192.0.2.1 {\n except corp.example 10.in-addr.arpa\n policy fastest\n }',
    'forward corp.example dns.corp.example https://dns.example/dns-query',
    'forward . 192.0.2.1 {\n health_check 5s no_rec domain a.example.\n }',
    'forward . 192.0.2.53, 198.51.100.53',
    'hosts /etc/coredns/NodeHosts corp.example {\n 192.0.2.1 db.corp.example db\n fd00::1 six.example\n }',
    'hosts {\n ttl 60\n no_reverse\n fallthrough corp.example\n }',
    'template IN AAAA cluster.local {\n match ^(.*)\\.example\\.$\n rcode NXDOMAIN\n fallthrough\n }',
    'acl example.org {\n block type A AAAA net 10.0.0.0/8 fd00::/8\n allow net *\n }',
    'kubernetes cluster.local 10.96.0.0/12 {\n namespaces shop pay\n labels app=web,tier in (a,b)\n }',
    'kubernetes cluster.local {\n pods verified\n ignore empty_service\n }',
    'cache 30 cluster.local {\n disable success corp.example\n serve_stale 1h immediate\n prefetch 10 1m 10%\n }',
    'bind lo 127.0.0.1 ::1 {\n except 10.0.0.1\n }',
    'autopath @kubernetes',
    'import custom/*.override',
    'file /etc/coredns/db.example example.org',
    'log . {combined} {\n class denial error\n }',
    'health :8080 {\n lameduck 1m30s\n }',
    'health { lameduck 5s }',
    'forward . {$UPSTREAM} {%OTHER%}',
    'loadbalance round_robin',
    'secondary example.org {\n transfer from 192.0.2.1\n }',
  ])('%s', (line) => expect(redactCorefile(around(line))).toBe(around(line)))

  test('a word of braces alone: to Caddy it is the name of a zone', () => {
    const text = `${around('log')}{{{\n    errors\n`
    expect(redactCorefile(text)).toBe(text)
  })

  test('a zone with a port of the environment', () => {
    const text = 'cluster.local:{$PORT} {\n    kubernetes\n}\n'
    expect(redactCorefile(text)).toBe(text)
  })

  test('of a variable its name, and not what stands for it', () => {
    expect(redactCorefile(around('forward . {$UPSTREAM:hunter2}'))).toBe(around(`forward . ${mask}`))
  })
})

test('each line has the plugin, and as many words as it had', () => {
  const shape = (it: CorefilePlugin): unknown => [it.name, it.args.length, it.line, it.block?.map(shape)]
  const shapes = (text: string): unknown =>
    parseCorefile(text).servers.map((it) => [it.keys, it.line, it.plugins.map(shape)])
  for (const line of planted) expect(shapes(redactCorefile(around(line)))).toEqual(shapes(around(line)))
})
