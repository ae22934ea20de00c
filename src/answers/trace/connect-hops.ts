import type { ConnectResult, Contact } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Model } from '../../model/sources.ts'
import { excuseOf, isBadEnd } from '../../relations/ingress/http-answers.ts'
import { addressesOf, type TraceEnds } from '../../relations/path/trace-ends.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { type Bare, hop, type HopName, whyNot, without } from './hop.ts'

/** What the client itself would do: the Service's address, each endpoint of a headless one, the pod, the host. */
export function connectHop({ sources }: Model, ends: TraceEnds): Bare {
  const { crossings } = sources
  if (ends.from === null) return without('connect', 'not-read')
  if (ends.from.phase !== 'Running') return without('connect', 'not-running')
  if (addressesOf(ends).length === 0) return without('connect', 'no-address')
  if (!crossings.known) return without('connect', whyNot(crossings.why))
  const used = crossings.value.filter((it) => it.to.kind !== 'endpoint' || !hasOwnAddress(ends))
  return ofCrossings('connect', used)
}

/** Past the Service: each endpoint by its own address. */
export function directHop({ sources }: Model, ends: TraceEnds): readonly Bare[] {
  if (ends.to.kind !== 'service' || !hasOwnAddress(ends)) return []
  const { crossings, contacts } = sources
  const inside = crossings.known ? crossings.value.filter((it) => it.to.kind === 'endpoint' && it.result !== null) : []
  if (inside.length > 0) return [ofCrossings('direct', inside)]
  const { service } = ends.to
  const probed = contacts.known
    ? contacts.value.connects.filter((it) => isOf(it, service, ends.ask.port) && it.via.kind === 'endpoint')
    : []
  return probed.length === 0 ? [] : [ofContacts('direct', probed)]
}

function hasOwnAddress({ to }: TraceEnds): boolean {
  return to.kind === 'service' && ownAddress(to.service) !== null
}

function ofCrossings(name: HopName, its: readonly Crossing[]): Bare {
  // A name that leads nowhere is told at its own hop: no connection was tried.
  const told = its.filter((it) => it.result !== null && it.result !== 'no-name')
  if (its.length > 0 && its.every((it) => it.result === 'no-name')) return without(name, 'no-address')
  if (told.length === 0) return without(name, its.length === 0 ? 'no-address' : 'no-tool')
  const open = told.filter((it) => it.result === 'open').length
  return hop(name, open === told.length ? 'ok' : 'broken', 'inside', {
    kind: 'connects',
    open,
    of: told.length,
    results: [...new Set(told.flatMap(({ result }) => (isFailure(result) ? [result] : [])))],
    address: addressText(told, its.length),
    ms: Math.max(...told.map((it) => it.ms)),
  })
}

function isFailure(result: Crossing['result']): result is Exclude<ConnectResult, 'open'> {
  return result !== null && result !== 'open' && result !== 'no-name'
}

/** Which, or how many; what no tool could tell of is not counted as seen. */
function addressText(told: readonly Crossing[], planned: number): string {
  if (planned === 1) return `${told[0]?.host}:${told[0]?.port}`
  return told.length === planned
    ? `${planned} addresses`
    : `${told.length} of ${planned} addresses, the others not told,`
}

/** The Service's address from a probe pod on the same node, and from the other nodes: it is this, and not that. */
export function nodeHops({ sources }: Model, { ask, from, to }: TraceEnds): readonly Bare[] {
  const { contacts } = sources
  if (to.kind !== 'service' || !contacts.known) return []
  const its = contacts.value.connects.filter((it) => isOf(it, to.service, ask.port) && it.via.kind === 'service')
  const [beside, elsewhere] = [its.filter((it) => it.node === from?.node), its.filter((it) => it.node !== from?.node)]
  return [
    ...(beside.length === 0 ? [] : [ofContacts('beside', beside)]),
    ...(elsewhere.length === 0 ? [] : [ofContacts('elsewhere', elsewhere)]),
  ]
}

function isOf(
  { service }: Contact,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number | null,
): boolean {
  return service.namespace === namespace && service.name === name && (port === null || service.port === port)
}

function ofContacts(name: HopName, its: readonly Contact[]): Bare {
  const { of, open, by } = tally(its)
  return hop(name, open === of ? 'ok' : 'broken', 'beside', {
    kind: 'connects',
    open,
    of,
    results: (Object.keys(by) as ConnectResult[]).filter((it) => it !== 'open' && by[it] > 0),
    address: new Set(its.map((it) => `${it.ip}:${it.port}`)).size === 1 ? `${its[0]?.ip}:${its[0]?.port}` : 'each',
    ms: Math.max(0, ...its.flatMap((it) => it.tries.map((one) => one.ms))),
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
  const bad = its.filter(isBadEnd)
  return [
    hop('http', bad.length > 0 ? 'broken' : 'ok', 'beside', {
      kind: 'answers',
      bad: bad.length,
      of: its.length,
      statuses: [...new Set((bad.length > 0 ? bad : its).map((it) => it.error ?? String(it.status)))].slice(0, 4),
    }),
  ]
}
