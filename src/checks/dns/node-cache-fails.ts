import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { type CacheFault, cacheFaults, goesToCache } from '../../relations/dns/node-cache.ts'
import { dnsLossInNamespace, dnsLossOnNode, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { latency, serverName, shares } from './dns-evidence.ts'
import { count, percent } from '../../phrases.ts'

/**
 * Pods of a node ask the cache on that node, and it has a way of its own to CoreDNS and to the upstream: both may be
 * well while every pod of the node has no DNS. A cache that dies leaves its address behind, so nothing falls back.
 */
export default check({
  code: 'DNS157',
  slug: 'dns/node-cache-fails',
  title: "a node's DNS cache fails where the servers behind it answer",
  fine: 'the DNS cache of each node answers as the servers behind it do',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: ['DNS-61'],

  run({ dnsProbe, clusterDns }) {
    if (clusterDns.nodeCaches.length === 0) return notApplicable('no DNS cache runs on the nodes')
    const asked = seriesOf(dnsProbe, {}).filter((it) => goesToCache(clusterDns, it))
    const { of } = lossOf(asked)
    if (of < 4) return cannotTell('too-few', `${of} lookups ended at the caches of the nodes`)
    const faults = cacheFaults(dnsProbe, clusterDns)
    const alike = Map.groupBy(faults, (it) => `${it.how} ${it.pod.namespace}`)
    return faults.length === 0 ? ok(of) : [...alike.values()].map((its) => told(dnsProbe, clusterDns, its))
  },

  words: {
    headline: ({ args }) => {
      const where = `${args.caches} on ${args.nodes}`
      if (args.how === 'tcp') return `DNS over TCP is not answered by ${where}; over UDP it is.`
      if (args.how === 'silent')
        return (
          `${args.Caches} on ${args.nodes} ${verb(args)} not answer at ${args.ip}, ` +
          `and the servers behind ${args.it} do.`
        )
      if (args.how === 'erring')
        return (
          `${args.share} of lookups of ${args.names} are answered with errors by ${where}; ` +
          `the servers behind ${args.it} answer them.`
        )
      return (
        `${args.share} of lookups of ${args.names} are lost at ${where}; ` +
        `the servers behind ${args.it} answer them.`
      )
    },
    detail: ({ args }) =>
      `${args.ip} · ${args.bad} of ${args.of} lookups of ${args.names} failed there · ` +
      `of the servers themselves ${args.pastFailed} of ${args.pastOf}`,
    note: ({ args }) =>
      args.how === 'silent'
        ? 'a cache that is gone leaves its address on the node: nothing takes its place until it is back'
        : "the cache's own Corefile says where it sends what it does not know",
    help: ({ subject: on, args }) => [
      args.how === 'tcp'
        ? 'let TCP port 53 through to the cache, and from it to what its Corefile forwards to'
        : "read the cache's log, and the `forward` lines of its Corefile",
      `kubectl -n ${on.namespace} logs ${args.example} --tail=50`,
      `kubectl -n ${on.namespace} get pod ${args.example} -o wide`,
    ],
  },
})

function verb(args: Readonly<Record<string, unknown>>): string {
  return args.it === 'it' ? 'does' : 'do'
}

function told(probe: DnsProbe, dns: ClusterDns, its: readonly CacheFault[]) {
  const [first] = its
  if (first === undefined) return ok(1)
  const nodes = [...new Set(its.map((it) => it.node))].toSorted()
  const one = nodes.length === 1
  const zones = new Set(its.map((it) => it.zone))
  const sum = (of: (it: CacheFault) => number): number => its.reduce((total, it) => total + of(it), 0)
  const past = nodes
    .flatMap((node) => seriesOf(probe, { node }))
    .filter((it) => zones.has(it.zone) && it.server.role === 'endpoint')
  const series = its.flatMap((it) => it.series)
  const pastLoss = lossOf(past)
  return finding({
    subject: one ? subject('Pod', first.pod.namespace, first.pod.name) : workloadOfPod(first.pod),
    confidence: 'observed',
    args: {
      how: first.how,
      caches: one ? `the DNS cache ${first.pod.name}` : 'the DNS caches',
      Caches: one ? `The DNS cache ${first.pod.name}` : 'The DNS caches',
      it: one ? 'it' : 'them',
      nodes: nodes.length === probe.nodes.length && !one ? count(nodes.length, 'node') : nodes.join(', '),
      names: namesOf(zones),
      ip: [...new Set(series.map((it) => it.server.ip))].join(', '),
      bad: sum((it) => it.bad),
      of: sum((it) => it.of),
      share: percent(
        sum((it) => it.bad),
        sum((it) => it.of),
      ),
      pastFailed: pastLoss.failed,
      pastOf: pastLoss.of,
      example: first.pod.name,
    },
    evidence: [
      shares('lookups that failed', [...series, ...past], (it) => `${it.node} ${it.transport} to ${serverName(it)}`),
      latency('lookups at the cache', series),
    ],
    symptoms: [dnsLossInNamespace(probe.from.namespace), ...(first.how === 'tcp' ? [dnsTcpUnanswered] : [])],
    // A cache asks the servers by TCP (`force_tcp`): where the DNS Service does not take it, every cache fails so.
    ...(nodes.length === probe.nodes.length ? { dueTo: [dnsTcpUnanswered] } : {}),
    causes: nodes.flatMap((it) => [
      dnsLossOnNode(it),
      `dns-external:node/${it}`,
      `dns-cut-off:node/${it}`,
      `dns-service:node/${it}`,
    ]),
  })
}

function namesOf(zones: ReadonlySet<LookupSeries['zone']>): string {
  if (zones.size > 1) return 'all names'
  return zones.has('cluster') ? 'names of the cluster' : 'outside names'
}
