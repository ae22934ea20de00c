import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, quantile, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsUpstreamSilent } from '../../relations/symptom.ts'
import { outsideFailure, upstreamEvidence } from './upstream-evidence.ts'
import { askUpstream, byHand, upstreamArgs, upstreamWords } from './upstream-words.ts'
import { bySelector, serverArgs } from './server-words.ts'
import { ms, some } from '../../phrases.ts'
import type { Upstreams } from '../../relations/dns/upstream-servers.ts'
import { zoneOf } from '../../wire/corefile.ts'

/** CoreDNS gives a silent upstream 2 s for each try (plugin/forward); a port that is closed is told at once. */
const atOnceMs = 1000

/** Names of the cluster are answered, names outside are not, at whatever CoreDNS pod is asked: its upstream is dead. */
export default check({
  code: 'DNS108',
  slug: 'dns/upstream-dead',
  title: 'the DNS server that CoreDNS forwards to does not answer',
  fine: 'names outside the cluster are answered',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs'],
  remedies: ['corefile-edit'],
  decides: ['DNS-40', 'DNS-41'],

  run({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs }) {
    const outcome = outsideFailure({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs })
    if (outcome.kind === 'ok') return ok(outcome.examined, askedOf(dnsProbe, outcome.note))
    if (outcome.kind !== 'failing') return outcome
    const { asked, upstreams, failure } = outcome
    if (failure.kind === 'refuses') return ok(asked.lookups.length, `the upstream answers, with ${failure.rcode}`)
    const loss = lossOf(asked.series)
    const atOnce = quantile(loss.times, 0.5) < atOnceMs
    const evidence = upstreamEvidence({
      dns: clusterDns,
      probe: dnsProbe,
      asked: asked.series,
      upstreams,
      label: 'does not answer',
    })
    const said = signsOf(dnsServerLogs, clusterDns.pods, 'io-timeout', 'no-healthy-upstream')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        failed: loss.unanswered,
        of: loss.of,
        name: asked.series[0]?.name ?? null,
        zone: zoneAsked(upstreams),
        ...serverArgs(clusterDns),
        ...upstreamArgs(upstreams),
        overTcp: upstreams.forwarding?.plugin.block?.some((it) => it.name === 'force_tcp') === true,
        how: failure.rcode,
        p50: ms(quantile(loss.times, 0.5)),
        speed: atOnce ? speedAtOnce(failure) : 'late',
      },
      evidence: [...evidence.slice(0, 1), ...(said.length === 0 ? [] : [logEvidence(said)]), ...evidence.slice(1)],
      symptoms: [dnsUpstreamSilent],
      causes: ['dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) =>
      args.speed === 'late'
        ? `${whichNames(args.zone)} can't be looked up: CoreDNS gets no answer from its ${upstreamWords(args)}.`
        : `${whichNames(args.zone)} can't be looked up: ` +
          (args.speed === 'closed'
            ? `nothing answers at CoreDNS's ${upstreamWords(args)}`
            : `CoreDNS gets no good answer from its ${upstreamWords(args)}`) +
          '.',
    detail: ({ args }) =>
      `${args.name ?? 'outside names'} · ${args.failed} of ${args.of} lookups failed (${args.how} after ` +
      `${args.p50}) · names of the cluster are answered`,
    note: ({ args }) => {
      if (args.overTcp)
        return '`force_tcp` sends every query over TCP: the upstream, or a firewall before it, may answer UDP alone'
      if (args.speed === 'late')
        return (
          `CoreDNS waits for its upstream${args.how === 'SERVFAIL' ? ' and then answers SERVFAIL' : ''}, ` +
          'and clients wait with it'
        )
      if (args.speed === 'closed')
        return (
          "the SERVFAIL is CoreDNS's own: it came at once, so the address exists, " +
          'and the port is closed or a firewall rejects it'
        )
      return (
        "it failed at once, so the upstream's port is closed, or it answers SERVFAIL itself; " +
        "CoreDNS's metrics would tell"
      )
    },
    help: ({ subject: on, args }) => [
      'ask the upstream from the nodes where CoreDNS runs, and name a second one in the Corefile',
      `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20 | grep -E "i/o timeout|refused"`,
      ...askUpstream(args, byHand(args.name)).map(
        (it) => `on such a node:  ${args.overTcp ? it.replace(/\bdig @/, 'dig +tcp @') : it}`,
      ),
    ],
  },
})

/** The zone of the server block that passes the name on; null for the block of all names, and where it is not known. */
function zoneAsked({ forwarding }: Upstreams): string | null {
  const zones = (forwarding?.server.keys ?? []).map(zoneOf)
  return zones.length === 0 || zones.includes('') ? null : (zones[0] ?? null)
}

/** Another block has names of its own: of those this one says nothing. */
function whichNames(zone: string | null): string {
  return zone === null ? 'Names outside the cluster' : `Names under ${zone}`
}

/** Pods may ask others than the servers that were asked here. */
function askedOf(probe: DnsProbe, note: string | null): string {
  const at = [...new Set(seriesOf(probe, { zone: 'external' }).map((it) => it.server.ip))]
  return [...(note === null ? [] : [note]), `asked of ${some(at)}`].join('; ')
}

/** Silence that lasts no time was told by somebody: by the kernel, where the counters agree. */
function speedAtOnce({ proven }: { readonly proven: boolean }): 'closed' | 'at-once' {
  return proven ? 'closed' : 'at-once'
}
