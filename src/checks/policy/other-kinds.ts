import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { otherKindText, otherPolicyText } from '../../relations/policy/other-policies.ts'
import { isEvaluated } from '../../relations/policy/tier-decides.ts'

/**
 * Tiers above and below NetworkPolicy, and the CNIs' own kinds, decide before or after it: what NetworkPolicies allow
 * may be denied there, and what they deny may be let through. What tiers say is held against what is wanted (POL437);
 * of the others that they are there is read, and little of what they say.
 */
export default check({
  code: 'POL421',
  slug: 'policy/other-kinds',
  title: 'policies of other kinds decide beside NetworkPolicies',
  fine: 'NetworkPolicies alone decide here',
  severity: 'info',
  needs: ['otherPolicies'],
  remedies: [],
  decides: ['NP-14', 'NP-15'],

  run({ otherPolicies, scope }) {
    const here = otherPolicies.filter(
      (it) => it.namespace === null || scope.namespace === null || it.namespace === scope.namespace,
    )
    if (here.length === 0) return otherPolicies.length === 0 ? notApplicable('there is none here') : ok(1)
    return [...Map.groupBy(here, (it) => it.kind).values()].map(verdict)
  },

  words: {
    headline: ({ args }) =>
      `${count(args.policies.length, 'policy', 'policies')} of kind ${args.kind} ` +
      `${args.policies.length === 1 ? 'decides' : 'decide'} beside NetworkPolicies: ${some(args.policies, 2)}.`,
    detail: ({ args }) =>
      `${args.cluster} of ${args.policies.length} for the whole cluster · ` +
      (args.evaluated
        ? 'held against the calls, lookups and traces that are wanted; NetworkPolicies alone prove nothing'
        : 'that they are there is read, not what they say'),
    note: () =>
      'what NetworkPolicies say is told as "left to the CNI" where these may decide; a measurement settles it',
    help: ({ args }) => [
      'read what they say, and measure: hopscope trace and hopscope matrix, with --probe',
      `kubectl get ${args.resource} -A`,
    ],
  },
})

const resources: Readonly<Record<OtherPolicy['kind'], string>> = {
  AdminNetworkPolicy: 'adminnetworkpolicies',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicies',
  ClusterNetworkPolicy: 'clusternetworkpolicies.policy.networking.k8s.io',
  CiliumNetworkPolicy: 'ciliumnetworkpolicies',
  CiliumClusterwideNetworkPolicy: 'ciliumclusterwidenetworkpolicies',
  CalicoNetworkPolicy: 'networkpolicies.crd.projectcalico.org',
  CalicoGlobalNetworkPolicy: 'globalnetworkpolicies.crd.projectcalico.org',
  AntreaNetworkPolicy: 'networkpolicies.crd.antrea.io',
  AntreaClusterNetworkPolicy: 'clusternetworkpolicies.crd.antrea.io',
}

function verdict(its: readonly OtherPolicy[]) {
  const [first] = its
  const kind = first?.kind ?? 'AdminNetworkPolicy'
  return finding({
    subject: subject(kind, first?.namespace ?? null, first?.name ?? ''),
    confidence: 'inferred',
    args: {
      kind: otherKindText(kind),
      policies: its.map((it) => (it.namespace === null ? it.name : `${it.namespace}/${it.name}`)),
      cluster: its.filter((it) => it.namespace === null).length,
      evaluated: its.every(isEvaluated),
      resource: resources[kind],
    },
    evidence: [{ kind: 'fact', label: 'policies', value: some(its.map(otherPolicyText), 5) }],
  })
}
