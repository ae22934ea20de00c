import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, nearlyAll, notable, seriesOf, troubled } from '../../relations/lookup-loss.ts'
import { latency, serverName, shares } from './dns-evidence.ts'

/**
 * One CoreDNS pod behind the Service does not answer while another does. A flow that DNAT sends there is pinned to it
 * by conntrack, retries too, so one look-up in n fails outright; the readiness probe runs over HTTP and sees nothing.
 */
export default check({
  code: 'DNS106',
  slug: 'dns/replica-unreachable',
  title: 'one DNS server of several does not answer',
  fine: 'every DNS server answers',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: ['replace-dns-pod'],
  decides: ['DNS-58'],

  run({ dnsProbe, clusterDns }) {
    const endpoints = [...new Set(seriesOf(dnsProbe, { role: 'endpoint' }).map((it) => it.server.ip))].toSorted()
    if (endpoints.length === 0) return notApplicable('no DNS endpoint was asked')
    const namespace = clusterDns.service?.namespace ?? 'kube-system'
    return endpoints.map((ip) => judge(dnsProbe, ip, namespace))
  },

  words: {
    headline: ({ subject: on, args }) => `DNS server ${on.name} does not answer, so about 1 in ${args['servers']} look-ups fails.`,
    detail: ({ args }) => `${args['ip']} · ${args['failed']} of ${args['of']} look-ups sent to it failed, from ${args['nodes']} · other servers ${args['otherFailed']} of ${args['otherOf']}`,
    note: () => 'conntrack pins a flow to the server that it was given, so a retry from the same port fails too',
    help: ({ subject: on }) => [
      'replace the pod, then find out what cut it off on its node',
      'hopscope fix DNS106 --probe --plan',
      `kubectl -n ${on.namespace} get pod ${on.name} -o wide`,
      `kubectl -n ${on.namespace} delete pod ${on.name}`,
    ],
  },
})

function judge(probe: DnsProbe, ip: string, namespace: string): Verdict {
  const usable = probe.nodes.filter((node) => !isCutOff(probe, node))
  const to = seriesOf(probe, { role: 'endpoint', ip }).filter((it) => usable.includes(it.node) && it.zone === 'cluster')
  const loss = lossOf(to)
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} look-ups ended at ${ip} from nodes whose DNS works`)
  const others = seriesOf(probe, { role: 'endpoint' }).filter((it) => it.server.ip !== ip && usable.includes(it.node) && it.zone === 'cluster')
  const othersLoss = lossOf(others)
  if (!nearlyAll(loss.unanswered, loss.of)) return ok(loss.of)
  if (othersLoss.of === 0 || notable(othersLoss.unanswered, othersLoss.of) && othersLoss.unanswered / othersLoss.of > 0.5) {
    return cannotTell('ambiguous', 'no DNS server answers well: not the fault of one')
  }
  const first = to[0]
  const nodes = [...new Set(to.map((it) => it.node))].toSorted()
  return finding({
    subject: subject('Pod', namespace, first?.server.pod ?? ip),
    confidence: 'observed',
    args: {
      ip,
      failed: loss.unanswered,
      of: loss.of,
      nodes: nodes.join(', '),
      otherFailed: othersLoss.unanswered,
      otherOf: othersLoss.of,
      servers: new Set(seriesOf(probe, { role: 'endpoint' }).map((it) => it.server.ip)).size,
      throughService: troubled(seriesOf(probe, { role: 'service' })),
    },
    evidence: [
      shares('look-ups that failed', probe, [...to, ...others, ...seriesOf(probe, { role: 'service', zone: 'cluster' })], serverName),
      latency('look-ups through the Service', seriesOf(probe, { role: 'service', zone: 'cluster' })),
    ],
    explains: ['dns-loss:*', 'dns-external:*', 'dns-cut-off:*'],
  })
}

function isCutOff(probe: DnsProbe, node: string): boolean {
  const loss = lossOf(seriesOf(probe, { node, role: 'endpoint' }))
  return nearlyAll(loss.unanswered, loss.of)
}
