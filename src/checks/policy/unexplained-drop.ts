import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import type { Scope } from '../../model/sources.ts'
import { full, some } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { crossedFlows, type CrossedFlow, disagreement, isStopped } from '../../relations/policy/crossed-flows.ts'
import { otherPolicyText, othersOn } from '../../relations/policy/other-policies.ts'
import { calleeOutOfReach, stoppedOnTheWay, wayClosed } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * NetworkPolicies are not the only ones who drop: policies of the CNI's own kinds, of a higher tier, a mesh, firewalls
 * of nodes. A connection that all NetworkPolicies allow and that meets silence is stopped by somebody else.
 */
export default check({
  code: 'POL422',
  slug: 'policy/unexplained-drop',
  title: 'policies allow a connection that something else stops',
  fine: 'what policies allow is let through',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'crossings'],
  wants: ['namespaces', 'contacts', 'otherPolicies'],
  remedies: [],
  decides: ['NP-12', 'NP-14'],

  run({ networkPolicies, pods, crossings, namespaces, contacts, otherPolicies, scope }) {
    if (scope.trace !== undefined) return notApplicable('of a trace, its own hops say where it breaks')
    const flows = crossedFlows(crossings, pods, networkPolicies, namespaces)
    const allowed = flows.filter((it) => it.decision.kind === 'allowed' && it.crossing.result !== null)
    if (allowed.length === 0) return notApplicable('no connection that policies allow was tried')
    const groups = [...Map.groupBy(allowed, (it) => `${full(it.to)} ${it.crossing.port}`).values()]
    const found = groups.flatMap((its) => {
      const stopped = its.filter((it) => disagreement(it) === 'stopped')
      const [first] = stopped
      if (first === undefined) return []
      const others = otherPolicies.known
        ? othersOn(otherPolicies, [first.from.namespace, first.to.namespace]).map(otherPolicyText)
        : null
      return [verdict(first, { stopped, its, scope, others, probes: probesAt(first, contacts) })]
    })
    return found.length > 0 ? found : ok(allowed.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicies let ${some(args.from, 2)} connect to pod ${full(on)}:${args.port}, and something else ` +
      `stops ${args.stopped === 1 ? 'it' : 'them'}.`,
    detail: ({ args }) =>
      `${args.stopped} of ${args.of} connections that policies allow ended in ${args.how.join(', ')}` +
      (args.opened > 0 ? ` · ${args.opened} opened, so that the pod listens` : '') +
      (args.probes.length > 0 ? ` · the probe reaches it from ${some(args.probes, 2)}` : ''),
    note: ({ args }) => {
      const [policy, seen] = suspects(args.others)
      return args.opened > 0 || args.probes.length > 0
        ? `others reach the same port: what stops these is about where they come from, such as ${policy}` +
            `a mesh or a firewall between nodes${seen}`
        : `${args.of === 1 ? 'no other connection to it was tried' : 'none of those that were tried reached it'}: ` +
            `${policy}a firewall on its node, or a way that is down${seen}`
    },
    help: ({ subject: on, args }) => [
      args.others?.length === 0
        ? 'follow one of these connections hop by hop'
        : 'look for policies of other kinds, then follow one of these connections hop by hop',
      ...(args.others?.length === 0 ? [] : [listPolicies]),
      `hopscope trace pod/${args.pod} pod/${on.name}.${on.namespace}:${args.port} -n ${args.namespace} --probe`,
    ],
  },
})

/** Which kinds of policies are there differs by cluster, and kubectl refuses a list with one that is not. */
const listPolicies =
  'for kind in $(kubectl api-resources --verbs=list -o name | grep -i networkpolic); do kubectl get $kind -A; done'

/** Policies of other kinds: those that were read, none, or any where nobody looked. */
function suspects(others: readonly string[] | null): readonly [string, string] {
  if (others === null) return ['a policy of the CNI or of a higher tier, ', '']
  return others.length === 0
    ? ['', '; no policy of another kind was seen there']
    : [`${some(others, 2)} (not evaluated), `, '']
}

interface Tried {
  readonly stopped: readonly CrossedFlow[]
  readonly its: readonly CrossedFlow[]
  readonly scope: Scope
  /** Policies of other kinds that may decide there; null: they were not read. */
  readonly others: readonly string[] | null
  /** Nodes whose probe reaches the same port of that pod. */
  readonly probes: readonly string[]
}

function probesAt({ to, crossing: { port } }: CrossedFlow, contacts: Known<Contacts>): readonly string[] {
  const its = contacts.known ? contacts.value.connects : []
  const reached = its.filter(
    (it) => it.ip === to.ip && it.port === port && it.tries.some((one) => one.result === 'open'),
  )
  return [...new Set(reached.filter((it) => it.via.kind === 'endpoint').map((it) => it.node))].toSorted()
}

/** Where all that is stopped goes the way between two nodes, that way may be why. */
function waysOf(stopped: readonly CrossedFlow[]): readonly string[] {
  const ways = new Set(stopped.map(({ from, to }) => (from.node === to.node ? '' : `${from.node} ${to.node}`)))
  const [first] = stopped
  if (ways.size !== 1 || ways.has('') || first === undefined) return []
  const { from, to } = first
  return from.node === null || to.node === null ? [] : [wayClosed(from.node, to.node)]
}

function verdict(first: CrossedFlow, { stopped, its, scope, others, probes }: Tried) {
  const { to, from, crossing } = first
  return finding({
    subject: subject('Pod', to.namespace, to.name),
    also: stopped.flatMap((it) => [subject('Pod', it.from.namespace, it.from.name), workloadOfPod(it.from)]),
    confidence: 'observed',
    severity: stopped.some((it) => isTargetPod(scope, it.from)) || isTargetPod(scope, to) ? 'error' : 'warning',
    args: {
      port: crossing.port,
      from: stopped.map((it) => full(it.from)),
      pod: from.name,
      namespace: from.namespace,
      stopped: stopped.length,
      of: its.length,
      probes,
      others,
      opened: its.filter((it) => it.crossing.result === 'open').length,
      how: [...new Set(stopped.map((it) => (it.crossing.result === 'timeout' ? 'a timeout' : 'no route')))],
    },
    evidence: [
      {
        kind: 'shares',
        label: `connections to ${crossing.host}:${crossing.port} that policies allow`,
        rows: its.map((it) => ({
          where: full(it.from),
          bad: isStopped(it.crossing) ? 1 : 0,
          of: 1,
          note: it.crossing.result ?? '',
        })),
      },
    ],
    symptoms: [stoppedOnTheWay(to), ...waysOf(stopped)],
    causes: [...new Set(stopped.map((it) => calleeOutOfReach(workloadOfPod(it.from))))],
  })
}
