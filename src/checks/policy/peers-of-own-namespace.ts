import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy, OtherPeer, OtherPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some } from '../../phrases.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { ciliumNamespace, isForPod } from '../../relations/policy/other-words.ts'
import { hasPairs, selects } from '../../relations/selector.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * Labels in a CiliumNetworkPolicy mean pods of its own namespace, unless one of them is that of the namespace
 * (docs.cilium.io, "Using Kubernetes Constructs In Policy", Namespaces). Labels that pods of another namespace alone
 * bear let nobody through.
 */
export default check({
  code: 'POL436',
  slug: 'policy/peers-of-own-namespace',
  title: 'a policy of Cilium means pods of another namespace without naming it',
  fine: 'the pods that policies of Cilium mean by their labels are in the namespace that is meant',
  severity: 'warning',
  needs: ['otherPolicies', 'pods'],
  wants: ['workloads', 'networkPolicies'],
  remedies: [],
  decides: [],

  run({ otherPolicies, pods, workloads, networkPolicies }) {
    const its = otherPolicies.filter((it) => it.kind === 'CiliumNetworkPolicy' && (it.says?.peers ?? []).some(isOfOwn))
    if (its.length === 0) return notApplicable('no policy of Cilium here names pods by their labels alone')
    const live = pods.filter((it) => isLive(it) && !it.hostNetwork)
    const around = { live, workloads, networkPolicies, otherPolicies }
    const found = its.flatMap((policy) => (policy.says?.peers ?? []).flatMap((it) => astray(policy, it, around) ?? []))
    const groups = Map.groupBy(found, ({ policy, peer }) => `${full(policy)} ${peer.direction}`)
    return groups.size === 0 ? ok(its.length) : [...groups.values()].flatMap(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `CiliumNetworkPolicy ${full(on)} lets pods with ${args.labels} ${args.ingress ? 'in' : 'be reached'}, which ` +
      `means those of namespace ${on.namespace}: such pods are in ${some(args.homes, 3)} alone.`,
    detail: ({ args }) =>
      `${count(args.own.length, 'pod')} of the policy · ${some(args.others, 3)} ` +
      `${args.others.length === 1 ? 'bears' : 'bear'} these labels`,
    note: ({ args }) =>
      'a policy of a namespace means pods of that namespace, unless a label names another: what was meant is dropped ' +
      'without a word' +
      (args.sure ? '' : '; NetworkPolicies were not seen, and may let it through'),
    help: ({ subject: on, args }) => [
      `name the namespace beside the labels: k8s:${ciliumNamespace}: ${args.homes[0] ?? 'NAMESPACE'}`,
      `kubectl -n ${on.namespace} edit ciliumnetworkpolicies ${on.name}   # spec.${args.field}`,
      'hubble observe --verdict DROPPED -n ' + on.namespace,
    ],
  },
})

interface Around {
  readonly live: readonly Pod[]
  readonly workloads: Known<readonly Workload[]>
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
  readonly otherPolicies: readonly OtherPolicy[]
}

interface Astray {
  readonly policy: OtherPolicy
  readonly peer: OtherPeer
  readonly own: readonly Pod[]
  readonly elsewhere: readonly Pod[]
  readonly sure: boolean
}

function isOfOwn({ labels }: OtherPeer): boolean {
  return labels !== null && Object.keys(labels).length > 0 && !Object.hasOwn(labels, ciliumNamespace)
}

/** Pods of the policy that wait for those of a peer, who are all elsewhere and by nobody else let through. */
function astray(policy: OtherPolicy, peer: OtherPeer, around: Around): Astray | null {
  const { labels, direction } = peer
  const { live, workloads, networkPolicies } = around
  const home = policy.namespace
  if (labels === null || !isOfOwn(peer) || policy.says?.types.includes(direction) !== true) return null
  const own = live.filter((it) => isForPod(policy, it) === 'yes')
  const bearing = live.filter((it) => hasPairs(labels, it.labels))
  // Of a kind that makes pods now and then, none may be there at this moment.
  const isMade =
    workloads.known && workloads.value.some((it) => it.namespace === home && hasPairs(labels, it.templateLabels))
  if (own.length === 0 || bearing.length === 0 || isMade || bearing.some((it) => it.namespace === home)) return null
  const elsewhere = bearing.filter((it) => !isLetThrough(it, direction, own, around))
  return elsewhere.length === 0 ? null : { policy, peer, own, elsewhere, sure: networkPolicies.known }
}

/** Whether another rule may let it through; NetworkPolicies are asked no further than whether they have rules. */
function isLetThrough(
  pod: Pod,
  direction: OtherPeer['direction'],
  own: readonly Pod[],
  { otherPolicies, networkPolicies }: Around,
): boolean {
  const labels = { ...pod.labels, [ciliumNamespace]: pod.namespace }
  const byOthers = otherPolicies.some(
    (it) =>
      own.some((one) => isForPod(it, one) !== 'no') &&
      (it.says?.peers === undefined
        ? it.says?.allows.includes(direction) !== false
        : it.says.peers.some((peer) => peer.direction === direction && mayMean(it, peer, labels))),
  )
  if (byOthers || !networkPolicies.known) return byOthers
  return networkPolicies.value.some(
    (it) =>
      (direction === 'Ingress' ? it.ingress : it.egress).length > 0 &&
      own.some((one) => one.namespace === it.namespace && selects(it.podSelector, one.labels)),
  )
}

function mayMean({ namespace }: OtherPolicy, peer: OtherPeer, labels: Readonly<Record<string, string>>): boolean {
  if (peer.labels === null) return true
  const isAnywhere = namespace === null || Object.hasOwn(peer.labels, ciliumNamespace)
  return isAnywhere && hasPairs(peer.labels, labels)
}

function verdict(its: readonly Astray[]) {
  const [first] = its
  if (first === undefined) return []
  const { policy, peer, own, elsewhere, sure } = first
  const pairs = Object.entries(peer.labels ?? {})
  const field = peer.direction === 'Ingress' ? 'ingress' : 'egress'
  const on = subject(policy.kind, policy.namespace, policy.name)
  return [
    finding({
      subject: on,
      also: concerned([...own, ...its.flatMap((it) => it.elsewhere)]),
      confidence: 'possible',
      args: {
        labels: pairs.map(([key, value]) => `${key}=${value}`).join(','),
        ingress: peer.direction === 'Ingress',
        field,
        homes: [...new Set(elsewhere.map((it) => it.namespace))],
        own: own.map(full),
        others: elsewhere.map(full),
        sure,
      },
      evidence: [
        {
          kind: 'config',
          object: on,
          path: `spec.${field}`,
          lines: [
            `- ${peer.direction === 'Ingress' ? 'fromEndpoints' : 'toEndpoints'}:`,
            '  - matchLabels:',
            ...pairs.slice(0, 5).map(([key, value]) => `      ${key}: ${value}`),
          ],
          at: 1,
          mark: 'matchLabels',
          label: `of namespace ${policy.namespace ?? ''}`,
        },
      ],
    }),
  ]
}
