import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { some } from '../../phrases.ts'
import { askUpstream, byHand } from './upstream-words.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { blindNodes, lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { forwardingOf } from '../../relations/dns/upstream-servers.ts'
import { dnsUpstreamTcp } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { latency, serverName, shares } from './dns-evidence.ts'

/**
 * `forward` passes a query on in the protocol in which it came. A firewall that lets UDP 53 alone out is noticed only
 * where an answer is too large for UDP: the client asks again over TCP, and CoreDNS says SERVFAIL after some seconds.
 */
export default check({
  code: 'DNS189',
  slug: 'dns/upstream-without-tcp',
  title: 'the upstream of DNS is not reached over TCP',
  fine: 'outside names are answered over TCP as over UDP',
  severity: 'warning',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns }) {
    const blind = blindNodes(dnsProbe)
    const tcp = (dnsProbe.farTcp ?? []).filter((it) => !blind.has(it.node))
    if (tcp.length === 0) return notApplicable('no outside name was asked for over TCP')
    const udp = seriesOf(dnsProbe, { zone: 'external', transport: 'udp', role: 'endpoint' })
    const near = seriesOf(dnsProbe, { zone: 'cluster', transport: 'tcp', role: 'endpoint' })
    const [loss, udpLoss, nearLoss] = [lossOf(tcp), lossOf(udp), lossOf(near)]
    if (loss.of < 4) return cannotTell('too-few', `${loss.of} lookups of outside names over TCP ended`)
    const failing = serversOf(tcp).filter((ip) => isAlone(dnsProbe, tcp, ip))
    if (failing.length === 0) return ok(loss.of)
    const its = tcp.filter((it) => failing.includes(it.server.ip))
    const text = clusterDns.corefile.known ? clusterDns.corefile.value : null
    const forwarding = text === null ? null : forwardingOf(parseCorefile(text), its[0]?.name ?? '')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        failed: lossOf(its).failed,
        of: lossOf(its).of,
        udpFailed: udpLoss.failed,
        udpOf: udpLoss.of,
        nearFailed: nearLoss.failed,
        nearOf: nearLoss.of,
        name: its[0]?.name ?? null,
        upstreams: forwarding?.to.map((it) => it.written) ?? [],
        servers:
          failing.length === serversOf(tcp).length
            ? []
            : [...new Set(its.map(({ server }) => server.pod ?? server.ip))],
      },
      evidence: [
        shares('lookups of outside names over TCP that failed', its, serverName),
        latency('outside names over TCP', its),
        latency('the same over UDP', udp),
      ],
      causes: [dnsUpstreamTcp],
    })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS${args.servers.length === 0 ? '' : ` (${some(args.servers)})`} gets no answer over TCP from ` +
      `${args.upstreams.length === 0 ? 'its upstream' : some(args.upstreams)}: outside names whose answers are too ` +
      'large for UDP fail.',
    detail: ({ args }) =>
      `outside names over TCP ${args.failed} of ${args.of} lookups failed, over UDP ` +
      `${args.udpFailed} of ${args.udpOf}, cluster names over TCP ${args.nearFailed} of ${args.nearOf}`,
    note: () =>
      'an answer that does not fit into UDP is asked for again over TCP, and `forward` passes that on over TCP: ' +
      'names with a few addresses never show it',
    help: ({ args }) => [
      'allow TCP port 53 to the upstream wherever UDP port 53 is allowed: ' +
        'firewalls of nodes and clouds, NetworkPolicies',
      ...askUpstream({ upstream: args.upstreams.slice(0, 3) }, byHand(args.name)).map(
        (it) => `on a node of CoreDNS:  ${it.replace(/\bdig @/, 'dig +tcp @')}`,
      ),
      'where TCP can not be had: `prefer_udp` in the block of `forward` asks over UDP first',
    ],
  },
})

function serversOf(series: readonly LookupSeries[]): readonly string[] {
  return [...new Set(series.map((it) => it.server.ip))]
}

/** Nearly all outside names over TCP fail there, and next to none over UDP, nor of the cluster's own over TCP. */
function isAlone(probe: DnsProbe, tcp: readonly LookupSeries[], ip: string): boolean {
  const far = lossOf(tcp.filter((it) => it.server.ip === ip))
  const udp = lossOf(seriesOf(probe, { zone: 'external', transport: 'udp', ip }))
  const near = lossOf(seriesOf(probe, { zone: 'cluster', transport: 'tcp', ip }))
  const isWell = ({ failed, of }: { readonly failed: number; readonly of: number }): boolean =>
    of >= 4 && failed <= of / 5
  return nearlyAll(far.failed, far.of) && isWell(udp) && isWell(near)
}
