import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { otherPolicyText } from '../../relations/policy/other-policies.ts'

/**
 * Cilium learns the addresses of a name from the answers that its DNS proxy sees, and the proxy sees those alone that a
 * rule for DNS (`rules.dns`) sends through it. Without one the names stand for no address, and all of it is dropped.
 */
export default check({
  code: 'POL430',
  slug: 'policy/names-unwatched',
  title: 'a policy of Cilium goes by names whose lookups nobody watches',
  fine: 'lookups are watched wherever a policy of Cilium goes by names',
  severity: 'error',
  needs: ['otherPolicies'],
  remedies: [],
  decides: [],

  run({ otherPolicies }) {
    const its = otherPolicies.filter((it) => it.says?.fqdns === 'named')
    if (its.length === 0) return notApplicable('no policy of Cilium goes by names')
    // Another policy of the same pods may watch for it.
    const watchers = otherPolicies.filter((it) => it.says?.lookups === 'watched')
    return its.map((policy) => (watchers.some((it) => mayBeBeside(it, policy)) ? ok(1) : verdict(policy)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.kind} ${full(on)} lets pods out by names (toFQDNs), and no rule for DNS has Cilium watch their lookups.`,
    detail: () => 'rules.dns: in no policy that may be for these pods',
    note: () => 'the names stand for no address: connections to them time out, though the names are looked up well',
    help: ({ subject: on, args }) => [
      'add `rules: {dns: [{matchPattern: "*"}]}` to the toPorts of port 53 to kube-dns, in the same policy',
      `kubectl ${on.namespace === null ? '' : `-n ${on.namespace} `}edit ${args.resource} ${on.name}   # spec.egress`,
      'cilium fqdn cache list',
    ],
  },
})

function mayBeBeside(a: OtherPolicy, b: OtherPolicy): boolean {
  return a.namespace === null || b.namespace === null || a.namespace === b.namespace
}

function verdict(policy: OtherPolicy) {
  const { kind, namespace, name } = policy
  return finding({
    subject: subject(kind, namespace, name),
    confidence: 'inferred',
    args: {
      kind,
      resource:
        kind === 'CiliumClusterwideNetworkPolicy' ? 'ciliumclusterwidenetworkpolicies' : 'ciliumnetworkpolicies',
    },
    evidence: [{ kind: 'fact', label: otherPolicyText(policy), value: 'egress: toFQDNs, and no rules.dns' }],
  })
}
