import type { Known, Why } from '../../model/known.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model, Scope } from '../../model/sources.ts'
import { textOrder } from '../../model/text-order.ts'
import { everyReach } from '../dns/server-reach.ts'
import { policyOnProbe } from '../policy/policy-on-probe.ts'
import { awake, isSick } from '../service/service-contacts.ts'

/**
 * What came of everything that pods of one node sent to pods of another, whatever it was: connects to Services'
 * endpoints, lookups at DNS servers, their metrics.
 */
export interface NodeWay {
  readonly from: string
  readonly to: string
  /**
   * `closed`: nothing came through, on two ports at least. `silent`: the same on one port alone, which may be a rule
   * about that port.
   */
  readonly state: 'open' | 'closed' | 'silent' | 'untold'
  readonly tried: number
  readonly answered: number
  /** Of what was silent, the first: address and port. */
  readonly example: { readonly ip: string; readonly port: number } | null
  /** Addresses of pods that it was tried to. */
  readonly ips: readonly string[]
}

/** One attempt or several of a kind, from a pod of one node to a pod of another. */
interface Sent {
  readonly from: string
  readonly to: string
  readonly ip: string
  readonly port: number
  readonly tried: number
  readonly answered: number
}

/** What the ways are told from; whichever is not known tells nothing. */
export interface Measured extends Pick<
  Model['sources'],
  'contacts' | 'dnsProbe' | 'clusterDns' | 'pods' | 'networkPolicies' | 'namespaces'
> {
  readonly scope: Scope
}

/** Why no way can be said to be well, or to be closed; null where all is known that tells. */
export function whyUntold(measured: Measured): Why | null {
  const { dnsProbe, contacts, clusterDns, pods, networkPolicies } = measured
  // Where the scope has nothing to connect to, lookups tell the ways that they took, and nothing is missing.
  const nothingToContact = !contacts.known && contacts.why.reason === 'not-there'
  const all: readonly Known<unknown>[] = [
    dnsProbe,
    ...(nothingToContact ? [] : [contacts]),
    clusterDns,
    pods,
    networkPolicies,
  ]
  return all.flatMap((it) => (it.known ? [] : [it.why]))[0] ?? null
}

/** Fewer packets may be lost by chance. */
const leastTried = 4

/** Each way between two nodes that anything was sent on, the same node's own among them. */
export function nodeWays(measured: Measured): readonly NodeWay[] {
  const groups = Map.groupBy([...ofContacts(measured), ...ofLookups(measured)], (it) => `${it.from} ${it.to}`)
  return [...groups.values()].flatMap((its) => {
    const [first] = its
    return first === undefined ? [] : [wayOf(first, its)]
  })
}

function wayOf({ from, to }: Sent, its: readonly Sent[]): NodeWay {
  const tried = sum(its.map((it) => it.tried))
  const answered = sum(its.map((it) => it.answered))
  const ports = new Set(its.filter((it) => it.tried > 0).map((it) => it.port))
  const quiet = ports.size > 1 ? 'closed' : 'silent'
  const unanswered = tried >= leastTried ? quiet : 'untold'
  return {
    from,
    to,
    state: answered > 0 ? 'open' : unanswered,
    tried,
    answered,
    example: its.find((it) => it.answered < it.tried) ?? null,
    ips: [...new Set(its.map((it) => it.ip))].toSorted(textOrder),
  }
}

/** A connect from a pod of one node to a pod of another, or of the same. */
export interface WayContact {
  readonly to: string
  readonly contact: Contact
}

/** What says something of a way: no connect that policies stop, or may stop, and no silence of who got the CPU late. */
export function contactsOnWays(measured: Measured): readonly WayContact[] {
  const { contacts, dnsProbe, pods } = measured
  if (!contacts.known || !pods.known) return []
  const homes = homesOf(pods.value)
  const byIp = new Map(pods.value.map((it) => [it.ip, it]))
  const decide = policyOnProbe(measured)
  // What policies stop, or may stop, says nothing of the way.
  const isAllowed = (it: Contact): boolean => {
    const pod = byIp.get(it.ip)
    return decide(it, pod === undefined ? [] : [pod], null).kind === 'allowed'
  }
  return awake(contacts.value.connects, dnsProbe).flatMap((contact): readonly WayContact[] => {
    const to = homes.get(contact.ip)
    if (contact.via.kind !== 'endpoint' || to === undefined) return []
    return isSick(contact) && !isAllowed(contact) ? [] : [{ to, contact }]
  })
}

/** A refusal is an answer: the packet went there, and another came back. */
function ofContacts(measured: Measured): readonly Sent[] {
  return contactsOnWays(measured).map(({ to, contact: { node, ip, port, tries } }) => {
    const answered = tries.filter(({ result }) => result === 'open' || result === 'refused').length
    return { from: node, to, ip, port, tried: tries.length, answered }
  })
}

function ofLookups({ dnsProbe, clusterDns }: Measured): readonly Sent[] {
  if (!dnsProbe.known || !clusterDns.known) return []
  const homes = homesOf(clusterDns.value.pods)
  const asked = everyReach(dnsProbe.value).flatMap((it): readonly Sent[] => {
    const to = homes.get(it.ip)
    // Too few of its lookups went wrong to speak of the server: of the way, each that was answered speaks.
    if (to === undefined || (it.state === 'untold' && it.of - it.troubled === 0)) return []
    return [
      {
        from: it.node,
        to,
        ip: it.ip,
        port: 53,
        tried: it.of,
        answered: it.state === 'silent' ? 0 : it.of - it.troubled,
      },
    ]
  })
  const fetched = (dnsProbe.value.large ?? []).flatMap((it): readonly Sent[] => {
    const to = homes.get(it.ip)
    return to === undefined
      ? []
      : [
          {
            from: it.node,
            to,
            ip: it.ip,
            port: 9153,
            tried: 1,
            answered: it.result === 'unreachable' ? 0 : 1,
          },
        ]
  })
  return [...asked, ...fetched]
}

/** Pods on their node's own network are reached by other ways than those of pods. */
export function homesOf(pods: readonly Pod[]): ReadonlyMap<string, string> {
  return new Map(
    pods.flatMap((it) => (it.ip === null || it.node === null || it.hostNetwork ? [] : [[it.ip, it.node] as const])),
  )
}

/**
 * The smallest thing that all closed ways have in common. `all`: nothing crosses from any node to another. `node`:
 * nothing crosses to or from this one, and others do. `pair`: nothing between these two.
 */
export type ClosedWays = { readonly ways: readonly NodeWay[] } & (
  | { readonly at: 'all' }
  | { readonly at: 'node'; readonly node: string }
  | { readonly at: 'pair'; readonly nodes: readonly [string, string] }
)

/**
 * One or several, such that each closed way belongs to one; ways within a node are not ways between nodes. A way that
 * is silent on one port is of a group with a closed one, and alone says nothing.
 */
export function closedWays(all: readonly NodeWay[]): readonly ClosedWays[] {
  return groupsOf(all).filter(({ ways }) => ways.some((it) => it.state === 'closed'))
}

function groupsOf(all: readonly NodeWay[]): readonly ClosedWays[] {
  const crossing = all.filter((it) => it.from !== it.to)
  const told = crossing.filter((it) => it.state !== 'untold')
  // Where pods of one node do not reach each other either, it is no way between nodes: a policy, or those pods.
  const own = new Map(all.filter((it) => it.from === it.to).map((it) => [it.from, it.state]))
  const closed = told.filter((it) => isQuiet(it.state) && !isQuiet(own.get(it.to) ?? 'untold'))
  if (closed.length === 0) return []
  const nodes = [...new Set(told.flatMap((it) => [it.from, it.to]))].toSorted(textOrder)
  if (nodes.length > 2 && closed.length === told.length && !isOnePair(closed)) {
    const shared = nodes.filter((name) => closed.every((it) => touches(it, name)))
    const [only, ...more] = shared
    if (only !== undefined && more.length === 0) return [{ at: 'node', node: only, ways: closed }]
    return [...own.values()].includes('open') ? [{ at: 'all', ways: closed }] : []
  }
  const cutOff = nodes.filter((name) => {
    const its = told.filter((it) => touches(it, name))
    const others = new Set(its.map((it) => other(it, name)))
    return others.size > 1 && its.every((it) => isQuiet(it.state))
  })
  const left = closed.filter((it) => !cutOff.some((name) => touches(it, name)))
  return [
    ...cutOff.map((node) => ({ at: 'node' as const, node, ways: closed.filter((it) => touches(it, node)) })),
    ...[...Map.groupBy(left, pairOf).values()].flatMap((ways): readonly ClosedWays[] => {
      const [first] = ways
      if (first === undefined) return []
      const [a, b] = [first.from, first.to].toSorted(textOrder)
      return [{ at: 'pair', nodes: [a ?? first.from, b ?? first.to], ways }]
    }),
  ]
}

function isQuiet(state: NodeWay['state']): boolean {
  return state === 'closed' || state === 'silent'
}

function isOnePair(ways: readonly NodeWay[]): boolean {
  return new Set(ways.map(pairOf)).size === 1
}

function touches(way: NodeWay, node: string): boolean {
  return way.from === node || way.to === node
}

function other({ from, to }: NodeWay, node: string): string {
  return from === node ? to : from
}

function pairOf({ from, to }: NodeWay): string {
  return [from, to].toSorted(textOrder).join(' ')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0)
}
