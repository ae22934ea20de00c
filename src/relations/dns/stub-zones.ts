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
 * with or without an address: NXDOMAIN is the word of a server that does not serve the zone.
 */
export type StubState = 'answers' | 'silent' | 'refuses' | 'unknown-zone' | 'not-asked'

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
  return all('nxdomain') ? 'unknown-zone' : 'answers'
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
