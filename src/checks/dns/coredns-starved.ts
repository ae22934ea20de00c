import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { dnsServerSubject, serverContainer } from '../../relations/dns/dns-servers.ts'
import { lossOf, notable, quantile, seriesOf, troubled } from '../../relations/dns/lookup-loss.ts'
import { type Sizing, sizingOfProbe } from '../../relations/dns/dns-sizing.ts'
import { latency, serverName, shares } from './dns-evidence.ts'
import { ms } from '../../phrases.ts'

/** p95 above this is no longer a healthy in-cluster lookup: CoreDNS answers from memory in well under 1 ms. */
const slowMs = 100

/**
 * CoreDNS uses up its CPU limit: the kernel stops it for the rest of each 100 ms period, answers are late at any
 * server, from any node, and packets overflow its socket. A plain timeout count can't tell this from a network fault.
 */
export default check({
  code: 'DNS103',
  slug: 'dns/coredns-starved',
  title: 'CoreDNS is held at its CPU limit',
  fine: 'CoreDNS has the CPU that it needs',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'nodes'],
  remedies: ['enough-coredns'],
  decides: ['DNS-31'],

  run({ dnsProbe, clusterDns, coreDnsWindows, nodes }) {
    const direct = seriesOf(dnsProbe, { role: 'endpoint', transport: 'udp', zone: 'cluster' })
    const loss = lossOf(direct)
    if (loss.of < 20) return cannotTell('too-few', `${loss.of} lookups sent to a DNS server itself; 20 are needed`)
    const p95 = quantile(loss.times, 0.95)
    const bad = troubled(direct)
    if (p95 < slowMs && !notable(bad, loss.of)) return ok(loss.of, `p95 ${ms(p95)} at the DNS servers themselves`)

    const used = clusterDns.pods
      .filter((it) => !it.deleting)
      .map((pod) => ({
        pod,
        limit: limitOf(pod),
        share: shareOfLimit(pod, coreDnsWindows.known ? coreDnsWindows.value : []),
      }))
    if (used.every((it) => it.limit === null)) return ok(loss.of, 'CoreDNS has no CPU limit')
    const starved = used.filter((it) => it.share !== null && it.share >= 0.8)
    if (starved.length === 0) {
      return used.some((it) => it.share !== null)
        ? ok(loss.of, 'CoreDNS stays below its CPU limit')
        : cannotTell(
            'failed',
            `DNS servers answer slowly (p95 ${ms(p95)}), ` +
              "and CoreDNS's metrics could not be read to compare its CPU with its limit",
          )
    }
    const tightest = Math.min(...starved.map((it) => it.limit ?? Number.POSITIVE_INFINITY))
    const sizing = sizingOfProbe({
      windows: coreDnsWindows.known ? coreDnsWindows.value : [],
      servers: used.length,
      ownQueries: dnsProbe.queriesSent,
      atLimit: true,
      nodes,
      objects: null,
      autopath: false,
    })
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'observed',
      args: {
        starved: starved.length,
        pods: used.length,
        limitMilli: tightest,
        p95: ms(p95),
        p50: ms(quantile(loss.times, 0.5)),
        lost: bad,
        of: loss.of,
        ...needs(sizing),
      },
      evidence: [
        ...used.map((it) => ({
          kind: 'fact' as const,
          label: `CPU of ${it.pod.name}`,
          value: it.share === null ? 'unknown' : `${Math.round(it.share * 100)} % of its limit of ${it.limit}m`,
        })),
        shares('lookups that lost a packet or failed', direct, serverName),
        latency('lookups at the DNS servers themselves', direct),
      ],
      causes: ['dns-loss:*', 'dns-external:*', 'dns-slow:*', 'dns-cut-off:*'],
    })
  },

  words: {
    headline: ({ args }) => `DNS is slow because CoreDNS is held at its CPU limit of ${args.limitMilli}m.`,
    detail: ({ args }) =>
      `${args.starved} of ${args.pods} CoreDNS pods at their CPU limit · p50 ${args.p50}, ` +
      `p95 ${args.p95} at the servers themselves · ${args.lost} of ${args.of} lookups lost a packet`,
    note: () =>
      'a CPU limit stops CoreDNS for the rest of each 100 ms; the upstream manifest sets none for this reason',
    help: ({ subject: on, args }) => [
      args.needsReplicas === null || args.needsRequestMilli === null
        ? 'remove the CPU limit, or raise it and add replicas'
        : `remove the CPU limit; ${args.needsReplicas} replicas with a CPU request of ` +
          `${args.needsRequestMilli}m each carry this load`,
      'hopscope fix DNS103 --probe --plan',
      'hopscope dns capacity',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o jsonpath="{..resources}"`,
      'hopscope explain DNS103',
    ],
  },
})

/** The numbers of `dns capacity`; null where the servers' own counters do not allow them. */
function needs(sizing: Sizing | null) {
  return {
    needsReplicas: sizing?.replicas.value ?? null,
    needsRequestMilli: sizing?.cpuRequestMilli.value ?? null,
  }
}

function limitOf(pod: Pod): number | null {
  return serverContainer(pod)?.cpuLimitMilli ?? null
}

function shareOfLimit(
  pod: Pod,
  windows: readonly { readonly pod: string; readonly windowMs: number; readonly cpuSeconds: number | null }[],
): number | null {
  const window = windows.find((it) => it.pod === pod.name)
  const limit = limitOf(pod)
  if (window === undefined || window.cpuSeconds === null || window.windowMs <= 0 || limit === null) return null
  return (window.cpuSeconds * 1000) / (window.windowMs * (limit / 1000))
}
