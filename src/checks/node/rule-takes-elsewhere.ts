import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { rulesThatTake, type TakingRule } from '../../relations/node/rules-that-take.ts'
import { rulesBehind, serviceRules } from '../../relations/symptom.ts'

/**
 * Rules beside kube-proxy's meet the same packets: a port that a CNI mapped for a pod that is gone, a proxy that took
 * all of port 80, a cache or a scanner that has packets untracked. What table raw leaves untracked is not translated,
 * and what table nat translates first never meets the rules of Services.
 */
export default check({
  code: 'NOD552',
  slug: 'node/rule-takes-elsewhere',
  title: 'a rule of a node leads packets of pods elsewhere',
  fine: 'what was seen to be lost from a node fits no rule there that is not kube-proxy’s',
  severity: 'error',
  needs: ['nodeNetworks', 'contacts'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, contacts: { connects } }) {
    const read = nodes.filter((it) => it.untracked !== undefined || it.leading !== undefined)
    if (read.length === 0) return notApplicable("rules of nodes were not read: they are in kube-proxy's own pod")
    const found = read.flatMap((it) => {
      const [first, ...more] = rulesThatTake(it, connects)
      return first === undefined ? [] : [verdict(it.node, first, more)]
    })
    if (found.length > 0) return found
    const unread = nodes.filter((it) => !read.includes(it)).map((it) => it.node)
    return okOrUntold(read.length, unread, 'its rules were not read')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has a rule in table ${args.table} that is not kube-proxy's, and all that it fits is lost there.`,
    detail: ({ args }) =>
      `chain ${args.chain}: ${args.rule}` +
      (args.more === 0 ? '' : ` · ${count(args.more, 'more rule')} like it`) +
      ` · lost from there, and open from other nodes: ${some(args.lost, 4)}`,
    note: ({ args }) =>
      args.table === 'raw'
        ? "what is not tracked is not translated: kube-proxy's rules for the Service are never met"
        : 'it translates the packet before, or in place of, the rules of Services',
    help: ({ subject: on, args }) => [
      'find what wrote it (a CNI’s port mapping, a proxy, an agent), and take it away there: with -D in place of -A',
      `on ${on.name}:  ${args.v6 ? 'ip6tables' : 'iptables'}-save -t ${args.table} | grep -e "-A ${args.chain} "`,
    ],
  },
})

function verdict(node: string, first: TakingRule, more: readonly TakingRule[]) {
  const lost = [...new Set([first, ...more].flatMap((it) => it.lost).map(({ ip, port }) => `${ip}:${port}`))]
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      table: first.table,
      chain: first.chain,
      rule: first.rule,
      v6: first.family === 'v6',
      more: more.length,
      lost,
    },
    evidence: [
      {
        kind: 'log',
        source: `iptables-save on ${node}`,
        lines: [first, ...more].slice(0, 8).map((it) => `-t ${it.table} -A ${it.chain} ${it.rule}`),
      },
    ],
    causes: [serviceRules(node), rulesBehind(node)],
  })
}
