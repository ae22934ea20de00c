import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import { evidenceLines } from '../../report/evidence-text.ts'
import { paint } from '../../report/paint.ts'
import check from './corefile-broken.ts'
import { misspelt } from '../../relations/corefile-plugins.ts'
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
const given = (text: string, about: Partial<ClusterDns> = {}) => ({ clusterDns: clusterDns({ corefile: known(text), ...about }) })
const notReady = clusterDns().pods.map((it, index) => (index === 0 ? it : { ...it, ready: false, containers: [container({ name: 'coredns', waiting: 'CrashLoopBackOff', ready: false })] }))
const configMap = { subject: 'ConfigMap/kube-system/coredns', confidence: 'inferred' } as const

const refusedLine = { kind: 'corefile-refused', times: 1, said: "/etc/coredns/Corefile:6 - Error during parsing: unknown property 'max_concurent'" } as const

describeCheck(check, [
  { it: 'a brace that is never closed, and servers that still run', given: given(usual.replace(/\}\n$/, '')), expect: [{ ...configMap, severity: 'warning', args: { detail: 'line 1: `{` is never closed' } }] },
  { it: 'the same, and a server that crashes', given: given(usual.replace(/\}\n$/, ''), { pods: notReady }), expect: [{ ...configMap, severity: 'error' }] },
  { it: 'a brace too many', given: given(`${usual}}\n`), expect: [{ ...configMap, args: { detail: 'line 10: `}` without its `{`' } }] },
  { it: 'a plug-in misspelt', given: given(usual.replace('forward', 'foward')), expect: [{ ...configMap, severity: 'warning', args: { detail: 'line 6: there is no plug-in `foward`: `forward` was meant' } }] },
  { it: 'what stands inside a plug-in is wrong, and the server that crashes says so', given: { ...given(usual, { pods: notReady }), dnsServerLogs: [serverLog('coredns-1', [refusedLine], 'before')] }, expect: [{ ...configMap, severity: 'error', confidence: 'observed', args: { detail: refusedLine.said } }] },
  { it: 'the same, at a reload', given: { ...given(usual), dnsServerLogs: [serverLog('coredns-0', [{ ...refusedLine, kind: 'reload-failed' }])] }, expect: [{ ...configMap, severity: 'warning', confidence: 'observed' }] },
  { it: 'no kubernetes', given: given('.:53 {\n  errors\n  forward . 10.0.0.2\n}\n'), expect: [{ ...configMap, severity: 'error', args: { detail: 'no server block has the plug-in kubernetes' } }] },
  { it: 'no zone but the cluster', given: given(usual.replace('.:53', 'cluster.local:53')), expect: [{ ...configMap, severity: 'warning', args: { detail: 'no server block serves the zone `.`' } }] },
  { it: 'nobody to ask for outside names', given: given(usual.replace(/ *forward.*\n/, '')), expect: [{ ...configMap, severity: 'warning', args: { detail: 'the server block of the zone `.` forwards nowhere' } }] },
  { it: 'an empty one', given: given(''), expect: [configMap, configMap] },
  { it: 'of a chart that names its ConfigMap as its Service', given: given('', { service: { ...clusterDns().service!, name: 'rke2-coredns-rke2-coredns' } }), expect: [{ subject: 'ConfigMap/kube-system/rke2-coredns-rke2-coredns' }, { subject: 'ConfigMap/kube-system/rke2-coredns-rke2-coredns' }] },

  { it: 'what was wrong before the last start, which went well', given: { ...given(usual), dnsServerLogs: [serverLog('coredns-0', [refusedLine], 'before')] }, expect: 'ok' },
  { it: 'what kubeadm writes', given: given(usual), expect: 'ok' },
  { it: 'outside names in a block of their own', given: given('cluster.local {\n kubernetes\n}\n. {\n forward . 10.0.0.2\n}\n'), expect: 'ok' },
  { it: 'a plug-in that this CoreDNS may be built with', given: given(usual.replace('forward . /etc/resolv.conf', 'unbound')), expect: 'ok' },
  { it: 'a plug-in that nobody knows answers outside names perhaps', given: given(usual.replace('forward . /etc/resolv.conf', 'ourresolver')), expect: 'ok' },
  { it: 'k3s: hosts from a file, and imports after the last block', given: given(usual.replace('    cache', '    hosts /etc/coredns/NodeHosts {\n      ttl 60\n    }\n    import /etc/coredns/custom/*.override\n    cache').concat('import /etc/coredns/custom/*.server\n')), expect: 'ok' },
  { it: 'imports before the first block', given: given(`import custom/*.server\n${usual}`), expect: 'ok' },

  { it: 'a server crashes, and its log was not read', given: given(usual, { pods: notReady }), expect: 'cannot-tell', says: /stands in its log.*--probe/ },
  { it: 'what is missing may stand in a file', given: given(`${usual.replace(/ *forward.*\n/, '')}import /etc/coredns/custom/*.server\n`), expect: 'cannot-tell', says: /imports files/ },
  { it: 'the ConfigMap forbidden', given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps in kube-system') }) }, expect: 'cannot-tell', says: /was not read: get configmaps/ },
  { it: 'kube-system forbidden', given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }), expect: 'cannot-tell', says: /no permission/ },
])

describe('beside a server that crashes', () => {
  test('the text is the cause', () => {
    const { roots } = diagnose(modelOf(given(usual.replace('kubernetes', 'kuberentes'), { pods: notReady })), { checks: [check, serverRestarts] })
    expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([['DNS114', 'DNS113']])
  })
})

test('the caret stands under the word that is wrong', () => {
  const found = diagnose(modelOf(given(usual.replace('forward', 'foward'))), { checks: [check] }).roots[0]?.finding.evidence[0]
  if (found === undefined) throw new Error('no evidence')
  expect(evidenceLines(found, paint({ colour: false, ascii: false, width: 100 })).join('\n')).toBe(`ConfigMap kube-system/coredns, data.Corefile, line 6
        }
        foward . /etc/resolv.conf
        ^^^^^^ there is no plug-in \`foward\`: \`forward\` was meant
        cache 30`)
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
