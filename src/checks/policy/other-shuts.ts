import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { otherKindText, otherPolicyText } from '../../relations/policy/other-policies.ts'
import { shutting } from '../../relations/policy/other-words.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

const directions = ['Ingress', 'Egress'] as const

/**
 * A policy that is for a pod and has no rule denies all, as with NetworkPolicies: Calico denies at the end of a tier in
 * which any policy was for the pod, Cilium whatever a rule does not let through once there is one. As a default beside
 * others it is right; where no other lets anything through, it is all there is.
 */
export default check({
  code: 'POL429',
  slug: 'policy/other-shuts',
  title: 'policies of Calico or Cilium let nothing through',
  fine: 'wherever a policy of Calico or Cilium shuts pods, another one may let something through',
  severity: 'error',
  needs: ['otherPolicies', 'pods', 'services'],
  wants: ['beside', 'networkPolicies'],
  remedies: [],
  decides: [],

  run({ otherPolicies, networkPolicies, pods, services, beside }) {
    const evaluated = otherPolicies.filter((it) => it.says !== undefined)
    if (evaluated.length === 0) return notApplicable('no policy of Calico or Cilium is here')
    // Pods on the network of their node are none that these choose.
    const its = pods.filter((it) => isLive(it) && !it.hostNetwork)
    // Who serves nobody may be shut in on purpose, and who calls nobody shut out.
    const serving = new Set(services.flatMap(podsOfServices(its)))
    const calling = new Set(its.filter((it) => it.containers.some(({ calls = [] }) => calls.length > 0)))
    const own = networkPolicies.known ? networkPolicies.value : []
    const byPolicy = new Map<string, Shut>()
    for (const pod of its)
      for (const direction of directions) {
        if (!(direction === 'Ingress' ? serving : calling).has(pod)) continue
        const [first] = shutting(pod, direction, otherPolicies, own)
        if (first === undefined) continue
        const key = `${otherPolicyText(first)} ${direction}`
        const before = byPolicy.get(key)
        if (before === undefined) byPolicy.set(key, { policy: first, direction, pods: [pod] })
        else before.pods.push(pod)
      }
    if (byPolicy.size === 0) return ok(its.length)
    const lacking = beside.known ? beside.value.policiesNotHeld : []
    const groups = Map.groupBy(byPolicy.values(), (it) => otherPolicyText(it.policy))
    return [...groups.values()].flatMap((all) =>
      verdict(all, [
        ...lacking.filter((it) =>
          it.startsWith(all[0]?.policy.kind.startsWith('Cilium') === true ? 'Cilium' : 'Calico'),
        ),
        // One of them could let something through.
        ...(networkPolicies.known ? [] : ['NetworkPolicy']),
      ]),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.kind} ${full(on)} denies ${args.ways.join(' and ')} of ${count(args.pods.length, 'pod')}, and no other ` +
      `policy ${args.lacking.length === 0 ? '' : 'that was seen '}lets anything through: ${some(args.workloads, 4)}.`,
    detail: ({ args }) =>
      `no rule of its own lets anything through · ${some(args.pods, 3)}` +
      (args.lacking.length === 0 ? '' : ` · not seen, or not all: ${some(args.lacking)}`),
    note: ({ args }) =>
      args.dns
        ? 'without egress a pod can not even look up a name'
        : 'connections time out: what is denied is dropped without a word',
    help: ({ args }) => [
      'add policies that let in who is to call, and out what is to be called, DNS first; a default alone is a wall',
      `kubectl get ${args.resource} -A`,
      'kubectl get networkpolicies -A',
    ],
  },
})

interface Shut {
  readonly policy: OtherPolicy
  readonly direction: (typeof directions)[number]
  readonly pods: Pod[]
}

const resources: Readonly<Record<string, string>> = {
  CalicoNetworkPolicy: 'networkpolicies.crd.projectcalico.org',
  CalicoGlobalNetworkPolicy: 'globalnetworkpolicies.crd.projectcalico.org',
  CiliumNetworkPolicy: 'ciliumnetworkpolicies',
  CiliumClusterwideNetworkPolicy: 'ciliumclusterwidenetworkpolicies',
}

function verdict(all: readonly Shut[], lacking: readonly string[]) {
  const [first] = all
  if (first === undefined) return []
  const { kind, namespace, name } = first.policy
  const pods = [...new Map(all.flatMap((it) => it.pods).map((it) => [full(it), it])).values()]
  const workloads = [...new Map(pods.map((it) => [subjectKey(workloadOfPod(it)), workloadOfPod(it)])).values()]
  return [
    finding({
      subject: subject(kind, namespace, name),
      also: concerned(pods),
      confidence: lacking.length === 0 ? 'inferred' : 'possible',
      severity: lacking.includes('NetworkPolicy') ? 'warning' : 'error',
      args: {
        kind: otherKindText(kind),
        ways: all.map((it) => (it.direction === 'Ingress' ? 'all that comes in' : 'all that goes out')),
        pods: pods.map(full),
        workloads: workloads.map((it) => `${it.kind.toLowerCase()} ${full(it)}`),
        lacking,
        dns: all.some((it) => it.direction === 'Egress'),
        resource: resources[kind] ?? kind,
      },
      evidence: [
        {
          kind: 'fact',
          label: otherPolicyText(first.policy),
          value: `types: ${all.map((it) => it.direction).join(', ')}; rules that let through: none`,
        },
      ],
    }),
  ]
}
