import type { ConnectResult, ConnectTry, Contact } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import { known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import { easedAt, unendedOf } from './cut-asks.ts'
import { excuseOf, isBadEnd, isDoubtful } from '../../relations/ingress/http-answers.ts'
import {
  addressesOf,
  isPastTcp,
  type PathAddress,
  type TraceEnds,
  tracedPorts,
} from '../../relations/path/trace-ends.ts'
import { endpointsFrom, isShort, sightOf, sights } from '../../relations/service/meet-each.ts'
import { hangUpsOf, hungUpTimes, stayedOn } from '../../relations/service/hang-ups.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { resentOf } from '../../relations/path/lost-syns.ts'
import { lagIn } from '../../relations/troubles/probe-lag.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { type Bare, hop, type HopName, whyNot, without } from './hop.ts'

/** What the client itself would do: the Service's address, each endpoint of a headless one, the pod, the host. */
export function connectHop({ sources }: Model, ends: TraceEnds): Bare {
  const { crossings } = sources
  if (ends.from === null) return without('connect', 'not-read')
  if (ends.from.phase !== 'Running') return without('connect', 'not-running')
  if (isPastTcp(ends)) return without('connect', 'not-tcp')
  if (addressesOf(ends).length === 0) return without('connect', 'no-address')
  if (!crossings.known) return without('connect', whyNot(crossings.why))
  const used = crossings.value.filter((it) => it.to.kind !== 'endpoint' || !hasOwnAddress(ends))
  const planned = addressesOf(ends).filter((it) => it.to.kind !== 'endpoint' || !hasOwnAddress(ends))
  return withSight(ofCrossings(sources, 'connect', used, planned), sources, ends)
}

/** One connect meets one endpoint: where no probe pod beside it tried more, that is all there is to say. */
function withSight(bare: Bare, { contacts }: Model['sources'], ends: TraceEnds): Bare {
  const { seen } = bare
  if (ends.to.kind !== 'service' || !hasOwnAddress(ends) || seen.kind !== 'connects') return bare
  const { service, slices } = ends.to
  const node = ends.from?.node ?? null
  const isTried =
    contacts.known &&
    contacts.value.connects.some(
      (it) => isOf(it, service, ends.ask.port) && it.via.kind === 'service' && it.node === node,
    )
  const each = tracedPorts(service, ends.ask.port).map(({ port }) => endpointsFrom(service, slices, { port, node }))
  const sight = sightOf(1, Math.max(0, ...each), service)
  return isTried || !isShort(sight) ? bare : { ...bare, seen: { ...seen, sight } }
}

/** Past the Service: each endpoint by its own address. */
export function directHop({ sources }: Model, ends: TraceEnds): readonly Bare[] {
  if (ends.to.kind !== 'service' || !hasOwnAddress(ends)) return []
  const { crossings, contacts } = sources
  const inside = crossings.known ? crossings.value.filter((it) => it.to.kind === 'endpoint') : []
  const planned = addressesOf(ends).filter((it) => it.to.kind === 'endpoint')
  const { service, slices } = ends.to
  if (inside.some((it) => it.result !== null)) {
    const ports = tracedPorts(service, ends.ask.port)
    const all = ports.reduce((sum, { port }) => sum + endpointsFrom(service, slices, { port, node: null }), 0)
    return [ofAll(ofCrossings(sources, 'direct', inside, planned), planned.length, all)]
  }
  const probed = contacts.known
    ? contacts.value.connects.filter((it) => isOf(it, service, ends.ask.port) && it.via.kind === 'endpoint')
    : []
  const tried = new Set(probed.filter((it) => it.tries.length > 0).map((it) => `${it.ip}:${it.port}`))
  const missing = planned.filter((it) => !tried.has(`${it.host}:${it.port}`)).length
  return probed.length === 0 ? [] : [ofContacts(sources, 'direct', probed, missing)]
}

/** Of many endpoints some are tried: what they say is theirs. */
function ofAll(bare: Bare, planned: number, all: number): Bare {
  return bare.seen.kind === 'connects' && planned < all
    ? { ...bare, seen: { ...bare.seen, address: `${planned} of ${all} addresses` } }
    : bare
}

function hasOwnAddress({ to }: TraceEnds): boolean {
  return to.kind === 'service' && ownAddress(to.service) !== null
}

/** Well only where each address that was to be tried was told of: what is missing is no sign of health. */
function ofCrossings(
  sources: Model['sources'],
  name: HopName,
  its: readonly Crossing[],
  planned: readonly PathAddress[],
): Bare {
  // A name that leads nowhere is told at its own hop: no connection was tried.
  const told = its.filter((it) => it.result !== null && it.result !== 'no-name')
  if (its.length > 0 && its.every((it) => it.result === 'no-name')) return without(name, 'no-address')
  if (told.length === 0) return without(name, its.length === 0 ? 'no-address' : 'no-tool')
  const hungUp = new Set(hangUpsOf(sources).crossings)
  const open = told.filter((it) => it.result === 'open' && !hungUp.has(it)).length
  const all = new Set([...planned, ...its].map(keyOf)).size
  const unmeasured = all - new Set(told.map(keyOf)).size
  const well = unmeasured === 0 ? 'ok' : 'cannot-tell'
  return hop(name, open === told.length ? well : 'broken', 'inside', {
    kind: 'connects',
    open,
    of: told.length,
    results: [...new Set(told.flatMap((it) => (hungUp.has(it) ? ['hung-up' as const] : failuresOf(it.result))))],
    address: all === 1 ? `${told[0]?.host}:${told[0]?.port}` : `${all} addresses`,
    ms: Math.max(...told.map((it) => it.ms)),
    ...resentIn(
      resentOf(told.filter(isConnect).map(startedBy(sources)), lagIn(sources.dnsProbe, nodeOf(sources, told[0]))),
    ),
    ...(unmeasured === 0 ? {} : { unmeasured }),
  })
}

function resentIn(resent: number): { readonly resent?: number } {
  return resent === 0 ? {} : { resent }
}

/**
 * The time of a connect that a tool made has the tool's own start in it: about as much in each that ran beside it, of
 * which the fastest waited for the least.
 */
function startedBy({ crossings }: Model['sources']): (it: Crossing & { readonly result: ConnectResult }) => ConnectTry {
  const all = crossings.known ? crossings.value : []
  return ({ from, tool, result, ms }) => {
    const beside = all.filter(
      (it) => it.tool === tool && it.from.container === from.container && it.from.pod === from.pod,
    )
    const quick = beside.filter((it) => it.result === 'open' && it.ms < leastResentMs).map((it) => it.ms)
    const rest = ms - Math.min(ms, ...quick)
    if (rest === 0) return { result, ms }
    // Both come in hundredths of a second, and no start is quite like another.
    return { result, ms: rest < leastResentMs && rest >= leastResentMs - blurMs ? leastResentMs : rest }
  }
}

/** The first of them (RFC 6298, 2.1). */
const leastResentMs = 1000

const blurMs = 100

/** Node and Python take a second by themselves to start, where the container has a small share of a CPU. */
const slowToStart: ReadonlySet<string> = new Set(['node', 'python3'])

function isConnect(it: Crossing): it is Crossing & { readonly result: ConnectResult } {
  return it.result !== null && it.result !== 'no-name' && !slowToStart.has(it.tool ?? '')
}

function nodeOf({ pods }: Model['sources'], crossing: Crossing | undefined): string | null {
  if (!pods.known || crossing === undefined) return null
  const { namespace, pod } = crossing.from
  return pods.value.find((it) => it.namespace === namespace && it.name === pod)?.node ?? null
}

function keyOf({ to, host, port }: PathAddress): string {
  return to.kind === 'endpoint' ? `${host}:${port}` : `${to.kind}:${port}`
}

function failuresOf(result: Crossing['result']): readonly (ConnectResult | 'hung-up')[] {
  return result === null || result === 'open' || result === 'no-name' ? [] : [result]
}

/** The Service's address from a probe pod on the same node, and from the other nodes: it is this, and not that. */
export function nodeHops({ sources }: Model, { ask, from, to }: TraceEnds): readonly Bare[] {
  const { contacts } = sources
  if (to.kind !== 'service' || !contacts.known) return []
  const its = contacts.value.connects.filter((it) => isOf(it, to.service, ask.port) && it.via.kind === 'service')
  const ports = tracedPorts(to.service, ask.port)
  const missing = (some: readonly Contact[]): number =>
    [...Map.groupBy(some, (it) => it.node).values()].reduce((sum, own) => {
      const tried = new Set(own.filter((it) => it.tries.length > 0).map((it) => it.service.port))
      return sum + ports.filter((it) => !tried.has(it.port)).length
    }, 0)
  const node = (name: HopName, some: readonly Contact[]): Bare => {
    const bare = ofContacts(sources, name, some, missing(some))
    const { seen } = bare
    const [sight] = sights({ connects: some }, known([to.service]), known(to.slices)).filter(isShort)
    return seen.kind === 'connects' && sight !== undefined ? { ...bare, seen: { ...seen, sight } } : bare
  }
  const [beside, elsewhere] = [its.filter((it) => it.node === from?.node), its.filter((it) => it.node !== from?.node)]
  return [
    ...(beside.length === 0 ? [] : [node('beside', beside)]),
    ...(elsewhere.length === 0 ? [] : [node('elsewhere', elsewhere)]),
  ]
}

function isOf(
  { service }: Contact,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number | null,
): boolean {
  return service.namespace === namespace && service.name === name && (port === null || service.port === port)
}

function ofContacts(sources: Model['sources'], name: HopName, all: readonly Contact[], unmeasured: number): Bare {
  const hanging = new Set(hangUpsOf(sources).contacts)
  // Of who hangs up, a handshake alone tells nothing.
  const its = all.map((it) => (hanging.has(it) ? { ...it, tries: stayedOn(it.tries) } : it))
  const hungUp = all.reduce((sum, it) => sum + (hanging.has(it) ? hungUpTimes(it.tries) : 0), 0)
  const { of, open: opened, by } = tally(its)
  const open = opened - hungUp
  const well = unmeasured === 0 && of > 0 ? 'ok' : 'cannot-tell'
  return hop(name, open === of ? well : 'broken', 'beside', {
    kind: 'connects',
    open,
    of,
    results: [
      ...(Object.keys(by) as ConnectResult[]).filter((it) => it !== 'open' && by[it] > 0),
      ...(hungUp > 0 ? (['hung-up'] as const) : []),
    ],
    address: new Set(its.map((it) => `${it.ip}:${it.port}`)).size === 1 ? `${its[0]?.ip}:${its[0]?.port}` : 'each',
    ms: Math.max(0, ...its.flatMap((it) => it.tries.map((one) => one.ms))),
    ...resentIn(its.reduce((sum, it) => sum + resentOf(it.tries, lagIn(sources.dnsProbe, it.node)), 0)),
    ...(unmeasured === 0 ? {} : { unmeasured }),
  })
}

export function httpHop(model: Model, { ask, to }: TraceEnds): readonly Bare[] {
  const { contacts } = model.sources
  if (to.kind !== 'service' || !contacts.known) return []
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const its = (contacts.value.direct ?? []).filter(
    (it) =>
      it.service.namespace === to.service.namespace &&
      it.service.name === to.service.name &&
      (ask.port === null || it.service.port === ask.port) &&
      excuse(it) === null,
  )
  if (its.length === 0) return [without('http', 'no-http')]
  const through = (contacts.value.through ?? []).filter((it) => excuse(it) === null)
  const answers = [...its, ...through]
  const bad = answers.filter(isBadEnd)
  const asked = new Set(its.map((it) => it.ip))
  const sick = new Set(its.filter(isBadEnd).map((it) => it.ip))
  const port = new Set(its.map((it) => it.service.port))
  const there = [...port].map((it) => endpointsFrom(to.service, to.slices, { port: it, node: null, only: 'ready' }))
  const all = Math.max(asked.size, ...there)
  const eased = easedAt(contacts.value, answers)
  const well = asked.size === all && eased.eased === undefined ? 'ok' : 'cannot-tell'
  // Who names a URL wants that page, and not only an answer.
  const doubtful = answers.filter((it) => it.basis === 'url' && isDoubtful(it)).length
  return [
    hop('http', bad.length > 0 ? 'broken' : well, 'beside', {
      kind: 'answers',
      bad: bad.length,
      ...(doubtful === 0 ? {} : { doubtful }),
      ...unendedOf(answers),
      ...eased,
      of: answers.length,
      statuses: [...new Set((bad.length > 0 ? bad : answers).map((it) => it.error ?? String(it.status)))].slice(0, 4),
      // By the Service's address alone: no share of the endpoints is.
      ...(bad.length > 0 && sick.size === 0 ? {} : { well: { endpoints: asked.size - sick.size, of: all } }),
    }),
  ]
}
