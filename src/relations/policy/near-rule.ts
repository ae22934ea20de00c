import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyPort, PolicyRule } from '../../model/network-policy.ts'
import type { Direction } from './policy-applies-to-pod.ts'
import { policyRules } from './policy-allows.ts'
import type { Flow } from './policy-flow.ts'
import { rulesOf } from './policy-rule-union.ts'

/** A rule that has the other end as a peer already: one part of its ports is all that keeps the connection out. */
export interface NearRule {
  readonly policy: NetworkPolicy
  readonly port: PolicyPort
  /** `name`: no container at the other end has a port of that name on this number. */
  readonly part: 'protocol' | 'port' | 'name'
}

interface Denied {
  readonly by: readonly NetworkPolicy[]
  readonly direction: Direction
}

const order: readonly NearRule['part'][] = ['protocol', 'name', 'port']

/**
 * The rule of a denied flow that lacks the least: the protocol alone, else what a port's name means, else the number.
 * null where no rule has the other end as a peer.
 */
export function nearRule(
  { by, direction }: Denied,
  flow: Flow,
  namespaces: Known<readonly Namespace[]>,
): NearRule | null {
  const found = by.flatMap((policy) =>
    rulesOf(policy, direction)
      .filter((rule) => rule.ports.length > 0 && hasPeer(policy, rule, { direction, flow, namespaces }))
      .flatMap((rule) => rule.ports.map((port): NearRule => ({ policy, port, part: partOf(port, flow) }))),
  )
  return found.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part))[0] ?? null
}

interface Around {
  readonly direction: Direction
  readonly flow: Flow
  readonly namespaces: Known<readonly Namespace[]>
}

/** By the same judge as all else: the rule without its ports, and nothing beside it. */
function hasPeer(policy: NetworkPolicy, rule: PolicyRule, { direction, flow, namespaces }: Around): boolean {
  const open = [{ ...rule, ports: [] }]
  const alone = {
    ...policy,
    types: [direction],
    egress: direction === 'Egress' ? open : [],
    ingress: direction === 'Ingress' ? open : [],
  }
  return policyRules([alone], namespaces)(flow).kind === 'allowed'
}

function partOf(it: PolicyPort, { to, port, protocol }: Flow): NearRule['part'] {
  const isNumber =
    it.port === null ||
    (typeof it.port === 'number'
      ? port >= it.port && port <= (it.endPort ?? it.port)
      : to.kind === 'pod' && to.ports.some((one) => one.name === it.port && one.port === port))
  if (it.protocol !== protocol) return isNumber ? 'protocol' : 'port'
  return typeof it.port === 'string' ? 'name' : 'port'
}
