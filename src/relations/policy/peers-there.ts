import { editDistance } from '../../closest.ts'
import { known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyPeer, PolicyRule, Selector } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import { put } from '../once.ts'
import { isEverything, labelOf, type Labels, namespaceNameLabel, selects, selectsNamespace } from '../selector.ts'
import { byLabels, isLive } from '../service/service-selects-pod.ts'
import { podEnd, type PolicyRules, policyRules, probeEnd } from './policy-allows.ts'
import { type Direction, policiesOfPods } from './policy-applies-to-pod.ts'
import { rulesOf } from './policy-rule-union.ts'

/** What a namespaceSelector most likely meant: a namespace, and the label by which it would be found. */
export interface MeantNamespace {
  readonly name: string
  readonly key: string
  readonly value: string
  /** `slip`: a letter or two are other: it may well be another namespace that is not there yet. */
  readonly by: 'name' | 'slip'
}

/** A peer of a rule that selects nothing that is there. */
export interface AbsentPeer {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly peer: PolicyPeer
  readonly lacks: 'namespace' | 'pod'
  readonly meant: MeantNamespace | null
  /** `nobody`: no rule of any policy lets anything else through to these pods. */
  readonly others: 'nobody' | 'some' | 'unread'
  readonly pods: readonly Pod[]
}

interface Objects {
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  readonly workloads: readonly Workload[]
  /** The one namespace whose pods were read; null = all. */
  readonly only: string | null
}

/** Pods of a namespace that no policy tells apart; the first stands for all. */
interface PodClass {
  readonly first: Pod
  readonly pods: readonly Pod[]
}

type There = 'there' | 'unread' | 'no-namespace' | 'no-pod'

export function absentPeers(objects: Objects): readonly AbsentPeer[] {
  const { policies, namespaces, pods, only } = objects
  const rules = policyRules(policies, known(namespaces))
  const selecting = policiesOfPods(policies)
  const isThere = presence(objects)
  const live = pods.filter((it) => isLive(it) && !it.hostNetwork)
  const classes = [
    ...Map.groupBy(live, (it) => `${it.namespace}\n${rules.classOf({ ...podEnd(it), ip: null })}`).values(),
  ].flatMap((pods): readonly PodClass[] => (pods[0] === undefined ? [] : [{ first: pods[0], pods }]))
  const inNamespace = Map.groupBy(classes, ({ first }) => first.namespace)
  const labelled = byLabels(classes, ({ first }) => first)
  const ownOf = ({ namespace, podSelector }: NetworkPolicy): readonly PodClass[] =>
    (Object.keys(podSelector.matchLabels).length > 0
      ? labelled(namespace, podSelector.matchLabels)
      : (inNamespace.get(namespace) ?? [])
    ).filter(({ first }) => selects(podSelector, first.labels))
  const told = { Ingress: new Map<Pod, AbsentPeer['others']>(), Egress: new Map<Pod, AbsentPeer['others']>() }
  /** Of a pod, not of each policy that selects it: there may be a thousand of those. */
  const othersOf = (pod: Pod, direction: Direction): AbsentPeer['others'] =>
    put(told[direction], pod, () => othersFor(selecting(pod, direction), direction, isThere))
  const mine = policies.filter((it) => only === null || it.namespace === only)

  return mine.flatMap((policy) =>
    policy.types.flatMap((direction): readonly AbsentPeer[] => {
      const absent = rulesOf(policy, direction)
        .filter((it) => !isDns(it))
        .flatMap((rule) => rule.peers.map((peer) => ({ rule, peer, is: isThere(peer, policy.namespace) })))
        .filter(({ is }) => is !== 'there')
      if (absent.length === 0) return []
      const own = ownOf(policy)
      return absent.flatMap(({ rule, peer, is }): readonly AbsentPeer[] => {
        const meant = is === 'no-namespace' ? meantBy(peer, namespaces) : null
        const judged = own.map((its) => ({ its, others: othersOf(its.first, direction) }))
        const shut = judged.filter(({ others }) => others === 'nobody')
        const kept =
          meant?.by !== 'name'
            ? []
            : own.filter(({ first }) => isKept({ pod: first, rule, peer, meant, direction }, rules))
        const unread = judged.filter(({ others }) => others === 'unread')
        const base = { policy, direction, peer, meant, lacks: is === 'no-namespace' ? 'namespace' : 'pod' } as const
        if (is !== 'unread' && shut.length > 0)
          return [{ ...base, others: 'nobody', pods: shut.flatMap((it) => it.its.pods) }]
        if (kept.length > 0) return [{ ...base, others: 'some', pods: kept.flatMap((it) => it.pods) }]
        if (unread.length > 0) return [{ ...base, others: 'unread', pods: unread.flatMap((it) => it.its.pods) }]
        return []
      })
    }),
  )
}

/** Whether anything that is there passes by any rule. Who only gets to DNS gets nowhere. */
function othersFor(
  by: readonly NetworkPolicy[],
  direction: Direction,
  isThere: (peer: PolicyPeer, home: string) => There,
): AbsentPeer['others'] {
  const seen = by.flatMap((policy) =>
    rulesOf(policy, direction)
      .filter((it) => !isDns(it))
      .flatMap(({ peers }): readonly There[] =>
        peers.length === 0 ? ['there'] : peers.map((it) => isThere(it, policy.namespace)),
      ),
  )
  if (seen.includes('there')) return 'some'
  return seen.includes('unread') ? 'unread' : 'nobody'
}

/** POL401 and POL402 look at the way to DNS, and know where it is. */
function isDns({ ports }: PolicyRule): boolean {
  return ports.length > 0 && ports.every((it) => it.port === 53 || it.port === 5353)
}

interface Meeting {
  readonly pod: Pod
  readonly rule: PolicyRule
  readonly peer: PolicyPeer
  readonly meant: MeantNamespace
  readonly direction: Direction
}

/** No other rule lets in what this one most likely means. */
function isKept({ pod, rule, peer, meant, direction }: Meeting, rules: PolicyRules): boolean {
  const labels = peer.podSelector?.matchLabels ?? {}
  const [own, other] = [podEnd(pod), probeEnd({ namespace: meant.name, labels })]
  const declared = own.ports.find((it) => rule.ports.some((one) => one.port === it.name))
  const [first] = rule.ports
  const number = typeof first?.port === 'number' ? first.port : (declared?.port ?? own.ports[0]?.port ?? 80)
  const [from, to] = direction === 'Ingress' ? [other, own] : [own, other]
  const decision = rules({ from, to, port: number, protocol: first?.protocol ?? 'TCP' })
  return decision.kind === 'denied' && decision.direction === direction
}

interface Carrier {
  readonly namespace: string
  readonly labels: Labels
}

/** Pods that are made now and then, or are scaled to zero, are there as what makes them. */
function presence({ namespaces, pods, workloads, only }: Objects): (peer: PolicyPeer, home: string) => There {
  const all: readonly Carrier[] = [
    ...pods,
    ...workloads.map((it) => ({ namespace: it.namespace, labels: it.templateLabels })),
  ]
  const [carriers, labelled] = [Map.groupBy(all, (it) => it.namespace), byLabels(all, (it) => it)]
  const near = (namespace: string, { matchLabels }: Selector): readonly Carrier[] =>
    Object.keys(matchLabels).length > 0 ? labelled(namespace, matchLabels) : (carriers.get(namespace) ?? [])
  const memo = new Map<string, There>()
  return (peer, home) =>
    put(memo, JSON.stringify([peer, peer.namespaceSelector === null ? home : '']), () => {
      const { ipBlock, namespaceSelector, podSelector } = peer
      if (ipBlock !== null) return 'there'
      const reached =
        namespaceSelector === null
          ? [home]
          : namespaces
              .filter((it) => selectsNamespace(namespaceSelector, it.name, it.labels) === 'yes')
              .map((it) => it.name)
      if (reached.length === 0) return 'no-namespace'
      if (podSelector === null || isEverything(podSelector)) return 'there'
      const read = reached.filter((it) => only === null || it === only)
      if (read.some((it) => near(it, podSelector).some((one) => selects(podSelector, one.labels)))) return 'there'
      return read.length < reached.length ? 'unread' : 'no-pod'
    })
}

/** The namespace that bears the wanted value as its name, or the same label, or one that is a slip of it. */
function meantBy({ namespaceSelector }: PolicyPeer, namespaces: readonly Namespace[]): MeantNamespace | null {
  if (namespaceSelector === null) return null
  const pairs = [
    ...Object.entries(namespaceSelector.matchLabels),
    ...namespaceSelector.matchExpressions.flatMap((it) =>
      it.operator === 'In' ? it.values.map((value) => [it.key, value] as const) : [],
    ),
  ]
  for (const [key, wanted] of pairs) {
    const named = namespaces.find((it) => it.name === wanted)
    if (named !== undefined && key !== namespaceNameLabel && labelOf(named.labels, key) !== wanted)
      return { name: named.name, key: namespaceNameLabel, value: named.name, by: 'name' }
    const slip = namespaces.find(({ name, labels }) => {
      const value = key === namespaceNameLabel ? name : labelOf(labels, key)
      return value !== undefined && isSlip(wanted, value)
    })
    if (slip !== undefined)
      return {
        name: slip.name,
        key,
        value: key === namespaceNameLabel ? slip.name : (labelOf(slip.labels, key) ?? ''),
        by: 'slip',
      }
    const other = namespaces.find(
      ({ labels }) => Object.values(labels).includes(wanted) && labelOf(labels, key) === undefined,
    )
    const otherKey = Object.keys(other?.labels ?? {}).find((it) => labelOf(other?.labels ?? {}, it) === wanted)
    if (other !== undefined && otherKey !== undefined && key.split('/').at(-1) === otherKey.split('/').at(-1))
      return { name: other.name, key: otherKey, value: wanted, by: 'name' }
  }
  return null
}

/** Of short words either may be meant; of longer ones a letter or two are a slip. */
function isSlip(wanted: string, value: string): boolean {
  if (wanted === value || Math.abs(wanted.length - value.length) > 2) return false
  return editDistance(wanted.toLowerCase(), value.toLowerCase()) <= Math.min(2, Math.floor(wanted.length / 5))
}
