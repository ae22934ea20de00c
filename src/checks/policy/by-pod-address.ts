import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { full, some } from '../../phrases.ts'
import { contains, isExcepted } from '../../relations/cidr-index.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { selects } from '../../relations/selector.ts'
import { contactsOfServices, tally } from '../../relations/service/service-contacts.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { keptBy, svcUnanswered } from '../../relations/symptom.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * Pods have the addresses of the node that they happen to run on: a block that covers some nodes' ranges and not others
 * lets a client in today, and keeps it out after its next restart. Blocks are meant for what is outside of the cluster
 * (networking/v1 IPBlock), and whether they hold for pods at all is left to the CNI.
 */
export default check({
  code: 'POL405',
  slug: 'policy/by-pod-address',
  title: "a NetworkPolicy lets pods in by their node's addresses",
  fine: 'no ipBlock of a NetworkPolicy divides the nodes',
  severity: 'info',
  needs: ['networkPolicies', 'nodes'],
  wants: ['services', 'pods', 'contacts'],
  remedies: [],
  decides: [],

  run({ networkPolicies, nodes, services, pods, contacts, scope }) {
    const ranged = nodes.filter((it) => (it.podCidrs ?? []).length > 0)
    const blocking = networkPolicies.filter(
      (it) => (scope.namespace === null || it.namespace === scope.namespace) && blocksOf(it).length > 0,
    )
    if (blocking.length === 0) return notApplicable('no NetworkPolicy here has an ipBlock for what comes in')
    if (ranged.length < 2) return notApplicable('the nodes have no address ranges of their own')
    const [podsOf, contactsOf] = [podsOfServices(pods.known ? pods.value : []), contactsOfServices(contacts)]
    const found = blocking.flatMap((policy) => {
      const [inside, outside] = divided(policy, ranged)
      if (inside.length === 0 || outside.length === 0) return []
      const kept = listed(services).filter(
        (it) =>
          it.namespace === policy.namespace &&
          podsOf(it).some((pod) => selects(policy.podSelector, pod.labels)) &&
          isKept(contactsOf(it), { inside, outside }),
      )
      return [judge(policy, { inside, outside, kept })]
    })
    return found.length > 0 ? found : ok(blocking.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.services.length === 0
        ? `NetworkPolicy ${full(on)} would let pods on ${some(args.inside)} in, and pods on ${some(args.outside)} not.`
        : `NetworkPolicy ${full(on)} keeps pods on ${some(args.outside)} from ${some(args.services)}.`,
    detail: ({ args }) =>
      `its ipBlock covers the pods' addresses on ${some(args.inside)}, not those on ${some(args.outside)}` +
      (args.services.length === 0 ? '' : ' · measured: connects from there vanish, the others open'),
    note: () =>
      'ipBlock is for addresses outside of the cluster: a pod has those of the node that it happens to run on, ' +
      'and another after its next start',
    help: ({ subject: on }) => [
      'select the clients by podSelector and namespaceSelector, and leave ipBlock to what is outside',
      `kubectl -n ${on.namespace} get networkpolicy ${on.name} -o yaml`,
      "kubectl get nodes -o custom-columns='NAME:.metadata.name,PODS:.spec.podCIDR'",
    ],
  },
})

function blocksOf(policy: NetworkPolicy) {
  if (!policy.types.includes('Ingress')) return []
  const rules = rulesOf(policy, 'Ingress')
  // A rule without peers lets everybody in.
  return rules.some((it) => it.peers.length === 0)
    ? []
    : rules.flatMap((it) => it.peers).flatMap((it) => it.ipBlock ?? [])
}

type Names = readonly string[]

function divided(policy: NetworkPolicy, nodes: readonly Node[]): readonly [Names, Names] {
  const blocks = blocksOf(policy)
  const isIn = ({ podCidrs = [] }: Node): boolean =>
    podCidrs.some((range) => {
      const first = range.split('/', 1)[0] ?? ''
      return blocks.some((it) => contains(it.cidr, first) && !isExcepted(it, first))
    })
  const names = (its: readonly Node[]): Names => its.map((it) => it.name).toSorted(textOrder)
  return [names(nodes.filter(isIn)), names(nodes.filter((it) => !isIn(it)))]
}

/** Silence from all of the nodes that are left out, and none from the others. */
function isKept(
  contacts: readonly Contact[],
  { inside, outside }: { readonly inside: Names; readonly outside: Names },
): boolean {
  const from = (names: Names) => tally(contacts.filter((it) => names.includes(it.node)))
  const [well, lost] = [from(inside), from(outside)]
  return well.of > 0 && well.failed === 0 && lost.of > 0 && lost.by.timeout === lost.of
}

interface Sides {
  readonly inside: Names
  readonly outside: Names
  readonly kept: readonly Service[]
}

function judge(policy: NetworkPolicy, { inside, outside, kept }: Sides) {
  const [block] = blocksOf(policy)
  return finding({
    subject: policySubject(policy),
    confidence: kept.length > 0 ? 'observed' : 'inferred',
    severity: kept.length > 0 ? 'error' : 'info',
    args: { inside, outside, services: kept.map((it) => `service ${full(it)}`) },
    evidence: [rulesEvidence(policy, 'Ingress', "covers some nodes' pods, and not others'", block?.cidr)],
    causes: [...kept.map(svcUnanswered), ...(kept.length > 0 ? [keptBy(policy)] : [])],
  })
}

function listed(services: Known<readonly Service[]>): readonly Service[] {
  return services.known ? services.value : []
}
