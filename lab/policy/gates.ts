// What the NetworkPolicies of a cluster let in and out of each pod, as values: the nftables rules are written from
// them, and the comparison with cyclonus evaluates them. Semantics: networking/v1 types.go, and the NetworkPolicy
// concept page.
import { BlockList } from 'node:net'
import type { Namespace, Pod } from 'kubernetes-types/core/v1.d.ts'
import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1.d.ts'
import { selects } from './selector.ts'

export interface Objects {
  readonly pods: readonly Pod[]
  readonly namespaces: readonly Namespace[]
  readonly policies: readonly NetworkPolicy[]
}

export interface Block {
  readonly cidr: string
  readonly except: readonly string[]
}

export interface Ports {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** Inclusive; null = every port of the protocol. */
  readonly range: readonly [number, number] | null
}

/** `peers` or `ports` null = all of them; an empty list = none. */
export interface Opening {
  readonly policy: string
  readonly peers: readonly Block[] | null
  readonly ports: readonly Ports[] | null
}

export interface PodGates {
  readonly namespace: string
  readonly name: string
  readonly node: string
  readonly ip: string
  /** null = not isolated in this direction: everything passes. */
  readonly ingress: readonly Opening[] | null
  readonly egress: readonly Opening[] | null
}

export function gates(objects: Objects): readonly PodGates[] {
  const pods = objects.pods.filter(isAddressed)
  const seen = { ...objects, pods }
  return pods.map((pod) => ({
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    node: pod.spec?.nodeName ?? '',
    ip: ipOf(pod),
    ingress: openings(seen, pod, 'Ingress'),
    egress: openings(seen, pod, 'Egress'),
  }))
}

/**
 * A pod on the host's network has the node's address, which says nothing about the pod. One that has ended has none.
 */
function isAddressed(pod: Pod): boolean {
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  return pod.spec?.hostNetwork !== true && !ended && ipOf(pod) !== ''
}

function ipOf(pod: Pod): string {
  return pod.status?.podIP ?? ''
}

function openings(objects: Objects, pod: Pod, type: 'Ingress' | 'Egress'): readonly Opening[] | null {
  const policies = objects.policies.filter(
    (policy) =>
      policy.metadata?.namespace === pod.metadata?.namespace &&
      typesOf(policy).includes(type) &&
      selects(policy.spec?.podSelector ?? {}, pod.metadata?.labels),
  )
  if (policies.length === 0) return null
  return policies.flatMap((policy) =>
    type === 'Ingress'
      ? (policy.spec?.ingress ?? []).map((rule) => ingressOpening(objects, policy, rule, pod))
      : (policy.spec?.egress ?? []).flatMap((rule) => egressOpenings(objects, policy, rule)),
  )
}

/** Without policyTypes: Ingress always, Egress when there are egress rules. */
function typesOf(policy: NetworkPolicy): readonly string[] {
  return policy.spec?.policyTypes ?? ['Ingress', ...((policy.spec?.egress ?? []).length > 0 ? ['Egress'] : [])]
}

function ingressOpening(objects: Objects, policy: NetworkPolicy, rule: NetworkPolicyIngressRule, target: Pod): Opening {
  const ports = rule.ports ?? []
  return {
    policy: policy.metadata?.name ?? '',
    peers: blocks(objects, policy, rule.from ?? []),
    ports: ports.length === 0 ? null : ports.flatMap((port) => portsOn(target, port)),
  }
}

/** A named port is another number on each pod that it leads to, so such a rule opens towards each of them apart. */
function egressOpenings(objects: Objects, policy: NetworkPolicy, rule: NetworkPolicyEgressRule): readonly Opening[] {
  const name = policy.metadata?.name ?? ''
  const peers = blocks(objects, policy, rule.to ?? [])
  const ports = rule.ports ?? []
  if (ports.length === 0) return [{ policy: name, peers, ports: null }]
  const numbered = ports.flatMap((port) => numberedPorts(port))
  const named = ports.filter((port) => typeof port.port === 'string')
  const targets = objects.pods.filter((pod) => peers === null || peers.some((block) => contains(block, ipOf(pod))))
  return [
    { policy: name, peers, ports: numbered },
    ...(named.length === 0
      ? []
      : targets.map((pod) => ({
          policy: name,
          peers: [{ cidr: `${ipOf(pod)}/32`, except: [] }],
          ports: named.flatMap((port) => portsOn(pod, port)),
        }))),
  ].filter((opening) => opening.ports.length > 0)
}

function numberedPorts({ port, endPort, protocol = 'TCP' }: NetworkPolicyPort): readonly Ports[] {
  if (typeof port === 'string') return []
  return [{ protocol: protocol as Ports['protocol'], range: port === undefined ? null : [port, endPort ?? port] }]
}

function portsOn(pod: Pod, policyPort: NetworkPolicyPort): readonly Ports[] {
  const { port, protocol = 'TCP' } = policyPort
  if (typeof port !== 'string') return numberedPorts(policyPort)
  return (pod.spec?.containers ?? [])
    .flatMap((container) => container.ports ?? [])
    .filter((it) => it.name === port && (it.protocol ?? 'TCP') === protocol)
    .map((it) => ({ protocol: protocol as Ports['protocol'], range: [it.containerPort, it.containerPort] }))
}

function blocks(objects: Objects, policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[]): readonly Block[] | null {
  if (peers.length === 0) return null
  return peers.flatMap((peer) => {
    if (peer.ipBlock !== undefined) return [{ cidr: peer.ipBlock.cidr, except: peer.ipBlock.except ?? [] }]
    return objects.pods
      .filter((pod) => isPeer(objects, policy, peer, pod))
      .map((pod) => ({ cidr: `${ipOf(pod)}/32`, except: [] }))
  })
}

/** Both selectors in one peer: both must match. No namespaceSelector: the policy's own namespace. */
function isPeer(objects: Objects, policy: NetworkPolicy, peer: NetworkPolicyPeer, pod: Pod): boolean {
  const namespace = objects.namespaces.find((it) => it.metadata?.name === pod.metadata?.namespace)
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.metadata?.namespace === policy.metadata?.namespace
      : selects(peer.namespaceSelector, namespace?.metadata?.labels)
  return inNamespace && (peer.podSelector === undefined || selects(peer.podSelector, pod.metadata?.labels))
}

function contains(block: Block, ip: string): boolean {
  return inCidr(block.cidr, ip) && !block.except.some((cidr) => inCidr(cidr, ip))
}

function inCidr(cidr: string, ip: string): boolean {
  const [network = '', prefix = '32'] = cidr.split('/')
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), 'ipv4')
  return list.check(ip, 'ipv4')
}

/** Whether a new connection passes one pod's gate. */
function passes(gate: readonly Opening[] | null, peer: string, protocol: Ports['protocol'], port: number): boolean {
  return (
    gate === null ||
    gate.some(
      ({ peers, ports }) =>
        (peers === null || peers.some((block) => contains(block, peer))) &&
        (ports === null ||
          ports.some(
            (it) => it.protocol === protocol && (it.range === null || (it.range[0] <= port && port <= it.range[1])),
          )),
    )
  )
}

/** Whether a connection between two pods passes both ends. A pod always reaches itself. */
export function connects(from: PodGates, to: PodGates, protocol: Ports['protocol'], port: number): boolean {
  if (from.ip === to.ip) return true
  return passes(from.egress, to.ip, protocol, port) && passes(to.ingress, from.ip, protocol, port)
}
