import type { Known } from '../../model/known.ts'
import type {
  Namespace,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  Selector,
} from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import { put } from '../once.ts'
import { isEverything, type Labels, namespaceNameLabel, selects, selectsNamespace } from '../selector.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { byLabels, isLive, podsOfServices } from '../service/service-selects-pod.ts'
import { type Decision, podEnd, policyRules, probeEnd } from './policy-allows.ts'
import { type Direction, policiesOfPods } from './policy-applies-to-pod.ts'
import type { End } from './policy-flow.ts'
import { rulesOf } from './policy-rule-union.ts'

/** A rule's port is what clients ask of a Service, while the pods behind it are reached on another. */
export interface ServicePortRule {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly rule: PolicyRule
  readonly port: PolicyPort
  readonly service: Service
  readonly servicePort: ServicePort
  /** Where the pods listen. */
  readonly target: number
  readonly pods: readonly Pod[]
  readonly decision: Decision
  /** `dead`: nothing that the rule is about has its port. `alive`: for other pods it does what it says. */
  readonly rulePort: 'dead' | 'alive'
}

interface Objects {
  readonly policies: readonly NetworkPolicy[]
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly pods: readonly Pod[]
  readonly namespaces: Known<readonly Namespace[]>
}

interface Way {
  readonly service: Service
  readonly port: ServicePort
  readonly target: number
}

/** Pods that policies and Services treat alike; the first stands for all. */
interface Group {
  readonly pod: Pod
  readonly pods: Pod[]
  readonly ways: readonly Way[]
  readonly open: readonly { readonly port: number; readonly protocol: string }[]
}

/** Policies see a packet as it is after the Service's address was rewritten: with the pod's port. */
export function servicePortRules(objects: Objects): readonly ServicePortRule[] {
  const world = worldOf(objects)
  return objects.policies.flatMap((policy) => [...ingressOf(policy, world), ...egressOf(policy, world)])
}

/** A rule that admits one port of a Service at some of its endpoints, where others have another number for it. */
export interface PartRule {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly service: Service
  readonly servicePort: ServicePort
  /** The numbers that it admits there, and those that nothing does. */
  readonly open: readonly number[]
  readonly shut: readonly number[]
  readonly reached: readonly Pod[]
  readonly kept: readonly Pod[]
  /** Whom an egress rule is for; none: an ingress rule. */
  readonly callers: readonly Pod[]
}

/**
 * A named target port is another number in each pod that says so (core/v1/types.go, ServicePort.targetPort), and a
 * policy's number is one alone: the Service leads to all of its endpoints, and the policy to some. Which a connection
 * comes to is chance.
 */
export function partRules(objects: Objects): readonly PartRule[] {
  const world = worldOf(objects)
  return objects.policies.flatMap((policy) =>
    policy.types.flatMap((direction) => {
      const own = world.groupsIn(policy.namespace, policy.podSelector)
      if (own.length === 0) return []
      return policy[direction === 'Ingress' ? 'ingress' : 'egress'].flatMap((rule) =>
        rule.ports.length === 0 ? [] : inPart(rule, { policy, direction, own, world }),
      )
    }),
  )
}

interface Judged {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly own: readonly Group[]
  readonly world: World
}

function inPart(rule: PolicyRule, { policy, direction, own, world }: Judged): readonly PartRule[] {
  const named = { ...rule, peers: rule.peers.filter((it) => it.ipBlock === null) }
  // A rule for anywhere, or for blocks of addresses, means no Service.
  if (direction === 'Egress' && named.peers.length === 0) return []
  const sure = (): readonly Group[] =>
    peersOf(named, policy, world).flatMap(({ group, is }) => (is === 'yes' ? [group] : []))
  const groups = (direction === 'Ingress' ? own : sure()).filter((it) => it.pods.some((pod) => pod.ready))
  const ways = groups.flatMap((group) => group.ways.map((way) => ({ group, way })))
  const byPort = Map.groupBy(ways, ({ way }) => way.port)
  return [...byPort].flatMap(([servicePort, its]): readonly PartRule[] => {
    const isIn = ({ group, way }: (typeof its)[number]): boolean => rule.ports.some((it) => admits(it, group, way))
    const open = its.filter(isIn)
    const numbers = new Set(open.map(({ way }) => way.target))
    const shut = its.filter((it) => !isIn(it) && !numbers.has(it.way.target))
    const [first] = shut
    const isShut = ({ group, way }: (typeof its)[number]): boolean =>
      endsOf(rule, { policy, direction, own, world }, group).every((end) => {
        const to = podEnd(group.pod)
        return (
          world.rules[direction]({ from: end, to, port: way.target, protocol: servicePort.protocol }).kind === 'denied'
        )
      })
    if (open.length === 0 || first === undefined || !shut.every(isShut)) return []
    return [
      {
        policy,
        direction,
        service: first.way.service,
        servicePort,
        open: [...numbers],
        shut: [...new Set(shut.map(({ way }) => way.target))],
        reached: readyIn(open.map(({ group }) => group)),
        kept: readyIn(shut.map(({ group }) => group)),
        callers: direction === 'Egress' ? own.flatMap((it) => it.pods) : [],
      },
    ]
  })
}

/** Those whom the rule lets through at the other endpoints. */
function endsOf(rule: PolicyRule, { policy, direction, own, world }: Judged, to: Group): readonly End[] {
  return direction === 'Ingress'
    ? witnesses(rule, policy, world)
    : own.filter((it) => it.pod !== to.pod).map((it) => podEnd(it.pod))
}

function readyIn(groups: readonly Group[]): readonly Pod[] {
  return groups.flatMap((it) => it.pods.filter(({ ready }) => ready))
}

function worldOf(objects: Objects): World {
  const { policies, namespaces } = objects
  const only = (direction: Direction) =>
    policyRules(
      policies.map((it) => ({ ...it, types: it.types.filter((one) => one === direction) })),
      namespaces,
    )
  const rules = { Ingress: only('Ingress'), Egress: only('Egress') }
  const selecting = policiesOfPods(policies)
  const groups = groupsOf(objects, rules.Ingress.classOf)
  const listed = namespaces.known ? namespaces.value : []
  const names = new Set([...groups.keys(), ...listed.map((it) => it.name)])
  const labels = new Map(listed.map((it) => [it.name, it.labels]))
  const labelled = byLabels([...groups.values()].flat(), ({ pod }) => pod)
  return {
    rules,
    selecting,
    names: [...names],
    labelsOf: (name) => labels.get(name) ?? null,
    groupsIn(namespace, selector) {
      if (selector === null) return groups.get(namespace) ?? []
      const some = Object.keys(selector.matchLabels).length > 0
      const its = some ? labelled(namespace, selector.matchLabels) : (groups.get(namespace) ?? [])
      return its.filter((it) => selects(selector, it.pod.labels))
    },
  }
}

interface World {
  readonly rules: Readonly<Record<Direction, ReturnType<typeof policyRules>>>
  readonly selecting: ReturnType<typeof policiesOfPods>
  /** Those that a selector selects in a namespace, null for all, without a walk over the others. */
  readonly groupsIn: (namespace: string, selector: Selector | null) => readonly Group[]
  readonly names: readonly string[]
  readonly labelsOf: (namespace: string) => Labels | null
}

function ingressOf(policy: NetworkPolicy, world: World): readonly ServicePortRule[] {
  if (!policy.types.includes('Ingress')) return []
  const own = world.groupsIn(policy.namespace, policy.podSelector)
  return policy.ingress.flatMap((rule) => {
    const mistaken = mistakenIn(rule, own)
    if (mistaken.length === 0) return []
    const clients = witnesses(rule, policy, world)
    return atMost(mistaken, ({ port, group, way }): readonly ServicePortRule[] => {
      const decision = worst(
        clients.map((from) =>
          world.rules.Ingress({ from, to: podEnd(group.pod), port: way.target, protocol: port.protocol }),
        ),
      )
      const rulePort = own.some((it) => isAlive(port, it)) ? 'alive' : 'dead'
      const others = world.selecting(group.pod, 'Ingress').flatMap((it) => it.ingress)
      const isOpened = others.some((it) => it.ports.length === 0 || it.ports.some((one) => admits(one, group, way)))
      if (decision.kind === 'allowed' || (rulePort === 'alive' && isOpened)) return []
      return [found({ policy, direction: 'Ingress', rule, port, decision, rulePort }, way, group.pods)]
    })
  })
}

function egressOf(policy: NetworkPolicy, world: World): readonly ServicePortRule[] {
  if (!policy.types.includes('Egress')) return []
  const own = world.groupsIn(policy.namespace, policy.podSelector)
  if (own.length === 0) return []
  return policy.egress.flatMap((rule) => {
    if (rule.ports.length === 0) return []
    const isFor = { ...rule, peers: rule.peers.filter((it) => it.ipBlock === null) }
    // Blocks are about addresses outside; a rule for anywhere may be: then its own namespace alone is looked at.
    if (rule.peers.length > 0 && isFor.peers.length === 0) return []
    const peers = peersOf(isFor, policy, world)
    const isAnywhere = isFor.peers.length < rule.peers.length || rule.peers.length === 0
    const alive = new Set(rule.ports.filter((it) => isAnywhere || peers.some(({ group }) => isAlive(it, group))))
    const isSure = new Set(peers.filter(({ is }) => is === 'yes').map(({ group }) => group))
    const mistaken = mistakenIn(
      rule,
      peers.map((it) => it.group),
    )
    return atMost(mistaken, ({ port, group, way }): readonly ServicePortRule[] => {
      const flows = own.filter((it) => it.pod !== group.pod)
      const decision = worst(
        flows.map((it) =>
          world.rules.Egress({
            from: podEnd(it.pod),
            to: podEnd(group.pod),
            port: way.target,
            protocol: port.protocol,
          }),
        ),
      )
      if (decision.kind === 'allowed') return []
      const rulePort = alive.has(port) ? 'alive' : 'dead'
      const known: Decision = isSure.has(group)
        ? decision
        : { kind: 'unknown', direction: 'Egress', by: [policy], why: 'the labels of namespaces could not be read' }
      const clients = flows.flatMap((it) => it.pods)
      return [found({ policy, direction: 'Egress', rule, port, decision: known, rulePort }, way, clients)]
    })
  })
}

/** A rule for the whole cluster may be wrong for each of its Services: some of them show it. */
const shown = 20

function atMost<T>(its: readonly T[], judge: (it: T) => readonly ServicePortRule[]): readonly ServicePortRule[] {
  const found: ServicePortRule[] = []
  for (const it of its) {
    // One that nobody can decide must not take the place of one that is denied.
    if (found.filter(({ decision }) => decision.kind === 'denied').length >= shown) break
    found.push(...judge(it))
  }
  return found
}

function found(
  it: Pick<ServicePortRule, 'policy' | 'direction' | 'rule' | 'port' | 'decision' | 'rulePort'>,
  { service, port, target }: Way,
  pods: readonly Pod[],
): ServicePortRule {
  return { ...it, service, servicePort: port, target, pods }
}

/** Ports of the rule that are a Service's, and none of the pods behind it. */
function mistakenIn(rule: PolicyRule, groups: readonly Group[]) {
  return rule.ports
    .filter((it) => it.port !== null)
    .flatMap((port) =>
      groups
        .filter((it) => it.ways.length > 0 && !isAlive(port, it))
        .flatMap((group) =>
          group.ways
            .filter((way) => isMeant(port, way) && !rule.ports.some((it) => admits(it, group, way)))
            .map((way) => ({ port, group, way })),
        ),
    )
}

/** DNS has checks of its own, which know of its caches. */
function isMeant(it: PolicyPort, { port }: Way): boolean {
  if (it.protocol !== port.protocol || port.port === 53) return false
  if (typeof it.port === 'string') return it.port === port.name
  return isIn(it, port.port) || (port.nodePort !== null && isIn(it, port.nodePort))
}

function isIn({ port, endPort }: PolicyPort, number: number): boolean {
  return typeof port === 'number' && number >= port && number <= (endPort ?? port)
}

function admits(it: PolicyPort, { pod }: Group, { port, target }: Way): boolean {
  if (it.protocol !== port.protocol) return false
  if (it.port === null || isIn(it, target)) return true
  return declared(pod).some((one) => one.name === it.port && one.port === target && one.protocol === it.protocol)
}

/** The pods have such a port themselves: the rule may be for who goes to them directly. */
function isAlive(it: PolicyPort, { pod, open }: Group): boolean {
  if (typeof it.port === 'string')
    return declared(pod).some((one) => one.name === it.port && one.protocol === it.protocol)
  return open.some((one) => one.protocol === it.protocol && isIn(it, one.port))
}

function declared(pod: Pod) {
  return pod.containers.flatMap((it) => it.ports)
}

/** The worst that anybody meets whom the rule means to let through. */
function worst(decisions: readonly Decision[]): Decision {
  return (
    decisions.find((it) => it.kind === 'denied') ?? decisions.find((it) => it.kind === 'unknown') ?? { kind: 'allowed' }
  )
}

/** One client for each peer of the rule: as much of it as the peer asks for. */
function witnesses(rule: PolicyRule, policy: NetworkPolicy, world: World): readonly End[] {
  const outside: End = { kind: 'address', ip: '192.0.2.1' }
  if (rule.peers.length === 0) return [probeEnd({ namespace: policy.namespace, labels: {} }), outside]
  return rule.peers.flatMap((peer): readonly End[] => {
    if (peer.ipBlock !== null) return [{ kind: 'address', ip: peer.ipBlock.cidr.split('/', 1)[0] ?? '' }]
    const labels = peer.podSelector === null ? {} : someLabels(peer.podSelector)
    return reached(peer, policy, world).map(({ name }) => probeEnd({ namespace: name, labels }))
  })
}

/** Namespaces of a peer; where labels could not be read, all that it may mean. */
function reached(peer: PolicyPeer, policy: NetworkPolicy, { names, labelsOf }: World) {
  const selector = peer.namespaceSelector
  if (selector === null) return [{ name: policy.namespace, is: 'yes' as const }]
  const named = selector.matchLabels[namespaceNameLabel]
  const all = named === undefined || names.includes(named) ? names : [...names, named]
  return all
    .map((name) => ({ name, is: selectsNamespace(selector, name, labelsOf(name)) }))
    .filter((it) => it.is !== 'no')
}

function someLabels({ matchLabels, matchExpressions }: Selector): Labels {
  const asked = matchExpressions
    .filter((it) => it.operator === 'In' || it.operator === 'Exists')
    .map((it) => [it.key, it.values[0] ?? ''])
  return { ...Object.fromEntries(asked), ...matchLabels }
}

function peersOf(rule: PolicyRule, policy: NetworkPolicy, world: World) {
  const peers: readonly PolicyPeer[] =
    rule.peers.length > 0 ? rule.peers : [{ podSelector: null, namespaceSelector: null, ipBlock: null }]
  const found = peers.flatMap((peer) =>
    reached(peer, policy, world).flatMap(({ name, is }) =>
      world.groupsIn(name, peer.podSelector).map((group) => ({ group, is })),
    ),
  )
  return [...Map.groupBy(found, (it) => it.group)].map(([group, its]) => ({
    group,
    is: its.some((it) => it.is === 'yes') ? ('yes' as const) : ('maybe' as const),
  }))
}

function groupsOf(
  { services, slices, pods, policies }: Objects,
  classOf: (end: ReturnType<typeof podEnd>) => string,
): ReadonlyMap<string, readonly Group[]> {
  if (policies.length === 0) return new Map()
  const live = pods.filter((it) => isLive(it) && !it.hostNetwork)
  const [podsOf, inSlices] = [podsOfServices(live), slicePorts(slices)]
  const named = new Map(live.map((it) => [podKey(it), it]))
  const ways = new Map<string, Way[]>()
  for (const service of services.filter((it) => it.type !== 'ExternalName' && it.clusterIP !== 'None')) {
    const behind = inSlices.byService.get(`${service.namespace}/${service.name}`) ?? []
    const backends = new Set([...podsOf(service), ...behind.flatMap((it) => named.get(it.pod) ?? [])])
    for (const pod of backends)
      for (const port of service.ports) {
        const target = behind.find((it) => it.pod === podKey(pod) && it.name === port.name)?.port
        const number = target ?? targetPortIn(pod, port)
        if (number !== null) put(ways, podKey(pod), () => []).push({ service, port, target: number })
      }
  }
  const groups = new Map<string, Map<string, Group>>()
  for (const pod of live) {
    const own = ways.get(podKey(pod)) ?? []
    const open = [
      ...declared(pod),
      ...(inSlices.byPod.get(podKey(pod)) ?? []),
      ...own.map((it) => ({ port: it.target, protocol: it.port.protocol })),
    ].map(({ port, protocol }) => ({ port, protocol }))
    const signs = [own.map((it) => [it.service.name, it.port.port, it.target]), open]
    const key = JSON.stringify([classOf({ ...podEnd(pod), ip: null }), signs])
    put(
      put(groups, pod.namespace, () => new Map<string, Group>()),
      key,
      () => ({ pod, pods: [], ways: own, open }),
    ).pods.push(pod)
  }
  return new Map([...groups].map(([name, its]) => [name, [...its.values()]]))
}

function slicePorts(slices: readonly EndpointSlice[]) {
  const all = slices.flatMap((slice) =>
    slice.endpoints.flatMap(({ pod, terminating }) =>
      pod === null || terminating
        ? []
        : slice.ports.flatMap(({ name, port, protocol }) =>
            port === null
              ? []
              : [
                  {
                    service: `${slice.namespace}/${slice.service ?? ''}`,
                    pod: `${slice.namespace}/${pod}`,
                    name,
                    port,
                    protocol,
                  },
                ],
          ),
    ),
  )
  return { byService: Map.groupBy(all, (it) => it.service), byPod: Map.groupBy(all, (it) => it.pod) }
}

function podKey(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`
}

/** Rules that lead to pods of namespaces which were not read, by ports: nobody can tell what those pods listen on. */
export function leadsOut(policy: NetworkPolicy): boolean {
  return rulesOf(policy, 'Egress').some(
    ({ peers, ports }) =>
      ports.some((it) => it.port !== null && it.port !== 53) &&
      peers.some(
        ({ namespaceSelector: it }) =>
          it !== null && !isEverything(it) && selectsNamespace(it, policy.namespace, null) === 'no',
      ),
  )
}
