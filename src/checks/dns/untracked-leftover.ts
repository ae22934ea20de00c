import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, okOrUntold } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import type { NodeNetwork, UntrackedRule } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsLossOnNode } from '../../relations/symptom.ts'

/**
 * NodeLocal DNSCache takes the DNS Service's address out of conntrack on its node, since it answers there itself. A
 * cache that was removed, and did not end by itself, leaves the rules: nothing translates the address any more.
 */
export default check({
  code: 'DNS199',
  slug: 'dns/untracked-leftover',
  title: 'a rule of a node keeps DNS from being translated',
  fine: "no rule of a node keeps the DNS Service's address from being translated",
  severity: 'error',
  needs: ['nodeNetworks', 'clusterDns'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, clusterDns, dnsProbe }) {
    const vip = clusterDns.service?.clusterIP ?? 'None'
    if (vip === 'None') return notApplicable('the DNS Service has no address that a node would translate')
    const read = nodes.filter((it) => it.untracked !== undefined)
    if (read.length === 0)
      return cannotTell('not-asked', 'the rules of no node were read', '--conntrack-from kube-proxy')
    const found = read
      // A cache that is there has its own checks, whether it runs or not; IPVS translates by itself.
      .filter((it) => !clusterDns.nodeCaches.some(({ node }) => node === it.node) && it.proxy.mode !== 'ipvs')
      .flatMap((it) => judge(it, vip, dnsProbe))
    const unread = nodes.filter((it) => it.untracked === undefined).map((it) => it.node)
    return found.length > 0 ? found : okOrUntold(read.length, unread, 'its rules were not read')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} leaves what goes to the DNS Service's address ${args.vip} untracked, so nothing ` +
      'translates it: rules of a DNS cache that is not there.',
    detail: ({ args }) =>
      `table raw, chain ${args.chain}: ${args.rule}` +
      (args.more === 0 ? '' : ` · ${count(args.more, 'more rule')} like it`) +
      (args.of === 0 ? '' : ` · ${args.failed} of ${args.of} lookups through that address got no answer`),
    note: () =>
      "what conntrack does not track is not translated: kube-proxy's rules for the address are never met. NodeLocal " +
      'DNSCache makes such rules, and takes them away when it ends by itself',
    help: ({ subject: on, args }) => [
      'take these rules away (each line with -D in place of -A), or run the DNS cache of the node again',
      `on ${on.name}:  ${args.v6 ? 'ip6tables' : 'iptables'}-save -t raw | grep -F ${args.vip}`,
    ],
  },
})

function judge({ node, untracked = [] }: NodeNetwork, vip: string, probe: Known<DnsProbe>) {
  const rules = untracked.filter((it) => isForDns(it, vip))
  const [first] = rules
  if (first === undefined) return []
  const loss = probe.known ? lossOf(seriesOf(probe.value, { node, role: 'service', transport: 'udp' })) : lossOf([])
  // Who translates before the packet leaves the pod (Cilium, at the socket) never meets the rule.
  if (loss.of >= 4 && !nearlyAll(loss.unanswered, loss.of))
    return [ok(loss.of, `on ${node} a rule leaves DNS untracked, and lookups are answered all the same`)]
  const seen = loss.of >= 4
  return [
    finding({
      subject: subject('Node', null, node),
      confidence: seen ? 'observed' : 'inferred',
      severity: seen ? 'error' : 'warning',
      args: {
        vip,
        chain: first.chain,
        rule: first.rule,
        v6: first.family === 'v6',
        more: rules.length - 1,
        failed: seen ? loss.unanswered : 0,
        of: seen ? loss.of : 0,
      },
      evidence: rules.slice(0, 4).map((it) => ({
        kind: 'fact' as const,
        label: `table raw, chain ${it.chain}`,
        value: it.rule,
      })),
      causes: [
        `dns-service:node/${node}`,
        dnsLossOnNode(node),
        `dns-external:node/${node}`,
        `dns-cut-off:node/${node}`,
      ],
    }),
  ]
}

/** On its way in from a pod, to the address alone, and to the port of DNS or to all. */
function isForDns({ chain, rule }: UntrackedRule, vip: string): boolean {
  const to = /(?:^| )-d ([0-9a-f.:]{2,45})(?:\/(?:32|128))?(?: |$)/i.exec(rule)?.[1]
  const port = /--dports? ([\d,:]{1,60})/.exec(rule)?.[1]
  return chain !== 'OUTPUT' && to === vip && (port === undefined || port.split(',').includes('53'))
}
