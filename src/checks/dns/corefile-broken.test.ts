import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { coreDnsWindow } from '../../../test/build/lookups.ts'
import { container } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import { evidenceLines } from '../../report/evidence-text.ts'
import { paint } from '../../report/paint.ts'
import check from './corefile-broken.ts'
import { misspelt } from '../../relations/dns/corefile-plugins.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { redactCorefile } from '../../wire/redact-corefile.ts'
import { sealedHash } from '../../kube/sealed-hash.ts'
import { sha512 } from '../../wire/sha512.ts'
import serverRestarts from './server-restarts.ts'

const usual = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    forward . /etc/resolv.conf
    cache 30
    loop
}
`
const given = (text: string, about: Partial<ClusterDns> = {}) => ({
  clusterDns: clusterDns({ corefile: known(text), ...about }),
})
const image = (it: string) => ({
  pods: clusterDns().pods.map((pod) => ({ ...pod, containers: [container({ name: 'coredns', image: it })] })),
})
const hashOf = (text: string, files: 'unknown' | 'none' = 'unknown') => sha512(corefileVersionText(text, files) ?? '')
/** Each server says that it runs `text`. */
const running = (text: string, files: 'unknown' | 'none' = 'unknown') => ({
  coreDnsWindows: clusterDns().pods.map((it) => ({
    ...coreDnsWindow(it.name, it.ip ?? '', 0.02),
    config: hashOf(text, files),
  })),
})
/** As it is collected. */
const sealed = ({ coreDnsWindows }: ReturnType<typeof running>) => ({
  coreDnsWindows: coreDnsWindows.map((it) => ({ ...it, config: sealedHash(it.config) })),
})
const runs = (text: string) => ({ ...given(text), ...running(text, 'none') })
const root = (inside: string, after = '') => `.:53 {\n errors\n${inside}\n}\n${after}`
const quotedText = root(
  ' template IN A zz.example.com {\n  answer "{{ .Name }} 60 IN A 192.0.2.1"\n }\n' +
    ' kubernetes cluster.local\n forward . 192.0.2.53',
)
const k = ' kubernetes cluster.local in-addr.arpa ip6.arpa'
const f = ' forward . 192.0.2.53'
/** What CoreDNS 1.14.7 said of each: it does not start. */
const refusedByIt: readonly (readonly [string, string, RegExp])[] = [
  ['a block in one line', root(` health { lameduck 5s }\n${k}\n${f}`), /lameduck/],
  ['two blocks for one zone and port', root(`${k}\n${f}`, `.:53 {\n${f}\n}\n`), /same zone and port/],
  ['the same with the port left out', root(`${k}\n${f}`, `. {\n${f}\n}\n`), /same zone and port/],
  ['one zone twice in a block', `${root(`${k}\n${f}`)}a.example, A.example.:53 {\n${f}\n}\n`, /same zone and port/],
  ['forward without a server', root(`${k}\n forward .`), /no server/],
  ['forward without a zone', root(`${k}\n forward 192.0.2.53`), /no server/],
  ['forward to a comma', root(`${k}\n forward . 192.0.2.53, 198.51.100.53`), /192\.0\.2\.53,/],
  ['kubernetes twice', root(`${k}\n kubernetes other.local\n${f}`), /twice/],
  ['loop twice', root(` loop\n loop\n${k}\n${f}`), /twice/],
  ['a cache of no time', root(`${k}\n${f}\n cache 0`), /out of range/],
  ['a duration without its unit', root(` health {\n  lameduck 5\n }\n${k}\n${f}`), /no duration/],
  ['a port alone', root(` prometheus 9153\n${k}\n${f}`), /no address with a port/],
  ['a policy that there is not', root(`${k}\n forward . 192.0.2.53 {\n  policy fastest\n }`), /fastest/],
]
const notReady = clusterDns().pods.map((it, index) =>
  index === 0
    ? it
    : { ...it, ready: false, containers: [container({ name: 'coredns', waiting: 'CrashLoopBackOff', ready: false })] },
)
const configMap = { subject: 'ConfigMap/kube-system/coredns', confidence: 'inferred' } as const

const refusedLine = {
  kind: 'corefile-refused',
  times: 1,
  said: "/etc/coredns/Corefile:6 - Error during parsing: unknown property 'max_concurent'",
} as const

describeCheck(check, [
  {
    it: 'a brace that is never closed, and servers that still run',
    given: given(usual.replace(/\}\n$/, '')),
    expect: [{ ...configMap, severity: 'warning', says: 'line 1: `{` is never closed' }],
  },
  {
    it: 'the same, and a server that crashes',
    given: given(usual.replace(/\}\n$/, ''), { pods: notReady }),
    expect: [{ ...configMap, severity: 'error' }],
  },
  ...refusedByIt.map(([it, text, says]) => ({
    it,
    given: given(text),
    expect: [{ ...configMap, severity: 'warning' as const, says }],
  })),
  {
    it: 'a plugin misspelt',
    given: given(usual.replace('forward', 'foward')),
    expect: [
      {
        ...configMap,
        severity: 'warning',
        says: 'line 6: there is no plugin `foward`: `forward` was meant',
      },
    ],
  },
  {
    it: 'what stands inside a plugin is wrong, and the server that crashes says so',
    given: { ...given(usual, { pods: notReady }), dnsServerLogs: [serverLog('coredns-1', [refusedLine], 'before')] },
    expect: [{ ...configMap, severity: 'error', confidence: 'observed', says: refusedLine.said }],
  },
  {
    it: 'the same, at a reload',
    given: { ...given(usual), dnsServerLogs: [serverLog('coredns-0', [{ ...refusedLine, kind: 'reload-failed' }])] },
    expect: [{ ...configMap, severity: 'warning', confidence: 'observed' }],
  },
  {
    it: 'no kubernetes',
    given: given('.:53 {\n  errors\n  forward . 10.0.0.2\n}\n'),
    expect: [{ ...configMap, severity: 'error', says: 'no server block has the plugin kubernetes' }],
  },
  {
    it: 'no zone but the cluster',
    given: given(usual.replace('.:53', 'cluster.local:53')),
    expect: [{ ...configMap, severity: 'warning', says: 'no server block serves the zone `.`' }],
  },
  {
    it: 'nobody to ask for outside names',
    given: given(usual.replace(/ *forward.*\n/, '')),
    expect: [{ ...configMap, severity: 'warning', says: 'the server block of the zone `.` forwards nowhere' }],
  },
  { it: 'an empty one', given: given(''), expect: [configMap, configMap] },
  {
    it: 'of a chart that names its ConfigMap as its Service',
    given: given('', { service: { ...clusterDns().service!, name: 'rke2-coredns-rke2-coredns' } }),
    expect: [
      { subject: 'ConfigMap/kube-system/rke2-coredns-rke2-coredns' },
      { subject: 'ConfigMap/kube-system/rke2-coredns-rke2-coredns' },
    ],
  },

  {
    it: 'what was wrong before the last start, which went well',
    given: { ...given(usual), dnsServerLogs: [serverLog('coredns-0', [refusedLine], 'before')] },
    expect: 'cannot-tell',
    says: /whether CoreDNS takes it is not known/,
  },
  { it: 'what kubeadm writes, and the servers say that they run it', given: runs(usual), expect: 'ok' },
  {
    it: 'the same, and no server says so',
    given: given(usual),
    expect: 'cannot-tell',
    says: /is not known until a server tells.*--probe/,
  },
  {
    it: 'the same, and they run another text',
    given: { ...given(usual), ...running(usual.replace('30', '60')) },
    expect: 'cannot-tell',
    says: /coredns-0, coredns-1 run another text/,
  },
  {
    it: 'the same, and one says nothing',
    given: { ...given(usual), coreDnsWindows: running(usual).coreDnsWindows.slice(1) },
    expect: 'ok',
  },
  {
    it: 'the same, and neither says anything',
    given: {
      ...given(usual),
      coreDnsWindows: clusterDns().pods.map((it) => coreDnsWindow(it.name, it.ip ?? '', 0.02)),
    },
    expect: 'cannot-tell',
    says: /no server tells which text it runs/,
  },
  {
    it: 'the log of one says at its start that it runs it',
    given: { ...given(usual), dnsServerLogs: [{ ...serverLog('coredns-0'), config: hashOf(usual) }] },
    expect: 'ok',
  },
  {
    it: 'what it loaded since weighs more',
    given: {
      ...given(usual),
      ...running(usual.replace('30', '60')),
      dnsServerLogs: [{ ...serverLog('coredns-0'), config: hashOf(usual) }],
    },
    expect: 'cannot-tell',
    says: /coredns-0, coredns-1 run another text/,
  },
  {
    it: 'words of it were taken out, and by the hash of what was read the servers run it',
    given: {
      ...given(redactCorefile(quotedText), { corefileHash: hashOf(quotedText) }),
      ...running(quotedText),
    },
    expect: 'ok',
  },
  {
    it: 'what stands for the hash of what was read, and of what the servers run, is one',
    given: {
      ...given(redactCorefile(quotedText), { corefileHash: sealedHash(hashOf(quotedText)) }),
      ...sealed(running(quotedText)),
    },
    expect: 'ok',
  },
  {
    it: 'what stands for the hash of what was read is another than of what the servers run',
    given: {
      ...given(usual, { corefileHash: sealedHash(hashOf(usual)) }),
      ...sealed(running(usual.replace('30', '60'))),
    },
    expect: 'cannot-tell',
    says: /coredns-0, coredns-1 run another text/,
  },
  {
    it: 'what stands for a hash says nothing beside a hash',
    given: { ...given(usual), ...sealed(running(usual)) },
    expect: 'cannot-tell',
    says: /no server tells which text it runs/,
  },
  {
    it: 'words of it were taken out before anybody took its hash: nothing is known, and no other text is claimed',
    given: { ...given(redactCorefile(quotedText)), ...running(quotedText) },
    expect: 'cannot-tell',
    says: /words of this text were taken out/,
  },
  {
    it: 'variables of the environment',
    given: { ...given(usual.replace('cache 30', 'cache {$TTL}')), ...running(usual) },
    expect: 'cannot-tell',
    says: /can't be compared with a text in which variables/,
  },
  {
    it: 'what hopscope takes for refused, and the servers run it',
    given: runs(root(`${k}\n${f}\n cache 0`)),
    expect: 'ok',
  },
  { it: 'a brace too many is the name of one more zone', given: runs(`${usual}}\n`), expect: 'ok' },
  {
    it: 'three of them as well, and CoreDNS 1.14.7 starts with it',
    given: given(`${usual}{{{\nerrors\n`),
    expect: 'cannot-tell',
    says: /nothing wrong is seen in the Corefile/,
  },
  {
    it: 'more of them than a label has bytes',
    given: given(`${usual}${'{'.repeat(200_000)}\nerrors\n`),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', says: /`\{{80}…` is no zone that can be served/ }],
  },
  {
    it: '`upstream` of old, and which CoreDNS this is is not known',
    given: given(root(`${k} {\n  upstream\n }\n${f}`)),
    expect: 'cannot-tell',
    says: /refused since CoreDNS 1\.7\.0/,
  },
  {
    it: 'the same of an old CoreDNS',
    given: given(root(`${k} {\n  upstream\n }\n${f}`), image('k8s.gcr.io/coredns:1.3.1')),
    expect: 'cannot-tell',
    says: /nothing wrong is seen in the Corefile; /,
  },
  {
    it: 'the same of a new one',
    given: given(root(`${k} {\n  upstream\n }\n${f}`), image('registry.k8s.io/coredns/coredns:v1.11.1')),
    expect: [
      {
        ...configMap,
        severity: 'warning',
        says: 'line 4: `kubernetes` has no `upstream` since CoreDNS 1.7.0',
      },
    ],
  },
  ...['forward . dns.example.com', 'forward . 192.0.2.53 tls://dns.example.com'].map((line) => ({
    it: `a name that CoreDNS is to look up, before it could: ${line}`,
    given: given(root(`${k}\n ${line}`), image('registry.k8s.io/coredns/coredns:v1.14.3')),
    expect: [{ ...configMap, severity: 'warning' as const, args: { case: 'unparsable', line: 4 } }],
  })),
  {
    it: 'the same since it can',
    given: given(root(`${k}\n forward . dns.example.com`), image('registry.k8s.io/coredns/coredns:v1.14.4')),
    expect: 'cannot-tell',
    says: /^(?![^]*before CoreDNS)/,
  },
  {
    it: 'a name, and a build of somebody',
    given: given(root(`${k}\n forward . dns.example.com`), image('example.com/coredns:1.11.3')),
    expect: 'cannot-tell',
    says: /to a name is refused before CoreDNS 1\.14\.4/,
  },
  {
    it: 'addresses and a file, in an old CoreDNS',
    given: given(
      root(`${k}\n forward . /etc/resolv.conf 192.0.2.53:5353 tls://192.0.2.54%dns.example.com [2001:db8::1]:53`),
      image('registry.k8s.io/coredns/coredns:v1.11.3'),
    ),
    expect: 'cannot-tell',
    says: /^(?![^]*before CoreDNS)/,
  },
  {
    it: '`proxy`, and a build of somebody who may have it',
    given: given(root(`${k}\n proxy . 192.0.2.53`), image('registry.example/coredns:1.11.1')),
    expect: 'cannot-tell',
    says: /`proxy`/,
  },
  {
    it: 'a word that this release does not know',
    given: given(root(`${k} {\n  podz insecure\n }\n${f}`), image('coredns/coredns:1.11.1')),
    expect: [{ ...configMap, severity: 'warning', says: 'line 4: `kubernetes` has no `podz`' }],
  },
  {
    it: 'a word that a later release may know',
    given: given(root(`${k} {\n  podz insecure\n }\n${f}`)),
    expect: 'cannot-tell',
    says: /`podz` is no word of `kubernetes`/,
  },
  {
    it: 'snippets that multiply',
    given: given(
      `(a0) {\n log\n log\n}\n${Array.from({ length: 30 }, (_, n) => `(a${n + 1}) {\n import a${n}\n import a${n}\n}\n`).join('')}${root(' import a30\n')}`,
    ),
    expect: 'cannot-tell',
    says: /its snippets multiply/,
  },
  {
    it: 'a server ended with words that nobody knows',
    given: {
      ...given(usual, { pods: notReady }),
      dnsServerLogs: [
        serverLog('coredns-1', [{ kind: 'last-words', times: 1, said: 'open /etc/tls.crt: no such file' }], 'before'),
      ],
    },
    expect: 'cannot-tell',
    says: /open \/etc\/tls\.crt/,
  },
  {
    it: 'outside names in a block of their own',
    given: runs('cluster.local {\n kubernetes\n}\n. {\n forward . 10.0.0.2\n}\n'),
    expect: 'ok',
  },
  {
    it: 'a plugin that this CoreDNS may be built with',
    given: runs(usual.replace('forward . /etc/resolv.conf', 'unbound')),
    expect: 'ok',
  },
  {
    it: 'a plugin that nobody knows answers outside names perhaps',
    given: runs(usual.replace('forward . /etc/resolv.conf', 'ourresolver')),
    expect: 'ok',
  },
  {
    it: 'k3s: hosts from a file, and imports after the last block',
    given: runs(
      usual
        .replace(
          '    cache',
          '    hosts /etc/coredns/NodeHosts {\n      ttl 60\n    }\n    import /etc/coredns/custom/*.override\n    cache',
        )
        .concat('import /etc/coredns/custom/*.server\n'),
    ),
    expect: 'ok',
  },
  { it: 'imports before the first block', given: runs(`import custom/*.server\n${usual}`), expect: 'ok' },

  {
    it: 'a server crashes, and its log was not read',
    given: given(usual, { pods: notReady }),
    expect: 'cannot-tell',
    says: /stands in its log.*--probe/,
  },
  {
    it: 'what is missing may stand in a file',
    given: given(`${usual.replace(/ *forward.*\n/, '')}import /etc/coredns/custom/*.server\n`),
    expect: 'cannot-tell',
    says: /imports files/,
  },
  {
    it: 'the ConfigMap forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps in kube-system') }) },
    expect: 'cannot-tell',
    says: /was not read: get configmaps/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

describe('beside a server that crashes', () => {
  test('the text is the cause', () => {
    const { roots } = diagnose(modelOf(given(usual.replace('kubernetes', 'kuberentes'), { pods: notReady })), {
      checks: [check, serverRestarts],
    })
    expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
      ['DNS114', 'DNS113'],
    ])
  })
})

test('the caret stands under the word that is wrong', () => {
  const found = diagnose(modelOf(given(usual.replace('forward', 'foward'))), { checks: [check] }).roots[0]?.finding
    .evidence[0]
  if (found === undefined) throw new Error('no evidence')
  expect(evidenceLines(found, paint({ colour: false, ascii: false, width: 100 })).join('\n'))
    .toBe(`ConfigMap kube-system/coredns, data.Corefile, line 6
  │     }
  │     foward . /etc/resolv.conf
        ^^^^^^ there is no plugin \`foward\`: \`forward\` was meant
  │     cache 30`)
})

test.each([
  ['forward', null],
  ['kuberentes', 'kubernetes'],
  ['error', 'errors'],
  ['kubernetai', null],
  ['ourresolver', null],
  ['auth', null],
  ['lg', null],
])('%s, meant: %s', (name, meant) => expect(misspelt(name)).toBe(meant))
