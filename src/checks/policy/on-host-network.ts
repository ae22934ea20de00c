import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy, PolicyPeer } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { selectedFrom } from '../../relations/policy/selected.ts'
import { isEverything, selectsNamespace } from '../../relations/selector.ts'
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
    const inOwn = selectedFrom(live)
    const anywhere = selectedFrom(live.map((it) => ({ namespace: '', labels: it.labels, pod: it })))
    const meantBy = ({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, home: string): Iterable<Pod> => {
      // All pods of a namespace are meant as a namespace.
      if (ipBlock !== null || podSelector === null || isEverything(podSelector)) return []
      if (namespaceSelector === null) return inOwn(home, podSelector)
      return Iterator.from(anywhere('', podSelector))
        .map((it) => it.pod)
        .filter((it) => selectsNamespace(namespaceSelector, it.namespace, labels.get(it.namespace) ?? null) === 'yes')
    }
    const found = own.flatMap((policy) => {
      const selected = isEverything(policy.podSelector) ? [] : inOwn(policy.namespace, policy.podSelector)
      const alone = onHostAlone(selected)
      if (alone.length > 0) return [verdict(policy, { role: 'selected', pods: alone, direction: null, peer: null })]
      return (['Ingress', 'Egress'] as const).flatMap((direction) =>
        rulesOf(policy, direction).flatMap(({ peers }) =>
          peers.flatMap((peer) => {
            const meant = onHostAlone(meantBy(peer, policy.namespace))
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

/** Some are meant, and all of them are on the host network. */
/** The pods, where all of them are on the host network; none as soon as one is not. */
function onHostAlone(pods: Iterable<Pod>): readonly Pod[] {
  const its: Pod[] = []
  for (const it of pods) {
    if (!it.hostNetwork) return []
    its.push(it)
  }
  return its
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
