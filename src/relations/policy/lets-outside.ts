import type { Known } from '../../model/known.ts'
import type { NetworkPolicy, PolicyPeer, PolicyPort } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Pod, Protocol } from '../../model/pod.ts'
import { contains, isExcepted } from '../cidr-index.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { podEnd } from './policy-allows.ts'
import { isPort } from './policy-rule-union.ts'

interface Way {
  readonly pod: Pod
  readonly port: number
  readonly protocol: Protocol
}

/** No rule of `by` lets an address outside in, and `policy` is the one to blame: its rules name the port, if any do. */
export interface ShutOutside {
  readonly policy: NetworkPolicy
  readonly by: readonly NetworkPolicy[]
}

/**
 * Whether any address outside of the cluster may come in to a pod's port: by a rule without peers, or an ipBlock that
 * is more than the pods' own range (networking/v1: rules add up, and a selector means pods). On the host network
 * policies mean what the network makes of them: `open`.
 */
export function outsideWay(
  { pod, port, protocol }: Way,
  by: readonly NetworkPolicy[],
  isOfPods: (cidr: string) => boolean,
): ShutOutside | 'unselected' | 'open' {
  if (by.length === 0) return 'unselected'
  if (pod.hostNetwork) return 'open'
  const end = podEnd(pod)
  const rulesFor = (policy: NetworkPolicy) =>
    policy.ingress.filter(
      (it) => it.ports.length === 0 || it.ports.some((one) => isPort(one, { from: end, to: end, port, protocol })),
    )
  const lets = by.some((policy) =>
    rulesFor(policy).some(
      ({ peers }) => peers.length === 0 || peers.some(({ ipBlock }) => ipBlock !== null && !isOfPods(ipBlock.cidr)),
    ),
  )
  if (lets) return 'open'
  const policy = by.find((it) => rulesFor(it).length > 0) ?? by[0]
  return policy === undefined ? 'unselected' : { policy, by }
}

interface WayOut {
  readonly pod: Pod
  /** null: a name, whose address is not known. */
  readonly ip: string | null
  /** null: it is not known, and any will do. */
  readonly port: number | null
  readonly over: 'TCP' | 'UDP' | null
}

/**
 * The same of a way out: to one address by a rule without peers, or an ipBlock that has it; to a name by any ipBlock
 * that is more than the pods' own range, since its address is not known.
 */
export function wayOut(
  { pod, ip, port, over }: WayOut,
  by: readonly NetworkPolicy[],
  isOfPods: (cidr: string) => boolean,
): ShutOutside | 'unselected' | 'open' {
  if (by.length === 0) return 'unselected'
  const to = { kind: 'address', ip: ip ?? '' } as const
  const isThere = (it: PolicyPort): boolean => {
    if (over !== null && it.protocol !== over) return false
    return port === null || isPort(it, { from: podEnd(pod), to, port, protocol: it.protocol })
  }
  const rulesFor = (policy: NetworkPolicy) =>
    policy.egress.filter((it) => it.ports.length === 0 || it.ports.some(isThere))
  const isLet = ({ ipBlock }: PolicyPeer): boolean => {
    if (ipBlock === null) return false
    return ip === null ? !isOfPods(ipBlock.cidr) : contains(ipBlock.cidr, ip) && !isExcepted(ipBlock, ip)
  }
  if (by.some((it) => rulesFor(it).some(({ peers }) => peers.length === 0 || peers.some(isLet)))) return 'open'
  const hasBlock = (it: NetworkPolicy): boolean =>
    rulesFor(it).some(({ peers }) => peers.some(({ ipBlock }) => ipBlock !== null))
  const policy = by.find(hasBlock) ?? by.find((it) => rulesFor(it).length > 0) ?? by[0]
  return policy === undefined ? 'unselected' : { policy, by }
}

/** Wide enough for all private addresses: nobody means pods alone by it. */
const widest = 9

/** A range in which pods are and no node: the cluster's own for pods, whose addresses nobody outside has. */
export function podRanges(pods: readonly Pod[], nodes: Known<readonly Node[]>): (cidr: string) => boolean {
  const own = pods.filter((it) => isLive(it) && !it.hostNetwork).flatMap((it) => it.ip ?? [])
  const ofNodes = nodes.known ? nodes.value.flatMap((it) => it.ip ?? []) : []
  return (cidr) =>
    Number(cidr.split('/', 2)[1] ?? '0') >= widest &&
    own.some((it) => contains(cidr, it)) &&
    !ofNodes.some((it) => contains(cidr, it))
}
