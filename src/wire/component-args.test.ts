import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { secretWord } from '../../test/build/secrets.ts'
import {
  type ComponentFlag,
  entryPointsIn,
  flagOf,
  keptArgs,
  localIps,
  upstreamService,
  redirectingEntryPointsIn,
  tlsEntryPointsIn,
} from './component-args.ts'
import { mask } from './secrets.ts'

describe('of a command line', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    [
      'flags that are read, with their values',
      ['-localip', '10.0.0.1,fd00::1', '--proxy-mode=ipvs'],
      ['-localip', '10.0.0.1,fd00::1', '--proxy-mode=ipvs'],
    ],
    [
      'names without case',
      ['--Providers.KubernetesIngress.IngressClass=a'],
      ['--Providers.KubernetesIngress.IngressClass=a'],
    ],
    ['no other flag', ['--cluster-cidr=10.0.0.0/8', '--v=2'], [mask]],
    ['no path of a configuration', ['--config=/var/lib/x.conf'], [`--config=${mask}`]],
    ['no path beside it', ['--config', '/var/lib/x.conf', 'more'], ['--config', mask]],
    ['a class', ['serve', '--ingress-class', 'team.example/a'], [mask, '--ingress-class', 'team.example/a']],
    ['no class that is none', ['--ingress-class', 'hunter2!'], ['--ingress-class', mask]],
    ['no class that is spelled as a key', ['--ingress-class=AKIAABCDEFGHIJKLMNOP'], [`--ingress-class=${mask}`]],
    ['no variable', ['--watch-namespace=$(POD_NAMESPACE)'], [`--watch-namespace=${mask}`]],
    ['no mode that is none', ['--proxy-mode', 'hunter2'], ['--proxy-mode', mask]],
    ['no address that is none', ['-localip', '10.0.0.1,hunter2'], ['-localip', mask]],
    ['no word behind a switch', ['--empty-ingress-class', 'hunter2'], ['--empty-ingress-class', mask]],
    ['a switch that is off', ['--empty-ingress-class', 'false'], ['--empty-ingress-class', 'false']],
    ['a port of the status page', ['--status-port=10246'], ['--status-port=10246']],
    [
      'where TCP services stand',
      ['--tcp-services-configmap=$(POD_NAMESPACE)/tcp-services', '--udp-services-configmap', 'nginx/udp'],
      ['--tcp-services-configmap=$(POD_NAMESPACE)/tcp-services', '--udp-services-configmap', 'nginx/udp'],
    ],
    ['no such place', ['--tcp-services-configmap=$(TOKEN)/x'], [`--tcp-services-configmap=${mask}`]],
    ['whether TLS is passed through', ['--enable-ssl-passthrough'], ['--enable-ssl-passthrough']],
    ['where the webhook listens', ['--validating-webhook=:8443'], ['--validating-webhook=:8443']],
    ['no webhook that is none', ['--validating-webhook=hunter2:1'], [`--validating-webhook=${mask}`]],
    ['an entry point', ['--entryPoints.web.address=:8000/tcp'], ['--entryPoints.web.address=:8000/tcp']],
    ['no address that is none', ['--entryPoints.web.address=hunter2'], [`--entryPoints.web.address=${mask}`]],
    ['its TLS', ['--entryPoints.a.http.tls=true'], ['--entryPoints.a.http.tls=true']],
    [
      'no word of its TLS',
      ['--entryPoints.a.http.tls.certResolver=hunter2'],
      [`--entryPoints.a.http.tls.certResolver=${mask}`],
    ],
    ['no other word of one', ['--entryPoints.web.http.middlewares=hunter2'], [mask]],
    ['an empty value', ['--ingress-class=', '--config='], ['--ingress-class=', '--config=']],
    ['a password beside its flag', ['mysql', '-phunter2', '-h', 'db'], [mask]],
    ['a script', ['sh', '-c', "T='hunter2'; exec x --proxy-mode=ipvs"], [mask]],
  ])('%s', (_, args, kept) => expect(keptArgs(args)).toEqual(kept))
})

test('the names of entry points', () => {
  const args = [
    '--entryPoints.webSecure.address=:8443/tcp',
    '--entrypoints.dns-53.address',
    ':53/udp',
    '--entrypoints.x',
  ]
  expect(entryPointsIn(args)).toEqual(['websecure', 'dns-53'])
  expect(entryPointsIn(keptArgs(args))).toEqual(['websecure', 'dns-53'])
})

test('the names of entry points for TLS', () => {
  const args = [
    '--entryPoints.webSecure.http.tls=true',
    '--entrypoints.a.http.tls.domains[0].main=example.com',
    '--entrypoints.b.http.tls',
    '--entrypoints.c.http.tls=false',
    '--entrypoints.d.http.tls',
    'false',
    '--entrypoints.e.http.middlewares=x',
  ]
  expect(tlsEntryPointsIn(args)).toEqual(['websecure', 'a', 'b'])
  expect(tlsEntryPointsIn(keptArgs(args))).toEqual(['websecure', 'a', 'b'])
})

test('the names of entry points that lead to others', () => {
  const args = [
    '--entryPoints.web.http.redirections.entryPoint.to=:443',
    '--entrypoints.a.http.redirections.entrypoint.to',
    'websecure',
    '--entrypoints.b.http.redirections.entrypoint.scheme=https',
  ]
  expect(keptArgs(args)).toEqual([...args.slice(0, 3), mask])
  expect(redirectingEntryPointsIn(args)).toEqual(['web', 'a'])
})

test.each<[ComponentFlag, readonly string[], string | null]>([
  ['ingress-class', ['--ingress-class=a', '--ingress-class=b'], 'a'],
  ['ingress-class', ['-ingress-class', 'a'], 'a'],
  ['ingress-class', ['--ingress-class', '--config=x'], ''],
  ['ingress-class', ['--ingress-class', '$(CLASS)'], mask],
  ['ingress-class', ['--ingress-class-name=a', 'ingress-class=b', '---ingress-class=c'], null],
  ['config', ['--config-sync-period=1m'], null],
  ['config', ['--config', '/etc/x'], mask],
])('--%s of %j is %j', (flag, args, value) => expect(flagOf(args, flag)).toBe(value))

test.each([
  [
    ['-localip', '169.254.20.10,10.96.0.10', '-conf', '/etc/Corefile'],
    ['169.254.20.10', '10.96.0.10'],
  ],
  [['/node-cache', '--localip=169.254.20.10'], ['169.254.20.10']],
  [['-localip', '169.254.20.10,'], ['169.254.20.10']],
  [
    ['-localip', 'fd00::a,::1'],
    ['fd00::a', '::1'],
  ],
  [
    ['-localip', '10.0.0.1', '-localip', '10.0.0.2'],
    ['10.0.0.1', '10.0.0.2'],
  ],
  [['-localip', 'node.example'], []],
  [['-conf', '/etc/Corefile'], []],
  [['-localip'], []],
])('%j listens on %j', (args, addresses) => expect(localIps(args)).toEqual(addresses))

test.each<readonly [readonly string[], string | null]>([
  [['-upstreamsvc', 'kube-dns-upstream'], 'kube-dns-upstream'],
  [['-upstreamsvc=kube-dns-upstream'], 'kube-dns-upstream'],
  [['-conf', '/etc/Corefile'], null],
])('%j passes names on to %j', (args, name) => expect(upstreamService(args)).toBe(name))

test('whatever stands around them', () => {
  const other = fc.string().filter((it) => !/^--?localip/i.test(it))
  fc.assert(
    fc.property(fc.array(other), fc.array(fc.ipV4(), { minLength: 1 }), fc.array(other), (before, ips, after) => {
      expect(localIps([...before, '-localip', ips.join(','), ...after])).toEqual(ips)
    }),
  )
})

const wellFormed = fc.constantFrom(
  ['-localip', '169.254.20.10'],
  ['--proxy-mode=iptables'],
  ['--config=/etc/x.conf'],
  ['--ingress-class', 'nginx'],
  ['--watch-ingress-without-class'],
  ['--status-port', '10246'],
)
/** A secret as programs are given one; of flags that take a name none, as a class is no secret. */
const given = secretWord.chain((secret) =>
  fc.record({
    secret: fc.constant(secret),
    words: fc.constantFrom(
      [secret],
      [`-p${secret}`],
      ['-a', secret],
      ['--anything', secret],
      [`--anything=${secret}`],
      [`--${secret}`],
      [`T=${secret}`],
      ['sh', '-c', `T='${secret}' exec x --ingress-class nginx`],
      ['node', '-e', `connect("${secret}")`],
      ['-localip', secret],
      [`-localip=10.0.0.1,${secret}`],
      ['--proxy-mode', secret],
      [`--config=${secret}`],
      ['--watch-ingress-without-class', secret],
      [`--status-port=${secret}`],
      [`--validating-webhook=${secret}:1`],
      ['--ingress-class', `${secret} x`],
      ['--ingress-class', 'nginx', secret],
    ),
  }),
)

test('no secret stays, wherever it stands, and what is read is what was kept', () => {
  fc.assert(
    fc.property(fc.array(wellFormed), given, fc.array(wellFormed), (before, { secret, words }, after) => {
      const args = [...before, ['--'], words, ...after].flat()
      const kept = keptArgs(args)
      expect(kept.join(' ')).not.toContain(secret)
      expect(keptArgs(kept)).toEqual(kept)
      for (const flag of ['localip', 'config', 'proxy-mode', 'ingress-class', 'status-port'] as const)
        expect(flagOf(args, flag)).toBe(flagOf(kept, flag))
    }),
    { numRuns: runs(2000) },
  )
})

test('any words at all: read from what is kept as from what was said', () => {
  const word = fc.oneof(fc.string(), fc.stringMatching(/^--?(localip|config|ingress-class)(=[a-z.,]{0,5})?$/))
  fc.assert(
    fc.property(fc.array(word), (args) => {
      const kept = keptArgs(args)
      expect(keptArgs(kept)).toEqual(kept)
      for (const flag of ['localip', 'config', 'ingress-class'] as const)
        expect(flagOf(kept, flag)).toBe(flagOf(args, flag))
    }),
  )
})
