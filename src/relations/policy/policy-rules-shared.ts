import type { NetworkPolicy } from '../../model/network-policy.ts'
import { byBlock, isExcepted } from '../cidr-index.ts'
import { bySelector } from '../label-classes.ts'
import { put } from '../once.ts'
import { anyOf, type Labels, type Tri } from '../selector.ts'
import type { Direction } from './policy-applies-to-pod.ts'
import type { End, Flow } from './policy-flow.ts'
import { isPort, isSelected, peerKey, portKey, type RuleUnion, rulesOf } from './policy-rule-union.ts'

type Letting = ReadonlyMap<NetworkPolicy, Tri>

/**
 * The rules of all policies, looked through once for all lists of them. Where each pod is selected by nearly all
 * policies, yet not by the same ones, an index for each list is pods times policies times rules: here a list asks
 * which policies at all let a peer through, and whether one of its own is among them.
 */
export function sharedRules(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  labelsOf: (namespace: string) => Labels | null,
): (by: readonly NetworkPolicy[]) => RuleUnion {
  const perPort = new Map<
    string,
    { readonly letting: (peer: End) => Letting; readonly answers: Map<string, Letting> }
  >()
  const blocks = blocksOf(policies, direction)
  const inBlock = new Map<string, Letting>()
  return (by) => ({
    lets: (peer, flow) => {
      const { letting, answers } = put(perPort, portKey(flow), () => ({
        letting: lettingOf(policies, direction, { flow, labelsOf }),
        answers: new Map<string, Letting>(),
      }))
      return among(
        by,
        put(answers, peerKey(peer), () => letting(peer)),
      )
    },
    isInBlock: (peer) =>
      among(
        by,
        put(inBlock, peerKey(peer), () => strongest(blocks(peer))),
      ) === 'maybe',
  })
}

function among(by: readonly NetworkPolicy[], letting: Letting): Tri {
  if (letting.size === 0) return 'no'
  let best: Tri = 'no'
  for (const it of by) {
    const lets = letting.get(it)
    if (lets === 'yes') return 'yes'
    if (lets === 'maybe') best = 'maybe'
  }
  return best
}

type Answer = readonly [NetworkPolicy, Tri]

function strongest(answers: readonly Answer[]): Letting {
  const letting = new Map<NetworkPolicy, Tri>()
  for (const [policy, lets] of answers)
    if (lets !== 'no') letting.set(policy, anyOf([lets, letting.get(policy) ?? 'no']))
  return letting
}

interface Asked {
  readonly flow: Flow
  readonly labelsOf: (namespace: string) => Labels | null
}

function lettingOf(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  { flow, labelsOf }: Asked,
): (peer: End) => Letting {
  const open = policies.flatMap((policy) => {
    const rules = rulesOf(policy, direction).filter(
      ({ ports }) => ports.length === 0 || ports.some((it) => isPort(it, flow)),
    )
    return rules.length === 0 ? [] : [{ policy, rules }]
  })
  const all = open
    .filter(({ rules }) => rules.some((it) => it.peers.length === 0))
    .map(({ policy }): Answer => [policy, 'yes'])
  const entries = open.flatMap(({ policy, rules }) =>
    rules.flatMap((rule) => rule.peers.map((peer) => ({ policy, peer, home: policy.namespace }))),
  )
  const selectors = bySelector(
    entries.filter(({ peer }) => peer.ipBlock === null),
    ({ peer }) => peer.podSelector,
  )
  const blocks = coveredBy(entries)
  return (peer) =>
    strongest([
      ...all,
      ...blocks(peer),
      ...(peer.kind === 'address'
        ? []
        : selectors(peer.labels).map((it): Answer => [it.policy, isSelected(it, peer, labelsOf)])),
    ])
}

function blocksOf(policies: readonly NetworkPolicy[], direction: Direction): (peer: End) => readonly Answer[] {
  return coveredBy(
    policies.flatMap((policy) =>
      rulesOf(policy, direction).flatMap((rule) => rule.peers.map((peer) => ({ policy, peer }))),
    ),
  )
}

/** As `ruleUnion` has it: for pods the API does not say whether a block sees their address. */
function coveredBy(
  entries: readonly {
    readonly policy: NetworkPolicy
    readonly peer: NetworkPolicy['egress'][number]['peers'][number]
  }[],
): (peer: End) => readonly Answer[] {
  const blocks = entries.flatMap(({ policy, peer: { ipBlock } }) => (ipBlock === null ? [] : [{ policy, ipBlock }]))
  const covering = byBlock(blocks, (it) => it.ipBlock.cidr)
  return (peer) => {
    const { ip } = peer
    if (ip === null) return blocks.map((it): Answer => [it.policy, 'maybe'])
    return covering(ip)
      .filter((it) => !isExcepted(it.ipBlock, ip))
      .map((it): Answer => [it.policy, peer.kind === 'pod' ? 'maybe' : 'yes'])
  }
}
