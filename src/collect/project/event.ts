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
      times: Math.max(1, whole(series['count']) ?? whole(root['count']) ?? 1),
    },
    at: lastSeen(root, series),
  }
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
 * The newest of each object, reason and first word: `Readiness probe failed` and `Liveness probe failed` have one
 * reason. Whose it says it is makes no difference, as anybody may say it.
 */
export function newestOfEach(told: readonly Told[]): readonly ObjectEvent[] {
  const newest = new Map<string, Told>()
  for (const it of told) {
    const { namespace, object, reason, said } = it.event
    const key = [namespace, object.kind, object.name, reason, said.split(' ', 1)[0]].join('\n')
    const before = newest.get(key)
    if (before === undefined || before.at <= it.at) newest.set(key, it)
  }
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it.event)
}
