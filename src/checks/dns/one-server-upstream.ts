import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, quantile } from '../../relations/dns/lookup-loss.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsUpstreamSilent, upstreamSilentTo } from '../../relations/symptom.ts'
import { outsideByServer } from '../../relations/dns/upstream-by-server.ts'
import { shares } from './dns-evidence.ts'
import { upstreamEvidence, upstreamsAsked } from './upstream-evidence.ts'
import { askUpstream, upstreamArgs, upstreamWords } from './upstream-words.ts'
import { ms } from '../../phrases.ts'

/**
 * One server of several answers no name outside, and the others answer all: they have one Corefile, so what differs is
 * what stands around it, the node's resolv.conf that `forward . /etc/resolv.conf` reads, or the node's way out.
 */
export default check({
  code: 'DNS150',
  slug: 'dns/one-server-upstream',
  title: 'one DNS server answers no outside name, and the others do',
  fine: 'the DNS servers do alike with outside names',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs }) {
    const { cut, well, asked: servers } = outsideByServer(dnsProbe)
    const of = <T extends { readonly pod: string }>(all: Known<readonly T[]>, pod: string): Known<readonly T[]> =>
      all.known ? { ...all, value: all.value.filter((it) => it.pod === pod) } : all
    if (cut.length === 0) return well.length > 0 ? ok(well.length) : noneWell(servers)
    return cut.map(({ pod, series, failed, of: asked }) => {
      const node = clusterDns.pods.find((it) => it.name === pod)?.node ?? null
      const logs = of(dnsServerLogs, pod)
      const upstreams = upstreamsAsked(clusterDns, series, of(coreDnsWindows, pod), logs)
      const said = signsOf(logs, clusterDns.pods, 'io-timeout', 'no-healthy-upstream')
      return finding({
        subject: subject('Pod', clusterDns.service?.namespace ?? 'kube-system', pod),
        confidence: 'observed',
        args: {
          ...upstreamArgs(upstreams),
          node: node ?? 'unknown',
          failed,
          of: asked,
          p50: ms(quantile(lossOf(series).times, 0.5)),
          others: well.map((it) => it.pod).join(', '),
          wellFailed: well.reduce((sum, it) => sum + it.failed, 0),
          wellOf: well.reduce((sum, it) => sum + it.of, 0),
          file: upstreams.forwarding?.to.find((it) => it.kind === 'file')?.written ?? '',
        },
        evidence: [
          shares(
            'uncached outside names that failed',
            [...series, ...well.flatMap((it) => it.series)],
            (it) => it.server.pod ?? it.server.ip,
          ),
          ...(said.length === 0 ? [] : [logEvidence(said)]),
          ...upstreamEvidence({
            dns: clusterDns,
            probe: dnsProbe,
            asked: series,
            upstreams,
            label: 'no answer there',
          }).slice(0, 1),
        ],
        symptoms: [upstreamSilentTo(pod)],
        causes: ['dns-external:*', 'dns-slow:*', dnsUpstreamSilent],
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DNS server ${on.name}${args.node === 'unknown' ? '' : ` on node ${args.node}`} answers no name ` +
      `outside the cluster: it gets no answer from its ${upstreamWords(args)}, and the other servers do.`,
    detail: ({ subject: on, args }) =>
      `${on.name} · ${args.failed} of ${args.of} lookups of outside names failed after ${args.p50} · ` +
      `${args.others}: ${args.wellFailed} of ${args.wellOf}`,
    note: ({ args }) =>
      args.file === ''
        ? 'all servers have one Corefile, so what differs is the way out of this node'
        : `all servers have one Corefile, and ${args.file} in it is the file of each server's own node, ` +
          'as its kubelet hands it out (resolvConf)',
    help: ({ subject: on, args }) => [
      args.file === ''
        ? 'look at what this node has between it and the upstream: routes, firewall, its cloud subnet'
        : `fix the resolv.conf of node ${args.node} and restart this server there, ` +
          'or name the upstream in the Corefile',
      ...askUpstream(args).map((it) => `on node ${args.node}:  ${it}`),
      `kubectl -n ${on.namespace} logs ${on.name} --tail=50 | grep "i/o timeout"`,
    ],
  },
})

function noneWell(servers: number) {
  return servers === 0
    ? cannotTell('too-few', 'no DNS server answered names of the cluster and was asked for four outside names')
    : cannotTell('ambiguous', 'outside names fail at each server that was asked: none does well to compare with')
}
