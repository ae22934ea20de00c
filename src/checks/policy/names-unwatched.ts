import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { otherPolicyText } from '../../relations/policy/other-policies.ts'
import { isForPod } from '../../relations/policy/other-words.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

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
  wants: ['pods'],
  remedies: [],
  decides: [],

  run({ otherPolicies, pods }) {
    const its = otherPolicies.filter((it) => it.says?.fqdns === 'named')
    if (its.length === 0) return notApplicable('no policy of Cilium goes by names')
    // Another policy of the same pods may watch for it.
    const watchers = otherPolicies.filter((it) => it.says?.lookups === 'watched')
    return its.map((policy) =>
      watchers.some((it) => mayBeBeside(it, policy)) ? ok(1) : verdict(policy, podsOf(policy, pods)),
    )
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

/** Whose calls are dropped: who asks about one of them asks about this. */
function podsOf(policy: OtherPolicy, pods: Known<readonly Pod[]>): readonly Pod[] {
  if (!pods.known) return []
  return pods.value.filter((it) => isLive(it) && !it.hostNetwork && isForPod(policy, it) === 'yes')
}

function verdict(policy: OtherPolicy, pods: readonly Pod[]) {
  const { kind, namespace, name } = policy
  return finding({
    subject: subject(kind, namespace, name),
    also: concerned(pods),
    confidence: 'inferred',
    args: {
      kind,
      resource:
        kind === 'CiliumClusterwideNetworkPolicy' ? 'ciliumclusterwidenetworkpolicies' : 'ciliumnetworkpolicies',
    },
    evidence: [{ kind: 'fact', label: otherPolicyText(policy), value: 'egress: toFQDNs, and no rules.dns' }],
  })
}
