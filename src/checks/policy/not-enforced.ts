import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Known, known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { endsOf, farNameOf } from '../../relations/path/trace-ends.ts'
import { crossedFlows, isLetThrough } from '../../relations/policy/crossed-flows.ts'
import { tracedFlows } from '../../relations/path/trace-policy.ts'
import { measured } from './keeps-from.ts'
import { policySubject, rulesEvidence } from './words.ts'
import { full } from '../../phrases.ts'

/**
 * NetworkPolicies are an agreement that the CNI has to keep: plain flannel keeps none, and one that lost its agent on a
 * node lets everything through there. Whoever wrote the policy believes in a wall that is not there.
 */
export default check({
  code: 'POL411',
  slug: 'policy/not-enforced',
  title: 'a NetworkPolicy is not enforced',
  fine: 'what policies deny does not open',
  severity: 'warning',
  needs: ['networkPolicies', 'pods'],
  wants: ['services', 'endpointSlices', 'namespaces', 'crossings'],
  remedies: [],
  decides: ['NP-01'],

  run({ networkPolicies, pods, crossings, services, endpointSlices, namespaces, scope }) {
    const ends = endsOf({ scope, pods: known(pods), services, endpointSlices })
    if (ends === null) return ofMatrix(crossings, { pods, networkPolicies, namespaces })
    const denied = tracedFlows(ends, networkPolicies, namespaces, pods).filter((it) => it.decision.kind === 'denied')
    if (denied.length === 0) return notApplicable('no NetworkPolicy denies the traced connection')
    if (!crossings.known) return cannotTell(crossings.why.reason, crossings.why.detail, '--probe')
    const through = denied.filter((it) => measured(it, crossings) === 'open')
    const [first] = through
    const policy = first?.decision.kind === 'denied' ? first.decision.by[0] : undefined
    if (first?.decision.kind !== 'denied' || policy === undefined || ends.from === null) return ok(denied.length)
    return finding({
      subject: policySubject(policy),
      confidence: 'observed',
      args: {
        from: full(ends.from),
        to: farNameOf(ends),
        node: ends.from.node ?? '',
        open: through.length,
        denied: denied.length,
      },
      evidence: [rulesEvidence(policy, first.decision.direction, 'nothing here allows it')],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} denies pod ${args.from} the way to ${args.to}, and the connection opens all the same.`,
    detail: ({ args }) => `${args.open} of ${args.denied} denied connections opened from inside the pod`,
    note: () => 'the CNI does not enforce policies, or not on this node; or it has policies of its own that allow more',
    help: ({ args }) => [
      'see which CNI this cluster has, and whether its agent runs on the nodes of both ends',
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${args.node}`,
    ],
  },
})

interface Around {
  readonly pods: readonly Pod[]
  readonly networkPolicies: readonly NetworkPolicy[]
  readonly namespaces: Known<readonly Namespace[]>
}

/** Connects that were made with no trace: those of a matrix, from many pods to many. */
function ofMatrix(crossings: Known<readonly Crossing[]>, { pods, networkPolicies, namespaces }: Around) {
  if (!crossings.known || crossings.value.length === 0) return notApplicable('no connection between pods was tried')
  const flows = crossedFlows(crossings.value, pods, networkPolicies, namespaces)
  const denied = flows.filter((it) => it.decision.kind === 'denied' && it.crossing.result !== null)
  if (denied.length === 0) return notApplicable('no NetworkPolicy denies what was tried')
  const opened = denied.filter((it) => isLetThrough(it.crossing))
  const byPolicy = Map.groupBy(opened, ({ decision }) => (decision.kind === 'denied' ? decision.by[0] : undefined))
  const found = [...byPolicy].flatMap(([policy, its]) => {
    const [first] = its
    if (policy === undefined || first?.decision.kind !== 'denied') return []
    const { by, direction } = first.decision
    return [
      finding({
        subject: policySubject(policy),
        confidence: 'observed',
        args: {
          from: full(first.from),
          to: `pod ${full(first.to)}:${first.crossing.port}`,
          node: first.from.node ?? '',
          open: its.length,
          denied: denied.filter((it) => it.decision.kind === 'denied' && it.decision.by[0] === by[0]).length,
        },
        evidence: [rulesEvidence(policy, direction, 'nothing here allows it')],
      }),
    ]
  })
  return found.length > 0 ? found : ok(denied.length)
}
