import type { ObjectEvent } from '../../model/event.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, text, whole } from './json.ts'

interface Told {
  readonly event: ObjectEvent
  /** RFC 3339, which sorts as text; '' where none is given. */
  readonly at: string
}

/** `v1 Event` of type Warning; null for what is none. */
export function projectEvent(raw: unknown, intern: Intern): Told | null {
  const root = fields(raw)
  const object = fields(root['involvedObject'])
  const [namespace, kind, name, reason] = [object['namespace'], object['kind'], object['name'], root['reason']].map(
    text,
  )
  if (!namespace || !kind || !name || !reason || root['type'] !== 'Warning') return null
  const series = fields(root['series'])
  return {
    event: {
      namespace: intern.text(namespace),
      object: { kind: intern.text(kind), name },
      reason: intern.text(reason),
      said: shorter(text(root['message']) ?? ''),
      ...byOf(root, intern),
      times: Math.max(1, whole(series['count']) ?? whole(root['count']) ?? 1),
    },
    at: lastSeen(root, series),
  }
}

function byOf(root: Fields, intern: Intern): Pick<ObjectEvent, 'by'> {
  const by = text(root['reportingComponent']) || text(fields(root['source'])['component'])
  return by ? { by: intern.text(by.slice(0, 60)) } : {}
}

/** Components of Kubernetes that watch over pods and Services; others may speak as well, and not in their stead. */
const known = /^(?:kubelet|kube-proxy|default-scheduler|[a-z-]{0,40}-controller(?:-manager)?)$/

function isBehind(before: Told, it: Told): boolean {
  const [was, now] = [before, it].map(({ event: { by } }) => by === undefined || known.test(by))
  return was === now ? before.at <= it.at : now === true
}

function lastSeen(root: Fields, series: Fields): string {
  return (
    text(series['lastObservedTime']) ??
    text(root['lastTimestamp']) ??
    text(root['eventTime']) ??
    text(fields(root['metadata'])['creationTimestamp']) ??
    ''
  )
}

/** A sentence, not a page of a web server that a probe was answered with. */
function shorter(message: string): string {
  return message.length > 500 ? `${message.slice(0, 500)}…` : message
}

/**
 * The newest of each object, reason and first word, of components of Kubernetes before others: `Readiness probe failed`
 * and `Liveness probe failed` have one reason.
 */
export function newestOfEach(told: readonly Told[]): readonly ObjectEvent[] {
  const newest = new Map<string, Told>()
  for (const it of told) {
    const { namespace, object, reason, said } = it.event
    const key = [namespace, object.kind, object.name, reason, said.split(' ', 1)[0]].join('\n')
    const before = newest.get(key)
    if (before === undefined || isBehind(before, it)) newest.set(key, it)
  }
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it.event)
}
