import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/lookup-loss.ts'
import { dnsUpstreamSilent } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/** Names of the cluster are answered, names outside are not, at whatever CoreDNS pod is asked: its upstream is dead. */
export default check({
  code: 'DNS108',
  slug: 'dns/upstream-dead',
  title: 'the DNS server that CoreDNS forwards to does not answer',
  fine: 'names outside the cluster are answered',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: ['DNS-40', 'DNS-41'],

  run({ dnsProbe, clusterDns }) {
    const external = dnsProbe.series.filter((it) => it.zone === 'external' && it.method !== 'getaddrinfo')
    const nodes = dnsProbe.nodes.filter((node) => clusterNamesWork(seriesOf(dnsProbe, { node, zone: 'cluster' })))
    const asked = external.filter((it) => nodes.includes(it.node))
    const loss = lossOf(asked)
    if (loss.of < 4) return cannotTell('too-few', `${loss.of} look-ups of an outside name ended on nodes where cluster names work`)
    if (!nearlyAll(loss.unanswered, loss.of)) return ok(loss.of)

    const forward = forwardLine(clusterDns.corefile.known ? clusterDns.corefile.value : '')
    const configMap = subject('ConfigMap', clusterDns.service?.namespace ?? 'kube-system', 'coredns')
    return finding({
      subject: configMap,
      confidence: 'observed',
      args: { failed: loss.unanswered, of: loss.of, name: asked[0]?.name ?? 'unknown', upstream: forward?.to ?? 'unknown', how: worst(asked) },
      evidence: [
        ...(forward === null ? [] : [{ kind: 'config' as const, object: configMap, path: 'data.Corefile', lines: [forward.line], at: 0, mark: forward.to, label: 'does not answer' }]),
        shares('look-ups that failed', dnsProbe, dnsProbe.series.filter((it) => it.method !== 'getaddrinfo' && nodes.includes(it.node)), (it) => `${it.zone} names, ${it.server.role} ${it.transport}`),
        latency('look-ups of an outside name', asked),
      ],
      symptoms: [dnsUpstreamSilent],
      explains: ['dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) => `Names outside the cluster can't be looked up: CoreDNS gets no answer from its upstream ${args['upstream']}.`,
    detail: ({ args }) => `${args['name']} · ${args['failed']} of ${args['of']} look-ups failed (${args['how']}) · names of the cluster are answered`,
    note: () => 'CoreDNS waits for its upstream and then answers SERVFAIL; clients wait with it',
    help: ({ subject: on, args }) => [
      'ask the upstream from the nodes where CoreDNS runs, and name a second one in the Corefile',
      `kubectl -n ${on.namespace} logs -l k8s-app=kube-dns --tail=20 | grep "i/o timeout"`,
      `on such a node:  dig @${args['upstream']} example.com`,
    ],
  },
})

function clusterNamesWork(series: readonly LookupSeries[]): boolean {
  const loss = lossOf(series)
  return loss.of > 0 && loss.failed / loss.of < 0.1
}

function worst(series: readonly LookupSeries[]): string {
  const answers = series.flatMap((it) => it.lookups).flatMap((it) => [it.a, it.aaaa])
  return answers.filter((it) => it === 'servfail').length >= answers.filter((it) => it === 'timeout').length ? 'SERVFAIL' : 'time-out'
}

function forwardLine(corefile: string): { readonly line: string; readonly to: string } | null {
  for (const line of corefile.split('\n')) {
    const to = /^\s*forward\s+\S+\s+([^\s{]+)/.exec(line)?.[1]
    if (to !== undefined) return { line: line.trim(), to }
  }
  return null
}
