import { check } from '../../findings/check.ts'
import { cannotTell, finding, okOrUntold } from '../../findings/verdict.ts'
import type { DropRule, NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { brokenNode } from '../../relations/node/broken-ways.ts'
import { apiWayLost, ednsUnanswered, keptIn } from '../../relations/symptom.ts'

/** Of kube-proxy, and of what enforces policies: what they drop is told by the checks of Services and policies. */
const known = /^(?:KUBE-|cali-|CILIUM|ANTREA-|WEAVE-|FLANNEL-|DOCKER-ISOLATION|f2b-)/
/** What no connection is, and the address of a cloud's metadata, are dropped on purpose everywhere. */
const meant = /--ctstate [A-Z,]*INVALID|\bct state [a-z,{} ]*invalid|169\.254\.169\.254|--tcp-flags|\btcp flags\b/

/**
 * A rule of nobody's in Kubernetes took packets while the probe ran: a host firewall, or Docker, which makes DROP the
 * policy of FORWARD. Its counter is what proves it; a rule that took none says nothing.
 */
export default check({
  code: 'NOD535',
  slug: 'node/rule-drops',
  title: 'a firewall rule of a node drops packets that it forwards',
  fine: 'no firewall rule of a node dropped what it forwards while the probe ran',
  severity: 'error',
  needs: ['nodeNetworks'],
  wants: ['pods', 'contacts', 'clusterDns'],
  remedies: [],
  decides: ['NET-02', 'NET-09', 'DNS-75'],

  run({ nodeNetworks: { nodes }, ...around }) {
    const causes = brokenNode(nodes, around)
    const read = nodes.flatMap((it) => (it.drops.known ? [{ ...it, drops: it.drops.value }] : []))
    const found = read.flatMap((it) => {
      const rules = it.drops.filter((rule) => forwards(rule) && (rule.packets ?? 0) > 0)
      return rules.length === 0
        ? []
        : [verdict(it.node, rules, [...causes(it.node), ednsUnanswered(it.node), apiWayLost(it.node), keptIn(it.node)])]
    })
    if (found.length > 0) return found
    const counted = read.filter((it) => it.drops.every((rule) => rule.packets !== null || rule.total === null))
    const uncounted = nodes.filter((it) => !counted.some((one) => one.node === it.node)).map((it) => it.node)
    const unseen = [...unreadTables(counted), ...countingNothing(counted)]
    if (counted.length > 0)
      return [okOrUntold(counted.length, uncounted, 'the rules were not read before and after'), ...unseen]
    if (read.length > 0) return cannotTell('too-few', 'the rules were read but once: their counters may be of any time')
    const [first] = nodes
    return first === undefined || first.drops.known
      ? cannotTell('failed', 'no node was read')
      : cannotTell(first.drops.why.reason, first.drops.why.detail, '--conntrack-from kube-proxy')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `A firewall rule on node ${on.name} dropped ${count(args.packets, 'packet')} while the probe ran: ` +
      `${args.policy ? `the policy of chain ${args.chain}` : args.rule}.`,
    detail: ({ args }) =>
      `${args.nft ? 'nftables, ' : ''}table ${args.table}, chain ${args.chain} · ${args.total} since it was made` +
      `${args.more === 0 ? '' : ` · ${count(args.more, 'more rule')} like it`}`,
    note: ({ args }) =>
      args.policy
        ? 'Docker makes DROP the policy of FORWARD; what no rule before it accepts ends there'
        : 'neither kube-proxy nor what enforces NetworkPolicies wrote this rule',
    help: ({ subject: on, args }) => [
      args.policy
        ? 'accept what goes to and from the ranges of pods, before the chain ends'
        : 'find out who wrote it (a host firewall, a security agent), and take pods and nodes out of it',
      args.nft
        ? `on ${on.name}:  nft -a list table ${args.table}`
        : `on ${on.name}:  iptables-save -c -t ${args.table} | grep -E "DROP|REJECT"`,
    ],
  },
})

type Counted = Pick<NodeNetwork, 'node' | 'nftTables'> & { readonly drops: readonly DropRule[] }

/** What iptables-save does not show was not read, for one reason or another: no rule of it is known to drop nothing. */
function unreadTables(nodes: readonly Counted[]) {
  const whys = nodes.flatMap(({ node, nftTables }) => {
    if (nftTables?.known === true) return []
    return [{ node, why: nftTables?.why.detail ?? 'the recording is of a hopscope that did not ask for them' }]
  })
  return [...Map.groupBy(whys, (it) => it.why)].map(([why, its]) => {
    const names = some(
      its.map((it) => it.node),
      6,
    )
    return cannotTell('failed', `rules of nftables itself, beside those of iptables, were not read on ${names}: ${why}`)
  })
}

/** What has no counter drops in silence, and nobody can say whether it did. */
function countingNothing(nodes: readonly Counted[]) {
  return nodes.flatMap(({ node, drops }) => {
    const silent = drops.filter((it) => it.total === null && forwards(it))
    const [first] = silent
    if (first === undefined) return []
    const what = first.rule === 'policy' ? 'policy drop' : first.rule
    return [
      cannotTell(
        'ambiguous',
        `${node} has ${count(silent.length, 'rule')} that would drop what it forwards and count nothing: ` +
          `table ${first.table}, chain ${first.chain}: ${what}${silent.length === 1 ? '' : ', and others'}`,
      ),
    ]
  })
}

/** Not INPUT nor OUTPUT: what is for the node itself, and comes from it, is no connection of pods. */
function forwards({ table, chain, rule, by }: DropRule): boolean {
  if (meant.test(rule)) return false
  // Of nftables only what is forwarded was kept, and no table of theirs was read.
  if (by === 'nft') return true
  if (known.test(chain)) return false
  return table !== 'filter' || !/^(?:INPUT|OUTPUT)$/.test(chain)
}

function verdict(node: NodeNetwork['node'], rules: readonly DropRule[], causes: readonly string[]) {
  const [first] = rules.toSorted((a, b) => (b.packets ?? 0) - (a.packets ?? 0))
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      packets: first?.packets ?? 0,
      total: first?.total ?? 0,
      nft: first?.by === 'nft',
      table: first?.table ?? '',
      chain: first?.chain ?? '',
      rule: first?.rule ?? '',
      policy: first?.rule === 'policy',
      more: rules.length - 1,
    },
    evidence: [
      {
        kind: 'counters',
        label: 'packets that rules dropped while the probe ran',
        windowMs: 0,
        rows: rules.slice(0, 6).map((it) => ({
          where: `${it.by === 'nft' ? `${it.table} ` : ''}${it.chain} ${it.rule}`,
          values: { packets: it.packets, total: it.total },
        })),
      },
    ],
    causes,
  })
}
