import { check } from '../../findings/check.ts'
import { cannotTell, finding, okOrUntold } from '../../findings/verdict.ts'
import type { DropRule, NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import { count, full, some } from '../../phrases.ts'
import { once } from '../../relations/once.ts'
import { type AroundWays, brokenNode } from '../../relations/node/broken-ways.ts'
import { mayHaveDropped } from '../../relations/node/silent-rule.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { apiWayLost, ednsUnanswered, keptIn, stoppedOnTheWay, svcUnanswered } from '../../relations/symptom.ts'

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
    const silent = read.flatMap((it) => unseenDrops(it, around))
    if (found.length + silent.length > 0) return [...found, ...silent]
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
      args.failed > 0
        ? `A firewall rule on node ${on.name} may drop what ${some(args.pods)} ` +
          `${args.pods.length === 1 ? 'is' : 'are'} sent: ${args.rule}.`
        : `A firewall rule on node ${on.name} dropped ${count(args.packets, 'packet')} while the probe ran: ` +
          `${args.policy ? `the policy of chain ${args.chain}` : args.rule}.`,
    detail: ({ args }) =>
      `${args.nft ? 'nftables, ' : ''}table ${args.table}, chain ${args.chain} · ` +
      (args.failed > 0
        ? `it counts nothing · ${args.failed} of ${args.of} connects failed from other nodes, all as it would have them`
        : `${args.total} since it was made`) +
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

/** A rule that counts nothing, and connects that failed as it would have them fail. */
function unseenDrops({ node, drops }: Counted, { contacts, pods }: AroundWays) {
  const silent = drops.filter((it) => it.total === null && it.rule !== 'policy' && forwards(it))
  if (silent.length === 0) return []
  const homes = homesOf(pods.known ? pods.value : [])
  const far = (contacts.known ? contacts.value.connects : []).filter(
    (it) => it.via.kind === 'endpoint' && it.node !== node && homes.get(it.ip)?.node === node,
  )
  return silent
    .flatMap((rule) => {
      const its = mayHaveDropped(rule, far)
      return its.length === 0 ? [] : [guess(node, rule, its, homes)]
    })
    .slice(0, 1)
}

const homesOf = once(
  (pods: readonly Pod[]): ReadonlyMap<string | null, Pod> =>
    new Map(pods.map((it) => [it.hostNetwork ? null : it.ip, it])),
)

function guess(
  node: NodeNetwork['node'],
  { table, chain, rule, by }: DropRule,
  its: readonly Contact[],
  homes: ReadonlyMap<string | null, Pod>,
) {
  const all = tally(its)
  const sick = [...new Set(its.flatMap((it) => homes.get(it.ip) ?? []))]
  return finding({
    subject: subject('Node', null, node),
    confidence: 'possible',
    severity: 'warning',
    args: {
      packets: 0,
      total: 0,
      nft: by === 'nft',
      table,
      chain,
      rule,
      policy: false,
      more: 0,
      failed: all.failed,
      of: all.of,
      pods: sick.map((it) => full(it)),
    },
    evidence: [
      {
        kind: 'shares',
        label: 'connects from other nodes that it may have dropped',
        rows: its.slice(0, 8).map((it) => ({
          where: `${it.node} to ${it.ip}:${it.port}`,
          bad: tally([it]).failed,
          of: it.tries.length,
          note: portsOfLost(it),
        })),
      },
    ],
    causes: [
      keptIn(node),
      ...sick.map((it) => stoppedOnTheWay(it)),
      ...new Set(its.map((it) => svcUnanswered(it.service))),
    ],
  })
}

function portsOfLost({ tries }: Contact): string {
  const ports = tries.flatMap((it) => (it.result === 'open' || it.sourcePort === undefined ? [] : [it.sourcePort]))
  return ports.length === 0 ? 'lost' : `lost from source ports ${some(ports.toSorted((a, b) => a - b).map(String), 6)}`
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
      failed: 0,
      of: 0,
      pods: [],
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
