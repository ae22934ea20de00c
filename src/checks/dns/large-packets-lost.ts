import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { LargeFetch } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, notable, quantile, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { latency } from './dns-evidence.ts'
import { largeLost } from '../../relations/symptom.ts'
import { ms } from '../../phrases.ts'

/** Above this the server itself is slow, and a page that did not come in 3 s is no wonder. */
const slowMs = 500

/**
 * Small answers of a server arrive, and an answer of several full packets over a connection that stands does not:
 * packets above some size are lost on the way, because an overlay's MTU is smaller than the pods believe, and whoever
 * should say so (ICMP "fragmentation needed") is silenced. Large DNS answers, over UDP and over TCP, are lost with
 * them.
 */
export default check({
  code: 'DNS147',
  slug: 'dns/large-packets-lost',
  title: 'large packets from DNS servers are lost',
  fine: 'large packets of TCP from DNS servers arrive (large answers over UDP were not asked for)',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: ['DNS-53', 'DNS-76', 'NET-01'],

  run({ dnsProbe, clusterDns, scope }) {
    const fetches = (dnsProbe.large ?? []).filter((it) => it.result === 'complete' || it.result === 'stalled')
    if (fetches.length === 0) return notApplicable('no large answer was fetched from a DNS server')
    const stalled = fetches.filter((it) => it.result === 'stalled')
    if (stalled.length === 0) {
      const asked = dnsProbe.series.filter((it) => it.server.role === 'endpoint').map(({ server }) => server)
      const silent = asked.filter((it) => !fetches.some((one) => one.ip === it.ip)).map((it) => it.pod ?? it.ip)
      return okOrUntold(fetches.length, [...new Set(silent)], 'no large answer was fetched from there')
    }
    const small = stalled.flatMap(({ node, ip }) => seriesOf(dnsProbe, { node, ip, zone: 'cluster' }))
    const loss = lossOf(small)
    if (loss.of < 4 || notable(loss.failed, loss.of) || quantile(loss.times, 0.95) >= slowMs) {
      return cannotTell(
        'ambiguous',
        `a large answer did not come from ${[...new Set(stalled.map((it) => it.pod))].join(', ')}, ` +
          'and small ones are slow or lost as well',
      )
    }
    if (stalled.length === fetches.length && fetches.length > 1)
      return cannotTell(
        'ambiguous',
        'no large answer came from any DNS server to any node: their metrics pages may be what hangs, not the network',
      )
    // Between the same nodes the same befalls packets that are not of DNS. Who asks about DNS is told of DNS; for all
    // others DNS is one of those that suffer.
    const isAsked = scope.target.kind === 'dns'
    const lostBetween = ({ pod, node }: LargeFetch): readonly string[] => {
      const home = clusterDns.pods.find((it) => it.name === pod)?.node ?? null
      return home === null ? [] : [largeLost(home, node)]
    }
    return whose(stalled, fetches, (pod) => clusterDns.pods.find((it) => it.name === pod)?.node ?? null).map(
      ({ node, side, pairs }) =>
        finding({
          subject: subject('Node', null, node),
          confidence: 'observed',
          args: {
            side,
            pairs: pairs.map((it) => `from ${it.pod} to ${it.node}`).join(', '),
            ip: pairs[0]?.ip ?? '',
            smallFailed: loss.failed,
            smallOf: loss.of,
            p50: ms(quantile(loss.times, 0.5)),
          },
          evidence: [
            {
              kind: 'shares',
              label: "large answers that did not come (each server's metrics page)",
              rows: fetches.map((it) => ({
                where: `${it.pod} to ${it.node}`,
                bad: it.result === 'complete' ? 0 : 1,
                of: 1,
                note: it.result === 'complete' ? `${it.bytes} bytes came` : `connected, ${it.bytes} bytes in 3 s`,
              })),
            },
            latency('small answers of the same servers', small),
          ],
          ...(isAsked ? { causes: pairs.flatMap(lostBetween) } : { dueTo: pairs.flatMap(lostBetween) }),
        }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.side === 'sender'
        ? `Large packets of the DNS server on node ${on.name} do not reach other nodes: small answers are quick, ` +
          'large ones hang.'
        : `Large packets from DNS servers do not reach pods on node ${on.name}: small answers are quick, ` +
          'large ones hang.',
    detail: ({ args }) =>
      `${args.pairs}: connected, and an answer of several full packets did not come · ` +
      `small answers ${args.smallFailed} of ${args.smallOf} failed, p50 ${args.p50}`,
    note: () =>
      'an MTU on the way is smaller than the pods believe, ' +
      'and the ICMP message that would tell them is dropped; ' +
      'everything large from other nodes hangs, not DNS alone',
    help: ({ subject: on, args }) => [
      "set the CNI's MTU to what the network carries (VXLAN takes 50 bytes, WireGuard 60, IPsec up to 80), " +
        'and let ICMP type 3 code 4 pass',
      `from a pod ${args.side === 'sender' ? 'on another node' : `on ${on.name}`}:  ` +
        `ping -M do -c 3 -s 1472 ${args.ip}   # then smaller, until it answers: that size + 28 is the MTU`,
      'until then: `bufsize 1232` in the Corefile keeps UDP answers small enough; TCP needs the MTU fixed, ' +
        'or MSS clamping',
    ],
  },
})

interface Lost {
  readonly node: string
  readonly side: 'sender' | 'receiver'
  readonly pairs: readonly LargeFetch[]
}

/** Several receivers and one sender's node: that node; else each receiver. */
function whose(
  stalled: readonly LargeFetch[],
  fetches: readonly LargeFetch[],
  home: (pod: string) => string | null,
): readonly Lost[] {
  const homes = new Set(stalled.map((it) => home(it.pod)))
  const [only] = homes
  const receivers = new Set(stalled.map((it) => it.node))
  const others = fetches.filter((it) => home(it.pod) === only && it.node !== only)
  if (
    homes.size === 1 &&
    only !== null &&
    only !== undefined &&
    receivers.size > 1 &&
    others.every((it) => it.result === 'stalled')
  )
    return [{ node: only, side: 'sender', pairs: stalled }]
  return [...Map.groupBy(stalled, (it) => it.node)].map(([node, pairs]) => ({ node, side: 'receiver', pairs }))
}
