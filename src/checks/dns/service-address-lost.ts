import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import {
  isRefused,
  type Loss,
  lossOf,
  nearlyAll,
  notable,
  seriesOf,
  troubled,
} from '../../relations/dns/lookup-loss.ts'
import { cacheHoldsService } from '../../relations/dns/node-cache.ts'
import { serverReach } from '../../relations/dns/server-reach.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { conntrackRows, latency, serverName, shares } from './dns-evidence.ts'
import { percent } from '../../phrases.ts'

/**
 * A share of what the Service lost, above which packets from a wrong address are the reason and not a few late answers.
 */
const strayShare = 0.5

interface Bad {
  readonly node: string
  readonly how: 'silent' | 'refuses' | 'loses' | 'wrong-source'
  readonly failed: number
  readonly of: number
  readonly stray: number | null
  readonly series: readonly LookupSeries[]
}

/**
 * Every DNS server answers a node at its own address, and the Service's address does not, or only now and then: what
 * fails is that node's translation of the address. Where a server runs on the node itself, bridged answers that
 * skip conntrack are not translated back: they come from the server's address, and a connected socket drops them.
 */
export default check({
  code: 'DNS142',
  slug: 'dns/service-address-lost',
  title: "the DNS Service's address fails where its servers answer",
  fine: "the DNS Service's address is as good as its servers",
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['conntrack'],
  remedies: [],
  decides: ['DNS-29', 'PRX-12'],

  run({ dnsProbe, clusterDns, conntrack }) {
    if (seriesOf(dnsProbe, { role: 'endpoint' }).length === 0) return notApplicable('no DNS endpoint was asked')
    if (seriesOf(dnsProbe, { role: 'service' }).length === 0)
      return notApplicable('the DNS Service has no address that was asked')
    const windows = conntrack.known ? conntrack.value : []
    const judged = dnsProbe.nodes.map((node) =>
      judge(
        dnsProbe,
        node,
        clusterDns,
        windows.find((it) => it.node === node),
      ),
    )
    const bad = judged.flatMap((it) => ('bad' in it ? [it.bad] : []))
    if (bad.length > 1 && bad.length === dnsProbe.nodes.length && bad.every((it) => it.how !== 'wrong-source'))
      return found(dnsProbe, clusterDns, bad, windows)
    return judged.map((it) => ('bad' in it ? found(dnsProbe, clusterDns, [it.bad], windows) : it.verdict))
  },

  words: {
    headline: ({ subject: on, args }) => {
      const where = on.kind === 'Node' ? `from node ${on.name}` : 'from every node probed'
      if (args.how === 'wrong-source')
        return (
          `Answers of the DNS server on node ${on.name} itself come from its own address instead of the ` +
          `Service's, so ${percent(args.failed, args.of)} of lookups there fail.`
        )
      if (args.how === 'loses')
        return (
          `The DNS Service's address ${args.vip} loses ${percent(args.failed, args.of)} of lookups ${where}; ` +
          'each server itself answers all.'
        )
      return (
        `The DNS Service's address ${args.vip} ${args.how === 'refuses' ? 'is refused' : 'leads nowhere'} ` +
        `${where}; each server itself answers.`
      )
    },
    detail: ({ args }) =>
      `on ${args.nodes.length === 1 ? 'node ' : ''}${args.nodes.join(', ')} · ` +
      `Service ${args.failed} of ${args.of} lookups failed, ` +
      `the servers themselves ${args.directFailed} of ${args.directOf}` +
      (args.stray === null ? '' : ` · ${args.stray} UDP packets came from an address that was not asked`),
    note: ({ args }) => {
      if (args.how === 'wrong-source')
        return (
          'a query to the Service is translated on its way out; ' +
          'the answer of a server on the same bridge is not translated back when bridged packets skip iptables'
        )
      if (args.how === 'loses')
        return 'a flow that is translated to a place where nobody answers stays there: retries too'
      return null
    },
    help: ({ subject: on, args }) =>
      args.how === 'wrong-source'
        ? [
            'load br_netfilter and have bridged packets pass iptables, ' +
              'now and at boot (/etc/modules-load.d, /etc/sysctl.d)',
            `on ${on.name}:  sysctl net.bridge.bridge-nf-call-iptables    modprobe br_netfilter && sysctl -w ` +
              'net.bridge.bridge-nf-call-iptables=1',
          ]
        : [
            "look at kube-proxy (or what stands for it) and at the rules for the Service's address: what table raw " +
              'leaves untracked, as a DNS cache of the nodes does, is not translated',
            'kubectl get pods -A -o wide' +
              `${on.kind === 'Node' ? ` --field-selector spec.nodeName=${on.name}` : ''} | grep kube-proxy`,
            `on ${on.kind === 'Node' ? on.name : 'a node'}:  ` +
              `iptables-save -c | grep -E "${args.vip}"    conntrack ` +
              `-L -p udp --orig-dst ${args.vip} | head`,
            // What is not tracked is not translated: rules of a DNS cache of the nodes that is gone (NOTRACK).
            `on ${on.kind === 'Node' ? on.name : 'a node'}:  ` +
              `iptables-save -c -t raw | grep -E "NOTRACK|notrack"    nft list ruleset | grep notrack`,
          ],
  },
})

function judge(
  probe: DnsProbe,
  node: string,
  dns: ClusterDns,
  counters: ConntrackWindow | undefined,
): { readonly verdict: Verdict<never> } | { readonly bad: Bad } {
  const series = seriesOf(probe, { node, role: 'service', zone: 'cluster', transport: 'udp' }).filter(
    (it) => it.method !== 'getaddrinfo',
  )
  if (cacheHoldsService(dns, node))
    return { verdict: ok(1, `on ${node} a DNS cache has the Service's address: what is sent there is not translated`) }
  const loss = lossOf(series)
  if (loss.of < 20)
    return { verdict: cannotTell('too-few', `${loss.of} lookups through the Service ended on ${node}; 20 are needed`) }
  const lost = troubled(series)
  if (!notable(lost, loss.of)) return { verdict: ok(loss.of) }
  const servers = serverReach(probe).filter((it) => it.node === node)
  // One server that is ill cannot lose all of it, so where some server is well, the address has a fault of its own.
  const all = nearlyAll(loss.unanswered, loss.of)
  const well = servers.filter((it) => it.state === 'well').length
  if (well === 0 || (well < servers.length && !all))
    return { verdict: ok(loss.of, `on ${node} the servers themselves lose lookups as well`) }
  const ready = new Set(
    dns.slices
      .flatMap((it) => it.endpoints)
      .filter((it) => it.ready)
      .map((it) => it.ip),
  )
  if (servers.length < ready.size)
    return {
      verdict: cannotTell(
        'ambiguous',
        `the Service loses lookups on ${node}, ` +
          `and ${ready.size - servers.length} of its ${ready.size} servers were not asked`,
      ),
    }
  // Parallel queries of which one is lost now and then are the race's; what is meant here hits both, and their repeats.
  if (loss.lostA + loss.lostAaaa > loss.unanswered)
    return { verdict: ok(loss.of, `on ${node} the Service loses one of two parallel queries, not whole lookups`) }
  if (counters !== undefined && counters.delta.insert_failed >= Math.max(2, lost / 2))
    return {
      verdict: ok(
        loss.of,
        `on ${node} conntrack dropped these packets: insert_failed +${counters.delta.insert_failed}`,
      ),
    }
  const stray = probe.stray?.find((it) => it.node === node)?.packets ?? null
  const ownServer = dns.pods.some((it) => it.node === node)
  const isStray = stray !== null && ownServer && stray >= lost * strayShare
  const how = isStray ? 'wrong-source' : howLost(loss, series)
  return { bad: { node, how, failed: lost, of: loss.of, stray, series } }
}

function howLost(loss: Loss, series: readonly LookupSeries[]): Bad['how'] {
  if (!nearlyAll(loss.unanswered, loss.of)) return 'loses'
  return isRefused(series) ? 'refuses' : 'silent'
}

function found(probe: DnsProbe, dns: ClusterDns, bad: readonly Bad[], windows: readonly ConntrackWindow[]) {
  const nodes = bad.map((it) => it.node)
  const [first] = bad
  const service = dns.service
  const direct = nodes.flatMap((node) => seriesOf(probe, { node, role: 'endpoint', zone: 'cluster' }))
  const failed = bad.reduce((sum, it) => sum + it.failed, 0)
  const of = bad.reduce((sum, it) => sum + it.of, 0)
  return finding({
    subject:
      nodes.length === 1
        ? subject('Node', null, nodes[0] ?? '')
        : subject('Service', service?.namespace ?? 'kube-system', service?.name ?? 'kube-dns'),
    confidence: 'observed',
    args: {
      how: first?.how ?? 'silent',
      vip: service?.clusterIP ?? 'ADDRESS',
      nodes,
      failed,
      of,
      directFailed: troubled(direct),
      directOf: lossOf(direct).of,
      stray: first?.stray ?? null,
    },
    evidence: [
      shares(
        'lookups that lost a packet or failed',
        [...bad.flatMap((it) => it.series), ...direct],
        (it) => `${it.node} to ${serverName(it)}`,
      ),
      latency(
        'lookups through the Service',
        bad.flatMap((it) => it.series),
      ),
      ...(windows.length === 0 ? [] : [conntrackRows(windows, nodes[0] ?? '')]),
    ],
    symptoms: [dnsLossInNamespace(probe.from.namespace), ...nodes.map((it) => `dns-service:node/${it}`)],
    causes: nodes.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`]),
  })
}
