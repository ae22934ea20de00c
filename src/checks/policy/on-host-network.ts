import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy, PolicyPeer } from '../../model/network-policy.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { labelClasses } from '../../relations/label-classes.ts'
import { isEverything, selects, selectsNamespace } from '../../relations/selector.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { peerText, policySubject, rulesEvidence } from './words.ts'

/**
 * A pod on the host network has the node's address, and for most CNIs it is the node: a policy that selects it does
 * nothing, and a rule that names it as a peer does not let it in.
 */
export default check({
  code: 'POL418',
  slug: 'policy/on-host-network',
  title: 'a NetworkPolicy is about pods on the host network',
  fine: 'policies are about pods on the pod network',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'namespaces'],
  remedies: [],
  decides: ['NP-18'],

  run({ networkPolicies, pods, namespaces, scope }) {
    const own = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (own.length === 0) return notApplicable('no NetworkPolicy here')
    const live = pods.filter(isLive)
    if (!live.some((it) => it.hostNetwork)) return ok(own.length)
    const labels = new Map(namespaces.map((it) => [it.name, it.labels]))
    const onHostAlone = hostAlone(live, own)
    const found = own.flatMap((policy) => {
      const selected = isEverything(policy.podSelector)
        ? []
        : onHostAlone((it) => it.namespace === policy.namespace && selects(policy.podSelector, it.labels))
      if (selected.length > 0)
        return [verdict(policy, { role: 'selected', pods: selected, direction: null, peer: null })]
      return (['Ingress', 'Egress'] as const).flatMap((direction) =>
        rulesOf(policy, direction).flatMap(({ peers }) =>
          peers.flatMap((peer) => {
            const meant = peer.podSelector === null ? [] : onHostAlone((it) => isPeer(peer, it, policy, labels))
            return meant.length > 0 ? [verdict(policy, { role: 'peer', pods: meant, direction, peer })] : []
          }),
        ),
      )
    })
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.role === 'selected'
        ? `NetworkPolicy ${full(on)} selects pods on the host network alone (${some(args.pods, 2)}), for whom ` +
          'most CNIs enforce nothing.'
        : `NetworkPolicy ${full(on)} lets ${some(args.pods, 2)} ` +
          `${args.direction === 'Egress' ? 'be reached' : 'in'}, which are on the host network: they come with ` +
          'the address of their node.',
    detail: ({ args }) =>
      `${args.pods.length} of ${args.pods.length} pods that it ` +
      `${args.role === 'selected' ? 'selects' : 'names'} have hostNetwork: true`,
    note: () =>
      'what a policy means for pods on the host network is left to the CNI; most take them for the node itself',
    help: ({ subject: on, args }) => [
      args.role === 'selected'
        ? 'protect such pods by a firewall of the nodes, or by a policy for hosts of the CNI'
        : 'name the addresses of the nodes in an ipBlock, as far as the CNI has no rule for nodes of its own',
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      'kubectl get nodes -o wide',
    ],
  },
})

/**
 * The pods that are meant, where all of them are on the host network; else none. Asked of one pod for each set of
 * labels that the policies tell apart: thousands of policies, each over ten thousand pods, would take minutes.
 */
function hostAlone(
  live: readonly Pod[],
  policies: readonly NetworkPolicy[],
): (isMeant: (pod: Pod) => boolean) => readonly Pod[] {
  const peers = policies.flatMap((it) => [...it.ingress, ...it.egress]).flatMap((it) => it.peers)
  const classOf = labelClasses([
    ...policies.map((it) => it.podSelector),
    ...peers.flatMap((it) => it.podSelector ?? []),
  ])
  const one = (its: readonly Pod[]): readonly Pod[] => [
    ...new Map(its.map((it) => [`${it.namespace}\n${classOf(it.labels)}`, it])).values(),
  ]
  const onHost = live.filter((it) => it.hostNetwork)
  const [hosts, others] = [one(onHost), one(live.filter((it) => !it.hostNetwork))]
  return (isMeant) => (hosts.some(isMeant) && !others.some(isMeant) ? onHost.filter(isMeant) : [])
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
  pod: Pod,
  { namespace }: NetworkPolicy,
  labels: ReadonlyMap<string, Namespace['labels']>,
): boolean {
  if (ipBlock !== null || podSelector === null || !selects(podSelector, pod.labels)) return false
  if (namespaceSelector === null) return pod.namespace === namespace
  return selectsNamespace(namespaceSelector, pod.namespace, labels.get(pod.namespace) ?? null) === 'yes'
}

interface Seen {
  readonly role: 'selected' | 'peer'
  readonly pods: readonly Pod[]
  readonly direction: Direction | null
  readonly peer: PolicyPeer | null
}

function verdict(policy: NetworkPolicy, { role, pods, direction, peer }: Seen) {
  return finding({
    subject: policySubject(policy),
    confidence: 'possible',
    severity: role === 'selected' ? 'info' : 'warning',
    args: { role, pods: pods.map(full), direction },
    evidence: [
      direction === null || peer === null
        ? { kind: 'fact', label: 'hostNetwork', value: some(pods.map(full)) }
        : rulesEvidence(policy, direction, 'all of them on the host network', peerText(peer)),
    ],
  })
}
