import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { stubZoneNames } from '../../wire/stub-zones.ts'
import { type Forwarding, forwardingOf } from './upstream-servers.ts'

/** A zone whose names the Corefile sends to servers of their own. */
export interface StubZone {
  readonly zone: string
  readonly forwarding: Forwarding
}

/** Each zone with the line that sends it on. */
export function stubZones(corefile: Corefile): readonly StubZone[] {
  return stubZoneNames(corefile).flatMap((zone) => {
    const forwarding = forwardingOf(corefile, zone)
    return forwarding === null ? [] : [{ zone, forwarding }]
  })
}

/**
 * What became of the question for the zone itself, from however many nodes. The servers of a zone have its own name,
 * with or without an address: NXDOMAIN is the word of a server that does not serve the zone. `late`: the answer comes,
 * and CoreDNS has waited for another server before.
 */
export type StubState = 'answers' | 'late' | 'silent' | 'refuses' | 'unknown-zone' | 'not-asked'

export function stateOfStub(
  zone: string,
  { answers }: NameAnswers,
): { readonly state: StubState; readonly seen: readonly NameAnswer[] } {
  const isAbout = ({ reason }: NameAnswer): boolean =>
    reason.kind === 'outside' && reason.suffix === null && reason.typed.toLowerCase() === zone
  // A node whose other questions get no answer either says nothing of this zone.
  const lively = new Set(
    answers.filter((it) => !isAbout(it) && good.has(it.answer)).map((it) => `${it.node} ${it.server.ip}`),
  )
  const seen = answers.filter((it) => isAbout(it) && lively.has(`${it.node} ${it.server.ip}`))
  return { state: stateOf(seen), seen }
}

const good: ReadonlySet<string> = new Set(['ok', 'nodata', 'nxdomain'])

function stateOf(seen: readonly NameAnswer[]): StubState {
  const all = (...of: readonly NameAnswer['answer'][]): boolean => seen.every((it) => of.includes(it.answer))
  if (seen.length === 0) return 'not-asked'
  if (all('timeout', 'unreachable', 'servfail')) return 'silent'
  if (all('refused')) return 'refuses'
  if (all('nxdomain')) return 'unknown-zone'
  return lateOf(seen).length >= leastLate ? 'late' : 'answers'
}

/**
 * CoreDNS gives a server 2 s (plugin/forward, readTimeout), and then asks the next one; whoever answers after 2 s by
 * itself is not known from that. A cache hides it from all but the first question to each server.
 */
const waited = { from: 1900, to: 2400 } as const
const leastLate = 2

/** Good answers that came when a server's time was over. */
export function lateOf(seen: readonly NameAnswer[]): readonly NameAnswer[] {
  return seen.filter(({ answer, ms = 0 }) => good.has(answer) && ms >= waited.from && ms <= waited.to)
}

/** Plugins that know names of their own: of a zone with one, some names never reach the server that the rest go to. */
const answersItself: ReadonlySet<string> = new Set([
  'template',
  'file',
  'auto',
  'hosts',
  'etcd',
  'secondary',
  'records',
])

/** Whether the zone's own name can stand for its names: not where a plugin of that block answers some of them. */
export function isAllForwarded({ forwarding: { server } }: StubZone): boolean {
  return !server.plugins.some((it) => answersItself.has(it.name))
}
