import type { Contact, ConnectResult, Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { textOrder } from '../../model/text-order.ts'
import { blindLagMs, lagIn } from '../troubles/probe-lag.ts'

/** The probe's connects of each Service, by `namespace/name`. */
export function contactsOfServices(
  contacts: Known<Contacts>,
): (service: { readonly namespace: string; readonly name: string }) => readonly Contact[] {
  const groups = contacts.known
    ? Map.groupBy(contacts.value.connects, (it) => `${it.service.namespace}/${it.service.name}`)
    : new Map<string, readonly Contact[]>()
  return ({ namespace, name }) => groups.get(`${namespace}/${name}`) ?? []
}

/**
 * What a probe saw that got the CPU late, without its silence: a handshake that was answered in time may have waited to
 * be read. What came, came, and a refusal is the target's own. The same where the node of a pod that had to answer is
 * the late one; `homes` are those of the pods that the contact may have led to.
 */
export function awake(
  contacts: readonly Contact[],
  dnsProbe: Known<DnsProbe>,
  homes: (contact: Contact) => readonly (string | null)[] = () => [],
): readonly Contact[] {
  return contacts.map((it) => {
    if ([it.node, ...homes(it)].every((node) => lagIn(dnsProbe, node) < blindLagMs)) return it
    return { ...it, tries: it.tries.filter(({ result }) => result !== 'timeout') }
  })
}

/** The nodes of the pods that a contact may have led to. */
export function homesAmong(serving: readonly Pod[]): (contact: Contact) => readonly (string | null)[] {
  return (it) =>
    serving
      .filter((pod) => it.via.kind === 'service' || pod.name === endpointName(it) || pod.ip === it.ip)
      .map((pod) => pod.node)
}

export interface Tally {
  readonly of: number
  readonly failed: number
  readonly open: number
  readonly by: Readonly<Record<ConnectResult, number>>
}

/** However slow, an open connection is an answer. */
export function tally(contacts: readonly Contact[]): Tally {
  const by: Record<ConnectResult, number> = { open: 0, refused: 0, timeout: 0, 'no-route': 0, 'no-source': 0, error: 0 }
  for (const { result } of contacts.flatMap((it) => it.tries)) by[result]++
  const of = contacts.reduce((total, it) => total + it.tries.length, 0)
  return { of, failed: of - by.open, open: by.open, by }
}

const results: readonly (readonly [ConnectResult, string])[] = [
  ['refused', 'refused'],
  ['timeout', 'timed out'],
  ['no-route', 'no route'],
  ['no-source', 'no source port free'],
  ['error', 'failed otherwise'],
]

/** `5 refused, 2 timed out`. */
export function failuresText({ by }: Tally): string {
  return (
    results.flatMap(([result, word]) => (by[result] > 0 ? [`${by[result]} ${word}`] : [])).join(', ') || 'none failed'
  )
}

/** What the failures have in common, and what that means: service-ingress manual, section 1. */
export type Fingerprint =
  | 'no-local-endpoint'
  | 'service-address-only'
  | 'closed'
  /** None comes through, and not all of one kind. */
  | 'none-answers'
  | 'dropped'
  | 'rejected'
  | 'from-some-nodes'
  | 'across-nodes'
  | 'same-node'
  | 'some-endpoints'
  | 'now-and-then'
  | 'lossy-endpoint'
  | 'address-at-times'
  | 'address-lossy'
  /** Some ways are dead and others fail at times, and neither nodes nor pods tell them apart. */
  | 'scattered'
  /** What those of the address alone, and 'now-and-then', are where the Service publishes pods that are not ready. */
  | 'unready-published'
  | 'address-refused'
  | 'address-dropped'

export interface Marks {
  readonly fingerprint: Fingerprint
  /** Nodes, or pods, that the fingerprint speaks of. */
  readonly at: readonly string[]
}

export function fingerprint(
  service: Service,
  contacts: readonly Contact[],
  nodeOf: (contact: Contact) => string | null,
  localNodes: ReadonlySet<string>,
): Marks {
  const own = contacts.filter((it) => it.via.kind === 'service')
  const direct = contacts.filter((it) => it.via.kind === 'endpoint')
  const sick = contacts.filter(isSick)
  const sickNodes = names(sick.map((it) => it.node))
  const marks = (fingerprint: Fingerprint, at: readonly string[] = sickNodes): Marks => ({ fingerprint, at })

  const sickDirect = direct.filter(isSick)
  if (direct.length > 0 && sickDirect.length === 0) {
    if (service.internalTrafficPolicy === 'Local' && sickNodes.every((it) => !localNodes.has(it)))
      return marks('no-local-endpoint')
    const beside = ofAddressBeside(own)
    return marks(beside, beside === 'service-address-only' ? deadNodes(own) : sickNodes)
  }
  if (direct.length === 0) return marks(ofAddressAlone(own))

  const dead = direct.filter((it) => tally([it]).open === 0)
  if (dead.length === direct.length) return marks(ofAllDead(direct))
  if (dead.length === 0)
    return lossyEndpoint(direct) ? marks('lossy-endpoint', names(sickDirect.map(endpointName))) : marks('now-and-then')
  const bySomeNodes = names(sickDirect.map((it) => it.node)).length === sickNodes.length
  if (someNodesOnly(direct) && !onePodOnly(direct)) return marks(bySomeNodes ? 'from-some-nodes' : 'scattered')
  const deadPods = names(dead.map(endpointName))
  if (onePodOnly(direct)) return marks('some-endpoints', deadPods)
  const side = sickSide(direct, nodeOf)
  if (side !== null) return marks(side)
  const onlyThose = sickDirect.every((it) => deadPods.includes(endpointName(it)))
  return onlyThose ? marks('some-endpoints', deadPods) : marks('scattered')
}

/**
 * Every endpoint that was asked answers. Refusals now and then come of one that was not asked, or of a stale rule;
 * silence now and then may be loss on the way.
 */
function ofAddressBeside(own: readonly Contact[]): Fingerprint {
  if (!own.every((it) => !isSick(it) || tally([it]).open > 0)) return 'service-address-only'
  const { failed, by } = tally(own)
  return by.refused + by['no-route'] === failed ? 'address-at-times' : 'address-lossy'
}

/** No endpoint was asked: the address of the Service is all that is known. */
function ofAddressAlone(own: readonly Contact[]): Fingerprint {
  const { open, by } = tally(own)
  if (open > 0) return someNodesOnly(own) ? 'from-some-nodes' : 'now-and-then'
  return by.refused > 0 ? 'address-refused' : 'address-dropped'
}

/** Nodes from which not one connect came through. */
function deadNodes(contacts: readonly Contact[]): readonly string[] {
  return names(contacts.filter((it) => isSick(it) && tally([it]).open === 0).map((it) => it.node))
}

/** One word for all is said of all alone. */
function ofAllDead(direct: readonly Contact[]): Fingerprint {
  const { by, of } = tally(direct)
  if (by.timeout === of) return 'dropped'
  if (by['no-route'] === of) return 'rejected'
  return by.refused === of ? 'closed' : 'none-answers'
}

/** All that stays on a node is well and all that leaves it is not, or the other way round. */
function sickSide(
  direct: readonly Contact[],
  nodeOf: (contact: Contact) => string | null,
): 'across-nodes' | 'same-node' | null {
  const same = direct.filter((it) => nodeOf(it) === it.node)
  const across = direct.filter((it) => nodeOf(it) !== it.node)
  if (same.length === 0 || across.length === 0) return null
  if (same.every((it) => !isSick(it)) && across.every(isSick)) return 'across-nodes'
  return same.every(isSick) && across.every((it) => !isSick(it)) ? 'same-node' : null
}

export function endpointName(contact: Contact): string {
  return contact.via.kind === 'endpoint' && contact.via.pod !== null ? contact.via.pod : contact.ip
}

export function isSick(contact: Contact): boolean {
  return contact.tries.some((it) => it.result !== 'open')
}

/** All that failed now and then went to one pod of several, from two nodes at least: each of the others is well. */
function lossyEndpoint(direct: readonly Contact[]): boolean {
  const sick = direct.filter(isSick)
  const [first, ...more] = names(sick.map(endpointName))
  return (
    first !== undefined &&
    more.length === 0 &&
    direct.some((it) => endpointName(it) !== first) &&
    new Set(sick.map((it) => it.node)).size > 1
  )
}

/** Every contact from some nodes is dead, and every contact from the others is well. */
function someNodesOnly(contacts: readonly Contact[]): boolean {
  return divides([...Map.groupBy(contacts, (it) => it.node).values()])
}

function onePodOnly(contacts: readonly Contact[]): boolean {
  return divides([...Map.groupBy(contacts, endpointName).values()])
}

function divides(groups: readonly (readonly Contact[])[]): boolean {
  const dead = groups.filter((it) => tally(it).open === 0)
  const well = groups.filter((it) => !it.some(isSick))
  return dead.length > 0 && well.length > 0 && dead.length + well.length === groups.length
}

function names(its: readonly string[]): readonly string[] {
  return [...new Set(its)].toSorted((a, b) => textOrder(a, b))
}

/**
 * Nodes from which connects fail that come through from all others, each time: what differs is on the node. One stale
 * endpoint of two lets half of them through there.
 */
export function sickNodesAlone(contacts: readonly Contact[]): readonly string[] {
  const nodes = [...Map.groupBy(contacts, (it) => it.node)]
  const sick = nodes.filter(([, its]) => its.some(isSick)).map(([node]) => node)
  return sick.length < nodes.length ? names(sick) : []
}

/** Nodes that have a pod to serve: `internalTrafficPolicy: Local` drops what comes from any other. */
export function nodesOf(pods: readonly Pod[]): ReadonlySet<string> {
  return new Set(pods.flatMap((it) => (it.node === null ? [] : [it.node])))
}
