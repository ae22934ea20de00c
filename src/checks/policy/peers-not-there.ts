import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { type AbsentPeer, absentPeers } from '../../relations/policy/peers-there.ts'
import { selectorText } from '../../relations/selector.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ingressBackendFails, keptBy, svcUnanswered } from '../../relations/symptom.ts'
import { peerText, policySubject, rulesEvidence, workloadsEvidence, workloadsText } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * A selector that selects nothing is valid, and reported nowhere. Namespaces bear the label
 * `kubernetes.io/metadata.name` and no other by themselves; examples on the web say `name`.
 */
export default check({
  code: 'POL404',
  slug: 'policy/peers-not-there',
  title: 'a NetworkPolicy allows peers that are not there',
  fine: 'the peers that policies allow are there',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'namespaces'],
  wants: ['services', 'workloads', 'ingresses'],
  remedies: [],
  decides: ['NP-07'],

  run({ networkPolicies, pods, namespaces, services, workloads, ingresses, scope }) {
    const limiting = networkPolicies.filter(
      (it) =>
        (scope.namespace === null || it.namespace === scope.namespace) &&
        [...it.ingress, ...it.egress].some((rule) => rule.peers.length > 0),
    )
    if (limiting.length === 0) return notApplicable('no NetworkPolicy here names its peers')
    const absent = absentPeers({
      policies: networkPolicies,
      namespaces,
      pods,
      workloads: workloads.known ? workloads.value : [],
      only: scope.namespace,
    })
    const told = absent.filter(({ others, lacks }) => others !== 'unread' && (lacks === 'namespace' || workloads.known))
    const isTold = new Set(told)
    const left = absent.filter((it) => !isTold.has(it))
    const behind = {
      podsOf: podsOfServices(pods),
      services: services.known ? services.value : [],
      ingresses: ingresses.known ? ingresses.value : [],
    }
    return [
      ...[...Map.groupBy(told, (it) => `${full(it.policy)} ${it.direction}`).values()].map((its) => judge(its, behind)),
      ...(left.length === 0
        ? []
        : [
            cannotTell(
              'not-there',
              `whether NetworkPolicy ${some([...new Set(left.map((it) => full(it.policy)))])} allows anybody who is ` +
                'there: its peers may be among pods that were not read',
              scope.namespace === null ? null : 'a run with -A',
            ),
          ]),
      ...(absent.length === 0 ? [ok(limiting.length)] : []),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets ${args.who} ${args.direction === 'Ingress' ? 'be reached from' : 'reach'} ` +
      (args.lacks === 'namespace'
        ? 'a namespace by a label that no namespace has.'
        : 'pods by a label that no pod has.'),
    detail: ({ args }) =>
      `${args.peer} selects nothing` +
      (args.others === 'nobody' ? ` · no other rule lets anybody ${args.direction === 'Ingress' ? 'in' : 'out'}` : '') +
      (args.meant === '' ? '' : ` · namespace ${args.meant} has ${args.label}`),
    note: () => 'a selector that selects nothing is no error to Kubernetes: what it meant is dropped silently',
    help: ({ subject: on, args }) => [
      args.meant === '' ? 'name labels that the peers have' : `select ${args.label} instead`,
      args.lacks === 'namespace' ? 'kubectl get namespaces --show-labels' : 'kubectl get pods -A --show-labels',
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

interface Behind {
  readonly podsOf: (service: Service) => readonly Pod[]
  readonly services: readonly Service[]
  readonly ingresses: readonly Ingress[]
}

function judge(its: readonly AbsentPeer[], { podsOf, services, ingresses }: Behind) {
  const [first] = its.toSorted((a, b) => Number(b.meant !== null) - Number(a.meant !== null))
  if (first === undefined) return notApplicable('no peer is missing')
  const { policy, direction, peer, lacks, meant } = first
  const pods = [...new Set(its.flatMap((it) => it.pods))]
  const others = its.some((it) => it.others === 'nobody') ? 'nobody' : 'some'
  const kept = new Set(pods)
  const hit =
    direction === 'Ingress'
      ? services.filter((it) => it.namespace === policy.namespace && podsOf(it).some((pod) => kept.has(pod)))
      : []
  const selector = lacks === 'namespace' ? peer.namespaceSelector : peer.podSelector
  return finding({
    subject: policySubject(policy),
    confidence: 'possible',
    args: {
      direction,
      lacks,
      others,
      who: workloadsText(pods),
      pods: pods.length,
      peer: [
        lacks === 'namespace' ? 'namespaceSelector' : 'podSelector',
        selector === null ? '' : selectorText(selector),
      ].join(' '),
      meant: meant?.name ?? '',
      label: meant === null ? '' : `${meant.key}: ${meant.value}`,
    },
    evidence: [
      rulesEvidence(policy, direction, `selects no ${lacks}`, peerText(peer)),
      ...(meant === null
        ? []
        : [{ kind: 'fact' as const, label: `namespace ${meant.name}`, value: `${meant.key}: ${meant.value}` }]),
      workloadsEvidence(`${count(pods.length, 'pod')} behind it`, pods),
    ],
    causes: [
      keptBy(policy),
      ...hit.flatMap((it) => [
        ...(others === 'nobody' ? [svcUnanswered(it)] : []),
        ...routesTo(ingresses, it).map((ingress) => ingressBackendFails(ingress, it.name)),
      ]),
    ],
  })
}
