import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy, Selector } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import { full } from '../../phrases.ts'
import { put } from '../../relations/once.ts'
import { isAny, selectedFrom } from '../../relations/policy/selected.ts'
import { isEverything, selectorText } from '../../relations/selector.ts'
import { type NearMiss, nearMisses } from '../../relations/service/near-miss.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { policySubject } from './words.ts'

/**
 * A policy acts on pods of its own namespace alone. One that was made in another, or whose selector has a slip, is
 * valid, listed, and does nothing: what it should protect is open, and what it should allow stays closed.
 */
export default check({
  code: 'POL413',
  slug: 'policy/selects-nothing',
  title: 'a NetworkPolicy selects no pod',
  fine: 'every NetworkPolicy selects pods',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'workloads'],
  remedies: [],
  decides: ['NP-08'],

  run({ networkPolicies, pods, workloads, scope }) {
    const own = networkPolicies.filter(
      (it) => (scope.namespace === null || it.namespace === scope.namespace) && !isEverything(it.podSelector),
    )
    if (own.length === 0) return notApplicable('no NetworkPolicy here selects some pods of its namespace')
    const all = labelled(pods, workloads)
    const selected = selectedFrom(all)
    const anywhere = selectedFrom(all.map(({ namespace, labels }) => ({ namespace: '', labels, home: namespace })))
    const there = Map.groupBy(all, (it) => it.namespace)
    const nearest = new Map<string, ReturnType<typeof nearMisses>>()
    const found = own.flatMap((policy) => {
      const { namespace, podSelector } = policy
      if (isAny(selected(namespace, podSelector))) return []
      const carriers = there.get(namespace) ?? []
      const near = put(nearest, namespace, () => nearMisses(carriers))
      // Without a pair it is wide, and what else it fits says nothing.
      const hasPairs = Object.keys(podSelector.matchLabels).length > 0
      const elsewhere = hasPairs ? (Iterator.from(anywhere('', podSelector)).next().value?.home ?? null) : null
      return [verdict(policy, { of: carriers.length, near: nearOf(podSelector, near), elsewhere })]
    })
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) => `NetworkPolicy ${full(on)} selects no pod of its namespace: ${args.selector}.`,
    detail: ({ args }) =>
      `0 of ${args.of} label sets there match` +
      `${args.meant === null ? '' : ` · ${args.carriers} have ${args.meant}`}` +
      `${args.elsewhere === null ? '' : ` · namespace ${args.elsewhere} has such pods`}`,
    note: () => 'a policy that selects nothing is no error to Kubernetes, and does nothing',
    help: ({ subject: on, args }) => [
      args.elsewhere === null ? 'select labels that the pods have' : `create it in namespace ${args.elsewhere}`,
      `kubectl -n ${on.namespace} get pods --show-labels`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

/** The labels of pods that are there, and of those that a workload would make if it were scaled up. */
function labelled(pods: readonly Pod[], workloads: readonly Workload[]) {
  return [
    ...pods.filter((it) => !isOver(it)).map(({ namespace, labels }) => ({ namespace, labels })),
    ...workloads.map(({ namespace, templateLabels }) => ({ namespace, labels: templateLabels })),
  ]
}

interface Around {
  readonly of: number
  readonly near: NearMiss | null
  readonly elsewhere: string | null
}

function verdict(policy: NetworkPolicy, { of, near, elsewhere }: Around) {
  const selector = selectorText(policy.podSelector)
  return finding({
    subject: policySubject(policy),
    confidence: 'inferred',
    // Policies come before the pods that they are for, with charts; a slip does not.
    severity: near === null && elsewhere === null ? 'info' : 'warning',
    args: {
      selector,
      of,
      elsewhere,
      meant: near === null ? null : meantBy(near),
      carriers: near === null ? 0 : near.carriers,
    },
    evidence: [
      {
        kind: 'config',
        object: policySubject(policy),
        path: 'spec.podSelector',
        lines: ['podSelector:', `  # ${selector}`],
        at: 1,
        mark: near === null ? selector : near.wanted,
        label: near === null ? 'no pod of this namespace' : `pods say ${meantBy(near)}`,
      },
    ],
  })
}

function nearOf({ matchLabels, matchExpressions }: Selector, near: ReturnType<typeof nearMisses>): NearMiss | null {
  const found = matchExpressions.length > 0 ? null : near(matchLabels)
  return found === null || found.kind === 'absent' ? null : found
}

function meantBy(near: NearMiss): string {
  return near.kind === 'key' ? `${near.theirs}=${near.wanted}` : `${near.key}=${near.theirs ?? ''}`
}
