import type { ConnectTry } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Namespace, NetworkPolicy, OtherPolicy } from '../../model/network-policy.ts'
import type { ApiContact, PodWays } from '../../model/pod-ways.ts'
import { otherPolicyText, othersOn } from '../policy/other-policies.ts'
import { policyNames, policyRules, probeEnd } from '../policy/policy-allows.ts'
import { blindLagMs, lagIn } from '../troubles/probe-lag.ts'

/** A connect that failed is made twice more: a loss that comes three times in a row is no chance. */
const leastTries = 3

/** How one node's pods come to the API server. */
export interface ApiWay {
  readonly node: string
  /** At the Service's address; null where the pod was told of none. */
  readonly service: ApiContact | null
  readonly endpoints: readonly ApiContact[]
  /** By the Service's address; without one, by the endpoints. `late`: the probe itself got no CPU. */
  readonly state: 'open' | 'shut' | 'late' | 'unasked'
}

export function apiWays(ways: PodWays, dnsProbe: Known<DnsProbe>): readonly ApiWay[] {
  return [...Map.groupBy(ways.api, (it) => it.node)].map(([node, its]) => {
    const service = its.find((it) => it.via === 'service') ?? null
    const endpoints = its.filter((it) => it.via === 'endpoint')
    const deciding = service === null ? endpoints : [service]
    return { node, service, endpoints, state: stateOf(deciding, lagIn(dnsProbe, node)) }
  })
}

function stateOf(deciding: readonly ApiContact[], lag: number): ApiWay['state'] {
  if (deciding.some(opened)) return 'open'
  const tries = deciding.flatMap((it) => it.tries)
  if (tries.length < leastTries) return 'unasked'
  return lag >= blindLagMs && tries.some((it) => it.result === 'timeout') ? 'late' : 'shut'
}

/** A load balancer without a server behind it opens, and hangs up. */
export function opened(contact: ApiContact): boolean {
  return contact.tries.some(isOpen)
}

export function isOpen({ result, hungUpMs }: ConnectTry): boolean {
  return result === 'open' && typeof hungUpMs !== 'number'
}

/**
 * Where the way ends. `address`: an endpoint is reached and the Service's address is not, so the node does not lead it
 * there. `path`: neither is. `unclear`: no endpoint was asked.
 */
export type ApiBreak = 'address' | 'path' | 'unclear'

export function breakOf({ service, endpoints }: ApiWay): ApiBreak {
  if (endpoints.length === 0) return 'unclear'
  return service !== null && endpoints.some(opened) ? 'address' : 'path'
}

interface Policies {
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
  readonly otherPolicies: Known<readonly OtherPolicy[]>
  readonly namespaces: Known<readonly Namespace[]>
}

export interface Masked {
  readonly why: string
  readonly is: 'sure' | 'maybe'
}

/**
 * Why nothing that the probe's pods met says anything of the network: a policy may keep these very pods from the API
 * server. `sure`: one denies it. That one of them came through means nothing then, as a policy is in force some moments
 * after a pod starts; of one that may deny it, it means that it does not.
 */
export function maskedBy(ways: PodWays, { networkPolicies, otherPolicies, namespaces }: Policies): Masked | null {
  const why = (text: string): Masked => ({ why: text, is: 'maybe' })
  if (!networkPolicies.known) return why(`the NetworkPolicies of namespace ${ways.from.namespace} could not be read`)
  const decide = policyRules(networkPolicies.value, namespaces)
  const from = probeEnd(ways.from)
  // Rules are asked after the Service's address was rewritten.
  const endpoints = ways.api.filter((it) => it.via === 'endpoint')
  const asked = endpoints.length > 0 ? endpoints : ways.api
  const decisions = asked.map(({ ip, port }) => decide({ from, to: { kind: 'address', ip }, port, protocol: 'TCP' }))
  const denied = decisions.find((it) => it.kind === 'denied')
  if (denied !== undefined)
    return { why: `${policyNames(denied.by)} keeps the probe's own pods from the API server`, is: 'sure' }
  const unclear = decisions.find((it) => it.kind === 'unknown')
  if (unclear !== undefined) return why(`a NetworkPolicy may keep the probe's own pods from it: ${unclear.why}`)
  const [other] = othersOn(otherPolicies, [ways.from.namespace])
  if (other !== undefined) return why(`${otherPolicyText(other)} decides as well, and is not evaluated`)
  return otherPolicies.known ? null : why('whether policies of other kinds are there was not read')
}
