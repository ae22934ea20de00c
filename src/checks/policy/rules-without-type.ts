import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { count, full } from '../../phrases.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * `policyTypes` says which directions a policy is about, and rules of another direction are not read: a policy with
 * egress rules and the type Ingress alone limits nothing that goes out.
 */
export default check({
  code: 'POL414',
  slug: 'policy/rules-without-type',
  title: 'rules of a NetworkPolicy are not in force for lack of their type',
  fine: 'the rules of each NetworkPolicy are of its types',
  severity: 'warning',
  needs: ['networkPolicies'],
  remedies: [],
  decides: ['NP-09'],

  run({ networkPolicies, scope }) {
    const own = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (own.length === 0) return notApplicable('no NetworkPolicy here')
    const found = own.flatMap((policy) =>
      (['Ingress', 'Egress'] as const)
        .filter((it) => !policy.types.includes(it) && rulesOf(policy, it).length > 0)
        .map((it) => verdict(policy, it)),
    )
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} has ${args.direction.toLowerCase()} rules that are not in force: its ` +
      `policyTypes lack ${args.direction}.`,
    detail: ({ args }) => `${count(args.rules, 'rule')} · policyTypes: ${args.types.join(', ') || 'none'}`,
    note: ({ args }) =>
      `without the type, its pods are not isolated for ${args.direction.toLowerCase()}: all of it is allowed, ` +
      'as far as this policy goes',
    help: ({ subject: on, args }) => [
      `add ${args.direction} to policyTypes, or take the rules away; with the type, what no rule allows is ` +
        'dropped: allow DNS as well',
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

function verdict(policy: NetworkPolicy, direction: Direction) {
  return finding({
    subject: policySubject(policy),
    confidence: 'inferred',
    args: { direction, rules: rulesOf(policy, direction).length, types: policy.types },
    evidence: [rulesEvidence(policy, direction, `not read: policyTypes are ${policy.types.join(', ') || 'empty'}`)],
  })
}
