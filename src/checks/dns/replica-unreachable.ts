import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { dnsServerDead } from '../../relations/symptom.ts'
import { subject } from '../../model/subject.ts'
import { isRefused, lossOf, seriesOf, troubled } from '../../relations/lookup-loss.ts'
import { type Reach, serverReach } from '../../relations/server-reach.ts'
import { latency, percent, serverName, shares } from './dns-evidence.ts'

/**
 * One CoreDNS pod behind the Service does not answer, or loses some of its packets, while another does well. A flow that
 * DNAT sends there is pinned to it by conntrack, retries too, so one look-up in n fails or is late; the readiness probe
 * runs over HTTP and sees nothing.
 */
export default check({
  code: 'DNS106',
  slug: 'dns/replica-unreachable',
  title: 'one DNS server of several does not answer, or loses queries',
  fine: 'every DNS server answers',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: ['replace-dns-pod'],
  decides: ['DNS-58'],

  run({ dnsProbe, clusterDns }) {
    const endpoints = [...new Set(seriesOf(dnsProbe, { role: 'endpoint' }).map((it) => it.server.ip))].toSorted()
    const reach = serverReach(dnsProbe)
    if (endpoints.length === 0) return notApplicable('no DNS endpoint was asked')
    const namespace = clusterDns.service?.namespace ?? 'kube-system'
    return endpoints.map((ip) => judge(dnsProbe, reach, ip, namespace))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args['how'] === 'loses'
        ? `DNS server ${on.name} loses ${args['share']} of what it is asked, so look-ups that land there take 5 s or fail.`
        : `DNS server ${on.name} ${args['how'] === 'refuses' ? 'refuses queries' : 'does not answer'}, so about 1 in ${args['servers']} look-ups fails.`,
    detail: ({ args }) => `${args['ip']} · ${args['failed']} of ${args['of']} look-ups sent to it ${args['how'] === 'loses' ? 'lost a packet or failed' : 'failed'}, from ${args['nodes']} · other servers ${args['otherFailed']} of ${args['otherOf']}`,
    note: ({ args }) =>
      args['nodeCount'] === 1
        ? `only ${args['nodes']} was probed: the way from there to this server may be as guilty; hopscope dns without --node tells`
        : args['how'] === 'loses'
          ? `every node sees it${args['tcp'] === 'well' ? ', and over TCP nothing is lost' : ''}: packets are dropped in the pod or on its node, not by the clients' conntrack`
          : 'conntrack pins a flow to the server that it was given, so a retry from the same port fails too',
    help: ({ subject: on }) => [
      'replace the pod, then find out what cut it off on its node',
      'hopscope fix DNS106 --probe --plan',
      `kubectl -n ${on.namespace} get pod ${on.name} -o wide`,
      `kubectl -n ${on.namespace} delete pod ${on.name}`,
    ],
  },
})

function judge(probe: DnsProbe, all: readonly Reach[], ip: string, namespace: string): Verdict {
  const here = all.filter((it) => it.ip === ip)
  const others = all.filter((it) => it.ip !== ip)
  const loss = lossOf(here.flatMap((it) => it.series))
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} look-ups ended at ${ip} from nodes whose DNS works`)
  const silent = here.every((it) => it.state === 'silent')
  // From every node alike: what only some of them see is the way there.
  const lossy = here.every((it) => it.state === 'lossy')
  if (!silent && !lossy) return ok(loss.of)
  if (silent && others.every((it) => it.state === 'silent')) return cannotTell('ambiguous', 'no DNS server answers well: not the fault of one')
  if (lossy && !(others.length > 0 && others.every((it) => it.state === 'well'))) return ok(loss.of, `${ip} loses look-ups, and so do others: not the fault of one`)

  const othersLoss = lossOf(others.flatMap((it) => it.series))
  const bad = troubled(here.flatMap((it) => it.series))
  const tcp = here.flatMap((it) => it.series).filter((it) => it.transport === 'tcp')
  return finding({
    subject: subject('Pod', namespace, here[0]?.pod ?? ip),
    confidence: 'observed',
    args: {
      how: silent ? (isRefused(here.flatMap((it) => it.series)) ? 'refuses' : 'silent') : 'loses',
      ip,
      failed: silent ? loss.unanswered : bad,
      share: percent(silent ? loss.unanswered : bad, loss.of),
      of: loss.of,
      nodes: here.map((it) => it.node).toSorted().join(', '),
      nodeCount: here.length,
      otherFailed: silent ? othersLoss.unanswered : others.reduce((sum, it) => sum + it.troubled, 0),
      otherOf: othersLoss.of,
      servers: new Set(seriesOf(probe, { role: 'endpoint' }).map((it) => it.server.ip)).size,
      tcp: lossOf(tcp).of === 0 || troubled(tcp) > 0 ? 'bad' : 'well',
      throughService: troubled(seriesOf(probe, { role: 'service' })),
    },
    evidence: [
      shares(silent ? 'look-ups that failed' : 'look-ups that lost a packet or failed', probe, [...here, ...others].flatMap((it) => it.series).concat(seriesOf(probe, { role: 'service', zone: 'cluster' })), serverName),
      latency('look-ups through the Service', seriesOf(probe, { role: 'service', zone: 'cluster' })),
    ],
    // A server that is held at its CPU limit loses packets too, and then that is why.
    symptoms: silent ? [dnsServerDead(ip)] : [`dns-loss:server/${ip}`],
    explains: ['dns-loss:*', 'dns-external:*', 'dns-cut-off:*'],
  })
}
