import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import { type Known, unknown } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { countsOnlyLosses, raceState } from '../../relations/dns/kernel-race.ts'
import { lossOf, type Loss, nearlyAll, notable, seriesOf, troubled } from '../../relations/dns/lookup-loss.ts'
import { addressesOn, capturedRace, type CapturedRace } from '../../relations/dns/captured-race.ts'
import { raceWords } from '../../relations/dns/race-words.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { conntrackRows, exchange, latency, shares } from './dns-evidence.ts'
import { percent } from '../../phrases.ts'

/**
 * glibc and musl send A and AAAA from one socket at the same moment. When both packets try to create the conntrack
 * entry, one loses and is dropped, and the resolver waits its whole timeout. Since 5.10 `insert_failed` counts
 * exactly the packets lost so; a kernel of 5.6 or later heals the plain race, and loses packets only where something
 * widens it (NFQUEUE) or makes reply tuples collide (a narrow masquerade range).
 */
export default check({
  code: 'DNS101',
  slug: 'dns/parallel-lookup-drop',
  title: 'one of two parallel DNS queries is dropped',
  fine: 'parallel queries keep both of their packets',
  severity: 'error',
  needs: ['dnsProbe', 'nodes'],
  wants: ['conntrack', 'capture', 'pods'],
  remedies: ['node-local-dns', 'resolver-options', 'weave-tc'],
  decides: ['DNS-01', 'DNS-02', 'DNS-03', 'DNS-04', 'DNS-05'],

  run({ dnsProbe, nodes, conntrack, capture, pods }) {
    const kernelOf = (node: string): string => nodes.find((it) => it.name === node)?.kernel ?? 'unknown'
    const verdicts = dnsProbe.nodes.map((node) =>
      judge(dnsProbe, { node, kernel: kernelOf(node) }, conntrack, () =>
        capturedRace(capture, addressesOn(node, nodes, pods)),
      ),
    )
    const examined = verdicts.reduce((sum, it) => sum + (it.kind === 'ok' && it.note === null ? it.examined : 0), 0)
    if (verdicts.some((it) => it.kind !== 'ok' || it.note !== null)) return verdicts
    const seen = dnsProbe.nodes.map((node) => ({
      node,
      kernel: kernelOf(node),
      delta: (conntrack.known ? conntrack.value : []).find((it) => it.node === node)?.delta ?? null,
    }))
    return ok(examined, `the A/AAAA race: ${raceWords(seen)}`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DNS lookups stall for 5 s on node ${on.name}: ` +
      `conntrack drops one of two parallel queries (${args.lost} of ${args.of}).`,
    detail: ({ subject: on, args }) =>
      `on node ${on.name} · ${args.lost} of ${args.of} lookups (${args.share}) lost a packet · ` +
      `kernel ${args.kernel}${args.elsewhere === '' ? '' : ` · ${args.elsewhere}`}`,
    note: ({ args }) =>
      args.race === 'healed'
        ? `kernel ${args.kernel} heals the plain A/AAAA race, yet insert_failed rose: ` +
          'look for an agent that holds packets (NFQUEUE), for conntrack zones, ' +
          'and for a MASQUERADE rule with few ports'
        : 'both queries leave from one port at once; ' +
          'the packet that loses the race to create the conntrack entry is dropped',
    help: ({ subject: on }) => [
      'a DNS cache on each node takes DNS out of conntrack for every pod',
      'hopscope fix DNS101 --node-access --plan',
      'hopscope explain DNS101',
      `on ${on.name}:  conntrack -S | grep -o "insert_failed=[0-9]*"    iptables-save | grep -E ` +
        '"NFQUEUE|zone|MASQUERADE"',
    ],
  },
})

function judge(
  probe: DnsProbe,
  { node, kernel }: { readonly node: string; readonly kernel: string },
  conntrack: Known<readonly ConntrackWindow[]>,
  packets: () => CapturedRace,
) {
  const windows = conntrack.known ? conntrack.value : []
  const udp = seriesOf(probe, { node, transport: 'udp' }).filter((it) => it.method !== 'getaddrinfo')
  const pairs = seriesOf(probe, { node, transport: 'udp', method: 'pair', role: 'service', zone: 'cluster' })
  const loss = lossOf(pairs)
  if (loss.of < 20) return cannotTell('too-few', `${loss.of} parallel lookups on ${node}; 20 are needed`)
  const lost = troubled(pairs)
  const counters = windows.find((it) => it.node === node)
  const failedInserts = counters?.delta.insert_failed ?? null
  if (!notable(lost, loss.of)) return ok(loss.of)

  const found = (confidence: 'observed' | 'inferred') => {
    const captured = packets()
    return finding({
      subject: subject('Node', null, node),
      confidence,
      args: {
        lost,
        of: loss.of,
        share: percent(lost, loss.of),
        kernel,
        race: raceState(kernel),
        insertFailed: failedInserts,
        elsewhere: elsewhere(probe, node),
      },
      evidence: [
        latency(`lookups on ${node}`, [...pairs, ...seriesOf(probe, { node, method: 'getaddrinfo', role: 'service' })]),
        ...captured.evidence,
        ...exchange(pairs),
        ...(counters === undefined ? [] : [conntrackRows(windows, node)]),
        shares(
          'lookups that lost a packet',
          seriesOf(probe, { node, zone: 'cluster' }),
          (it) => `${it.server.role} ${it.transport} ${it.method}`,
        ),
      ],
      // Counters that rose prove the race by themselves; without them a policy or a starved CoreDNS may be the cause.
      symptoms: confidence === 'observed' ? [] : [dnsLossInNamespace(probe.from.namespace)],
      causes: [dnsLossOnNode(node), `dns-external:node/${node}`, ...captured.causes],
    })
  }

  const packetsLost = lost + lossOf(udp.filter((it) => !pairs.includes(it))).lostBoth
  const likely = looksLikeRace(loss) && (isMixed(loss) || controlsClean(probe, node))
  if (failedInserts !== null && failedInserts >= Math.max(2, lost / 2)) {
    // Each clash takes one packet; masquerading connections of others on a busy node fail to insert as well.
    if (loss.lostBoth > loss.lostA + loss.lostAaaa)
      return ok(loss.of, `insert_failed rose on ${node}, but the lookups lost both of two packets: not this race`)
    return countsOnlyLosses(kernel) || likely
      ? found('observed')
      : ok(
          loss.of,
          `insert_failed rose on ${node}, but this kernel counts packets there that it saved, ` +
            'and what was lost is not one of two parallel queries',
        )
  }
  if (failedInserts !== null)
    return ok(
      loss.of,
      `${lost} of ${loss.of} parallel lookups on ${node} lost a packet, ` +
        `but insert_failed rose by ${failedInserts} only: not this race`,
    )
  if (nearlyAll(lost, loss.of) || !notable(loss.lostA + loss.lostAaaa, loss.of))
    return ok(loss.of, `lookups are lost on ${node}, but not one of two now and then`)
  // An unknown state is a distribution's own: its version number says nothing, so only counters may speak.
  if (looksLikeRace(loss) && ['open', 'third-race-open'].includes(raceState(kernel)) && controlsClean(probe, node))
    return found('inferred')
  return withoutCounters(
    conntrack,
    `${lost} of ${loss.of} parallel lookups on ${node} lost one of two packets (${packetsLost} in all)`,
  )
}

function withoutCounters(conntrack: Known<readonly ConntrackWindow[]>, seen: string) {
  const why = conntrack.known ? unknown('failed', 'none came from this node').why : conntrack.why
  const asked = why.reason !== 'not-asked'
  return cannotTell(
    why.reason,
    `${seen}; only the node's conntrack counters can tell why${asked ? `: ${why.detail}` : ''}`,
    asked ? null : '--node-access',
  )
}

/** One of two, now and then. A filter takes them all. */
function looksLikeRace(loss: Loss): boolean {
  const single = loss.lostA + loss.lostAaaa
  return single > loss.lostBoth && !nearlyAll(single, loss.of)
}

/** Either packet can lose, but AAAA leaves second and loses more often: one type alone proves nothing either way. */
function isMixed(loss: Loss): boolean {
  return loss.lostA > 0 && loss.lostAaaa > 0
}

/** Without DNAT, and one question at a time, the race has no room: these must be clean. */
function controlsClean(probe: DnsProbe, node: string): boolean {
  const direct = seriesOf(probe, { node, transport: 'udp', method: 'pair', role: 'endpoint' })
  const oneByOne = seriesOf(probe, { node, transport: 'udp', method: 'sequential' })
  return [direct, oneByOne].every((its) => !notable(troubled(its), lossOf(its).of))
}

function elsewhere(probe: DnsProbe, node: string): string {
  const others = probe.series.filter(
    (it) =>
      it.node !== node &&
      it.transport === 'udp' &&
      it.method === 'pair' &&
      it.server.role === 'service' &&
      it.zone === 'cluster',
  )
  return others.length === 0 ? '' : `other nodes ${troubled(others)} of ${lossOf(others).of}`
}
