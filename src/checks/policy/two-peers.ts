import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Namespace, NetworkPolicy, PolicyPeer, PolicyRule, Selector } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { full } from '../../phrases.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { isEverything, selects, selectorText } from '../../relations/selector.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { peerText, policySubject, rulesEvidence } from './words.ts'

/**
 * One dash more or less in YAML: two selectors in one peer mean both, in two peers they mean either. Written as two,
 * the namespace is let in whole, and the pods are looked for in the policy's own namespace.
 */
export default check({
  code: 'POL412',
  slug: 'policy/two-peers',
  title: 'two peers of a rule are probably meant as one',
  fine: 'no rule has two peers that fit together as one',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'namespaces'],
  remedies: [],
  decides: ['NP-04'],

  run({ networkPolicies, pods, namespaces, scope }) {
    const own = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (own.length === 0) return notApplicable('no NetworkPolicy here')
    const live = Map.groupBy(pods.filter(isLive), (it) => it.namespace)
    const found = own.flatMap((policy) =>
      (['Ingress', 'Egress'] as const).flatMap((direction) =>
        rulesOf(policy, direction).flatMap((rule) => {
          const split = splitOf(rule, policy, { live, namespaces })
          return split === null ? [] : [verdict(policy, direction, split)]
        }),
      ),
    )
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets ${args.direction === 'Ingress' ? 'in' : 'out to'} every pod of ` +
      `${args.namespaces.join(', ')}, and probably means ${args.pods} there alone.`,
    detail: ({ args }) =>
      `two peers: either is enough · ${args.pods} matches no pod of its own namespace, and ${args.matched} of ` +
      `${args.of} pods there`,
    note: () =>
      'a dash before podSelector makes it a peer of its own, and a peer without namespaceSelector means the own ' +
      'namespace',
    help: ({ subject: on, args }) => [
      `take the dash away, so that both selectors are one peer: {namespaceSelector: …, podSelector: …}`,
      `kubectl -n ${on.namespace} get networkpolicy ${on.name} -o yaml`,
      `kubectl -n ${args.namespaces[0] ?? ''} get pods -l '${args.pods}'`,
    ],
  },
})

interface Around {
  readonly live: ReadonlyMap<string, readonly Pod[]>
  readonly namespaces: readonly Namespace[]
}

interface Split {
  readonly peer: PolicyPeer
  readonly pods: Selector
  readonly namespaces: readonly string[]
  readonly matched: number
  readonly of: number
}

/** Both peers are there, the pods are in none of the own namespace and in the other one: few mean that. */
function splitOf({ peers }: PolicyRule, { namespace }: NetworkPolicy, { live, namespaces }: Around): Split | null {
  const whole = peers.filter((it) => it.podSelector === null && it.namespaceSelector !== null)
  const bare = peers.filter((it) => it.namespaceSelector === null && it.podSelector !== null)
  for (const { namespaceSelector } of whole) {
    if (namespaceSelector === null || isEverything(namespaceSelector)) continue
    const there = namespaces.filter((it) => selects(namespaceSelector, it.labels)).map((it) => it.name)
    const all = there.flatMap((it) => live.get(it) ?? [])
    for (const peer of bare) {
      const { podSelector } = peer
      if (podSelector === null || isEverything(podSelector)) continue
      const matched = all.filter((it) => selects(podSelector, it.labels)).length
      const inOwn = (live.get(namespace) ?? []).some((it) => selects(podSelector, it.labels))
      if (matched > 0 && matched < all.length && !inOwn)
        return { peer, pods: podSelector, namespaces: there, matched, of: all.length }
    }
  }
  return null
}

function verdict(policy: NetworkPolicy, direction: Direction, { peer, pods, namespaces, matched, of }: Split) {
  return finding({
    subject: policySubject(policy),
    confidence: 'possible',
    args: { direction, namespaces, pods: selectorText(pods), matched, of },
    evidence: [rulesEvidence(policy, direction, 'a peer of its own: either is enough', peerText(peer))],
  })
}
