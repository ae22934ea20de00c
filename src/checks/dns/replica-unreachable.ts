import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { dnsLossOnNode, dnsServerDead } from '../../relations/symptom.ts'
import { subject } from '../../model/subject.ts'
import { isRefused, lossOf, nearlyAll, seriesOf, troubled } from '../../relations/dns/lookup-loss.ts'
import { type Reach, serverReach } from '../../relations/dns/server-reach.ts'
import { latency, serverName, shares } from './dns-evidence.ts'
import { percent } from '../../phrases.ts'

/**
 * One CoreDNS pod behind the Service does not answer, or loses some of its packets, while another does well. A flow
 * that DNAT sends there is pinned to it by conntrack, retries too, so one lookup in n fails or is late; the readiness
 * probe runs over HTTP and sees nothing.
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
    headline({ subject: on, args }) {
      const { ip, udpBad, udpOf, share, servers } = args
      if (args.how === 'wrong-source') {
        return (
          `UDP answers of DNS server ${on.name} come from an address other than ${ip}, which was asked: ` +
          `no client takes them (${udpBad} of ${udpOf} lookups).`
        )
      }
      if (args.how === 'loses') {
        return `DNS server ${on.name} loses ${share} of what it is asked, so lookups that land there take 5 s or fail.`
      }
      const does = args.how === 'refuses' ? 'refuses queries' : 'does not answer'
      return `DNS server ${on.name} ${does}, so about 1 in ${servers} lookups fails.`
    },
    detail: ({ args }) =>
      `${args.ip} · ${args.failed} of ${args.of} lookups sent to it ` +
      `${args.how === 'loses' || args.how === 'wrong-source' ? 'lost a packet or failed' : 'failed'}, ` +
      `from ${args.nodes} · other servers ${args.otherFailed} of ${args.otherOf}`,
    note({ args }) {
      if (args.how === 'wrong-source') {
        return (
          `${args.stray} UDP packets met no socket that waits for them, and over TCP nothing is lost: ` +
          'it answers, from another address; a rule on its node rewrites the source, or the pod has a second address'
        )
      }
      if (args.nodeCount === 1) {
        return (
          `only ${args.nodes} was probed: the way from there to this server may be as guilty; ` +
          'hopscope dns without --node tells'
        )
      }
      if (args.how !== 'loses')
        return 'conntrack pins a flow to the server that it was given, so a retry from the same port fails too'
      const overTcp = args.tcp === 'well' ? ', and over TCP nothing is lost' : ''
      return (
        `each of the ${args.nodeCount} nodes that asked sees it${overTcp}: packets are dropped in the pod or on ` +
        "its node, not by the clients' conntrack"
      )
    },
    help({ subject: on, args }) {
      if (!args.isPod)
        return [
          'see whose address that is, and what put it behind the DNS Service',
          `kubectl get pods,nodes -A -o wide | grep -wF ${args.ip}`,
          `kubectl -n ${on.namespace} get endpointslices -o wide | grep -wF ${args.ip}`,
        ]
      const look = `kubectl -n ${on.namespace} get pod ${on.name} -o wide`
      if (args.how === 'wrong-source') {
        return [
          'look at what rewrites the source of its answers: SNAT or masquerade rules on its node, ' +
            'a second address of the pod',
          look,
          'on its node:  tcpdump -ni any udp port 53    iptables-save -t nat | grep -E "SNAT|MASQUERADE"',
        ]
      }
      return [
        'replace the pod, then find out what cut it off on its node',
        'hopscope fix DNS106 --probe --plan',
        look,
        `kubectl -n ${on.namespace} delete pod ${on.name}`,
      ]
    },
  },
})

/** Of what seems lost over UDP, this share has to come back as packets that nobody waits for. */
const strayShare = 0.5

/**
 * Next to nothing that it is asked over UDP is answered, TCP is well, and packets come that no socket waits for: it
 * does answer, from an address that was not asked. null when that is not what is seen, or could not be.
 */
function strayAnswers(
  probe: DnsProbe,
  here: readonly Reach[],
): { stray: number; udpBad: number; udpOf: number } | null {
  const udp = here.flatMap((it) => it.series).filter((it) => it.transport === 'udp')
  const [udpBad, udpOf] = [troubled(udp), lossOf(udp).of]
  const nodes = new Set(here.map((it) => it.node))
  const seen = (probe.stray ?? []).filter((it) => nodes.has(it.node))
  if (seen.length === 0 || !nearlyAll(udpBad, udpOf)) return null
  const stray = seen.reduce((sum, it) => sum + it.packets, 0)
  return stray >= udpBad * strayShare ? { stray, udpBad, udpOf } : null
}

function howOf(silent: boolean, here: readonly Reach[]): 'refuses' | 'silent' | 'loses' {
  if (!silent) return 'loses'
  return isRefused(here.flatMap((it) => it.series)) ? 'refuses' : 'silent'
}

function judge(probe: DnsProbe, all: readonly Reach[], ip: string, namespace: string) {
  const here = all.filter((it) => it.ip === ip)
  const others = all.filter((it) => it.ip !== ip)
  const loss = lossOf(here.flatMap((it) => it.series))
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} lookups ended at ${ip} from nodes whose DNS works`)
  const silent = here.every((it) => it.state === 'silent')
  // From every node alike: what only some of them see is the way there.
  const lossy = here.every((it) => it.state === 'lossy')
  if (!silent && !lossy) return ok(loss.of)
  if (silent && others.every((it) => it.state === 'silent'))
    return cannotTell('ambiguous', 'no DNS server answers well: not the fault of one')
  if (lossy && !(others.length > 0 && others.every((it) => it.state === 'well')))
    return ok(loss.of, `${ip} loses lookups, and so do others: not the fault of one`)

  return found(probe, { ip, here, others, silent }, namespace)
}

interface Sides {
  readonly ip: string
  readonly here: readonly Reach[]
  readonly others: readonly Reach[]
  readonly silent: boolean
}

function found(probe: DnsProbe, { ip, here, others, silent }: Sides, namespace: string) {
  const loss = lossOf(here.flatMap((it) => it.series))
  const othersLoss = lossOf(others.flatMap((it) => it.series))
  const bad = troubled(here.flatMap((it) => it.series))
  const tcp = here.flatMap((it) => it.series).filter((it) => it.transport === 'tcp')
  const tcpWell = lossOf(tcp).of > 0 && troubled(tcp) === 0
  const foreign = !silent && tcpWell ? strayAnswers(probe, here) : null
  return finding({
    subject: subject('Pod', namespace, here[0]?.pod ?? ip),
    confidence: 'observed',
    args: {
      how: foreign === null ? howOf(silent, here) : 'wrong-source',
      ...foreign,
      ip,
      isPod: (here[0]?.pod ?? ip) !== ip,
      failed: silent ? loss.unanswered : bad,
      share: percent(silent ? loss.unanswered : bad, loss.of),
      of: loss.of,
      nodes: here
        .map((it) => it.node)
        .toSorted()
        .join(', '),
      nodeCount: here.length,
      otherFailed: silent ? othersLoss.unanswered : others.reduce((sum, it) => sum + it.troubled, 0),
      otherOf: othersLoss.of,
      servers: new Set(seriesOf(probe, { role: 'endpoint' }).map((it) => it.server.ip)).size,
      tcp: tcpWell ? 'well' : 'bad',
      throughService: troubled(seriesOf(probe, { role: 'service' })),
    },
    evidence: [
      shares(
        silent ? 'lookups that failed' : 'lookups that lost a packet or failed',
        [...here, ...others].flatMap((it) => it.series).concat(seriesOf(probe, { role: 'service', zone: 'cluster' })),
        serverName,
      ),
      latency('lookups through the Service', seriesOf(probe, { role: 'service', zone: 'cluster' })),
    ],
    // A server that is held at its CPU limit loses packets too, and then that is why.
    symptoms: silent ? [dnsServerDead(ip)] : [`dns-loss:server/${ip}`],
    // Of the nodes that hear some server: one that hears none has a fault of its own.
    causes: here.flatMap((it) => [dnsLossOnNode(it.node), `dns-external:node/${it.node}`]),
  })
}
