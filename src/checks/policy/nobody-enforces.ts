import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { selects } from '../../relations/selector.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * A NetworkPolicy is a word that the network has to keep. flannel by itself keeps none, nor does a Cilium that is told
 * not to; one that is told to ask for policies always shuts each pod that has none.
 */
export default check({
  code: 'POL432',
  slug: 'policy/nobody-enforces',
  title: 'the network heeds no policy, or shuts what has none',
  fine: 'the network heeds policies, and shuts nobody without one',
  severity: 'warning',
  needs: ['nodes', 'networkPolicies'],
  wants: ['pods', 'otherPolicies'],
  remedies: [],
  decides: [],

  run({ nodes, networkPolicies, pods, otherPolicies }) {
    const told = nodes.flatMap((it) => (it.agent?.policies === undefined ? [] : [{ node: it, ...it.agent.policies }]))
    const [first] = told
    if (first === undefined) return notApplicable('nothing is known of how the network here takes policies')
    if (first.are === 'unheeded') {
      if (networkPolicies.length === 0) return notApplicable('no NetworkPolicy is here that the network could heed')
      return verdict(first.node, { by: first.by, why: 'unheeded', policies: networkPolicies.map(full), pods: 0 })
    }
    const bare = (pods.known ? pods.value : []).filter((it) => isLive(it) && !it.hostNetwork)
    const shut = bare.filter(
      (it) => !networkPolicies.some((one) => one.namespace === it.namespace && selects(one.podSelector, it.labels)),
    )
    if (shut.length === 0) return bare.length === 0 ? notApplicable('no pod is here to shut') : ok(bare.length)
    if (!otherPolicies.known || otherPolicies.value.length > 0)
      return cannotTell(
        otherPolicies.known ? 'ambiguous' : otherPolicies.why.reason,
        `Cilium shuts each pod that no policy selects (enable-policy: always), and ${count(shut.length, 'pod')} of ` +
          'this cluster may have one of its own kinds alone' +
          (otherPolicies.known ? '' : `: ${otherPolicies.why.detail}`),
      )
    return verdict(first.node, { by: first.by, why: 'needed', policies: [], pods: shut.length })
  },

  words: {
    headline: ({ args }) =>
      args.why === 'unheeded'
        ? `Nobody enforces ${count(args.policies.length, 'NetworkPolicy', 'NetworkPolicies')}: the network is ` +
          `${named[args.by]}.`
        : `Cilium shuts each pod that no policy selects (enable-policy: always), and none selects ` +
          `${count(args.pods, 'pod')} here.`,
    detail: ({ args }) =>
      args.why === 'unheeded' ? some(args.policies) : `${count(args.pods, 'pod')} without a policy`,
    note: ({ args }) =>
      args.why === 'unheeded'
        ? 'whoever wrote them believes in a wall that is not there; what they deny opens'
        : 'pods in the network of their node are not meant, and what is on the same node reaches them',
    help: ({ args }) => [
      args.why === 'unheeded'
        ? 'add what enforces them (kube-network-policies, Calico as in Canal); of Cilium set enable-policy: default'
        : 'set enable-policy: default, or write policies that allow what is wanted',
      ...(args.by === 'cilium' ? ['kubectl -n kube-system get configmap cilium-config -o yaml'] : []),
      'kubectl get networkpolicies -A',
    ],
  },
})

const named = {
  flannel: 'flannel alone, which heeds none',
  cilium: 'Cilium with enable-policy: never',
} as const

interface Told {
  readonly by: 'flannel' | 'cilium'
  readonly why: 'unheeded' | 'needed'
  readonly policies: readonly string[]
  readonly pods: number
}

function verdict({ agent }: Node, told: Told) {
  return finding({
    subject: subject('Pod', agent?.namespace ?? 'kube-system', agent?.pod ?? told.by),
    // By labels and settings alone: whatever else may stand beside them bears a name that nobody knows here.
    confidence: 'possible',
    args: { ...told },
    evidence: [
      {
        kind: 'fact',
        label: told.by === 'cilium' ? 'ConfigMap kube-system/cilium-config' : 'agents of the network',
        value: told.by === 'cilium' ? `enable-policy: ${told.why === 'needed' ? 'always' : 'never'}` : 'flannel alone',
      },
    ],
  })
}
