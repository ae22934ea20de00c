import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import type { Scope } from '../../model/sources.ts'
import { full, some } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { crossedFlows, type CrossedFlow, disagreement, isStopped } from '../../relations/policy/crossed-flows.ts'
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
  wants: ['namespaces', 'contacts'],
  remedies: [],
  decides: ['NP-12', 'NP-14'],

  run({ networkPolicies, pods, crossings, namespaces, contacts, scope }) {
    if (scope.trace !== undefined) return notApplicable('of a trace, its own hops say where it breaks')
    const flows = crossedFlows(crossings, pods, networkPolicies, namespaces)
    const allowed = flows.filter((it) => it.decision.kind === 'allowed' && it.crossing.result !== null)
    if (allowed.length === 0) return notApplicable('no connection that policies allow was tried')
    const groups = [...Map.groupBy(allowed, (it) => `${full(it.to)} ${it.crossing.port}`).values()]
    const found = groups.flatMap((its) => {
      const stopped = its.filter((it) => disagreement(it) === 'stopped')
      const [first] = stopped
      return first === undefined ? [] : [verdict(first, { stopped, its, scope, probes: probesAt(first, contacts) })]
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
    note: ({ args }) =>
      args.opened > 0 || args.probes.length > 0
        ? 'others reach the same port: what stops these is about where they come from, such as a policy of the ' +
          'CNI, a mesh or a firewall between nodes'
        : `${args.of === 1 ? 'no other connection to it was tried' : 'none of those that were tried reached it'}: ` +
          'a policy of the CNI or of a higher tier, a firewall on its node, or a way that is down',
    help: ({ subject: on, args }) => [
      'look for policies of other kinds, then follow one of these connections hop by hop',
      'kubectl get ' +
        'ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies,globalnetworkpolicies,adminnetworkpolicies -A',
      `hopscope trace pod/${args.pod} pod/${on.name}.${on.namespace}:${args.port} -n ${args.namespace} --probe`,
    ],
  },
})

interface Tried {
  readonly stopped: readonly CrossedFlow[]
  readonly its: readonly CrossedFlow[]
  readonly scope: Scope
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

function verdict(first: CrossedFlow, { stopped, its, scope, probes }: Tried) {
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
