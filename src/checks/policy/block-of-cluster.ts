import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { count, full, some } from '../../phrases.ts'
import { byBlock } from '../../relations/cidr-index.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { ownAddress, targetPortIn } from '../../relations/service/service-endpoints.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { podEnd, type PolicyRules, policyRules } from '../../relations/policy/policy-allows.ts'
import { selects } from '../../relations/selector.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * An ipBlock is for addresses outside (networking/v1 types.go). A Service's address is rewritten before a policy looks
 * at the packet, so that a block with it matches nothing; a pod's address is another one after the next rollout, and
 * whether a block counts for pods is left to the CNI.
 */
export default check({
  code: 'POL415',
  slug: 'policy/block-of-cluster',
  title: 'an ipBlock names addresses of the cluster itself',
  fine: 'no small ipBlock names a Service or a pod',
  severity: 'warning',
  needs: ['networkPolicies', 'services', 'pods'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: ['NP-10'],

  run({ networkPolicies, services, pods, namespaces, clusterDns, scope }) {
    const small = networkPolicies
      .filter((it) => scope.namespace === null || it.namespace === scope.namespace)
      .flatMap(blocksOf)
      .filter(({ cidr }) => isSmall(cidr))
    if (small.length === 0) return notApplicable('no NetworkPolicy here names a small block of addresses')
    const blocksWith = byBlock(small, (it) => it.cidr)
    const hits = new Map<Block, { readonly services: string[]; readonly pods: string[] }>()
    const hitsOf = (it: Block) => {
      const before = hits.get(it) ?? { services: [], pods: [] }
      hits.set(it, before)
      return before
    }
    const letsOut = wayOut({ rules: policyRules(networkPolicies, namespaces), pods, podsOf: podsOfServices(pods) })
    // A cache on the node may answer at the DNS Service's own address, and policies see that: POL401 judges it.
    const dns = clusterDns.known ? clusterDns.value.service?.clusterIP : undefined
    for (const service of services.filter((it) => it.clusterIP !== dns)) {
      for (const it of blocksWith(ownAddress(service) ?? ''))
        if (!letsOut(it, service)) hitsOf(it).services.push(full(service))
    }
    for (const pod of pods.filter((it) => isLive(it) && !it.hostNetwork))
      for (const it of blocksWith(pod.ip ?? '')) hitsOf(it).pods.push(full(pod))
    const found = [...hits].map(([block, { services: its, pods: own }]) => verdict(block, its, own))
    if (found.length > 0) return found
    return scope.namespace === null
      ? ok(small.length)
      : cannotTell(
          'not-asked',
          'Services and pods of other namespaces, whose addresses these may be, were not read',
          '-A',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.services.length > 0
        ? `NetworkPolicy ${full(on)} allows ${args.cidr}, the address of Service ${some(args.services, 2)}, ` +
          'which policies never see.'
        : `NetworkPolicy ${full(on)} allows ${args.cidr}, the address of pod ${some(args.pods, 2)}, which will ` +
          'be another one.',
    detail: ({ args }) =>
      `${args.direction.toLowerCase()} · ${count(args.services.length, 'Service')} and ` +
      `${count(args.pods.length, 'pod')} in ${args.cidr}`,
    note: () =>
      'the address of a Service is rewritten to that of a pod before a policy looks at the packet; for pods, ' +
      'whether an ipBlock counts is left to the CNI',
    help: ({ subject: on }) => [
      'select the pods by their labels, with their namespace, in place of the block',
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

interface World {
  readonly rules: PolicyRules
  readonly pods: readonly Pod[]
  readonly podsOf: (service: Service) => readonly Pod[]
}

/** Whether the policies let those who are meant out to the Service's pods by another rule: then the block is spare. */
function wayOut({ rules, pods, podsOf }: World): (block: Block, service: Service) => boolean {
  return ({ policy, direction }, service) => {
    const from = pods.find((it) => it.namespace === policy.namespace && selects(policy.podSelector, it.labels))
    const [to] = podsOf(service).filter(isLive)
    const [port] = service.ports
    if (direction !== 'Egress' || from === undefined || to === undefined || port === undefined) return false
    const target = targetPortIn(to, port) ?? port.port
    return rules({ from: podEnd(from), to: podEnd(to), port: target, protocol: port.protocol }).kind === 'allowed'
  }
}

interface Block {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly cidr: string
}

function blocksOf(policy: NetworkPolicy): readonly Block[] {
  return (['Ingress', 'Egress'] as const).flatMap((direction) =>
    rulesOf(policy, direction).flatMap(({ peers }) =>
      peers.flatMap(({ ipBlock }) => (ipBlock === null ? [] : [{ policy, direction, cidr: ipBlock.cidr }])),
    ),
  )
}

/** A few addresses that somebody copied; a range as wide as a network is meant for whatever is in it. */
function isSmall(cidr: string): boolean {
  const [address = '', bits = ''] = cidr.split('/')
  return Number(bits) >= (address.includes(':') ? 124 : 28)
}

function verdict({ policy, direction, cidr }: Block, services: readonly string[], pods: readonly string[]) {
  return finding({
    subject: policySubject(policy),
    confidence: 'inferred',
    // A pod has its address for now: what the rule lets through today it lets through.
    ...(services.length === 0 ? { severity: 'info' as const } : {}),
    args: { direction, cidr, services, pods },
    evidence: [rulesEvidence(policy, direction, 'an address of the cluster itself', cidr)],
  })
}
