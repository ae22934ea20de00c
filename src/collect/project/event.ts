import { isKeptEvent } from '../../kube/kept-events.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, text, whole } from './json.ts'

interface Told {
  readonly event: ObjectEvent
  /** RFC 3339, which sorts as text; '' where none is given. */
  readonly at: string
  /** It says that all went well, so that what failed before is over. */
  readonly ends?: true
}

/** Of the AWS Load Balancer Controller, of type Normal (pkg/k8s/events.go): all of an object is as it was asked for. */
const succeeded = 'SuccessfullyReconciled'

/** What that controller says of the same object when it is not. */
const overBy = /^Failed(?:BuildModel|DeployModel|ApplyModel|LoadGroupID|NetworkReconcile|Reconcile)/

/** `v1 Event` that is kept, or one that ends such; null for what is neither. */
export function projectEvent(raw: unknown, intern: Intern): Told | null {
  const root = fields(raw)
  const object = fields(root['involvedObject'])
  const [namespace, kind, name, reason] = [object['namespace'], object['kind'], object['name'], root['reason']].map(
    text,
  )
  const ends = root['type'] === 'Normal' && reason === succeeded
  if (!namespace || !kind || !name || !reason || !isKeptEvent(root)) return null
  const series = fields(root['series'])
  return {
    event: {
      namespace: intern.text(namespace),
      object: { kind: intern.text(kind), name },
      reason: intern.text(reason),
      said: shorter(text(root['message']) ?? '', reason),
      times: Math.max(1, whole(series['count']) ?? whole(root['count']) ?? 1),
    },
    at: lastSeen(root, series),
    ...(ends ? { ends } : {}),
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

const longest = 500

/** Each caller of what failed puts its own words before it: the runtime, then the CNI plugin. */
const isWrapped = /^[^:]{1,80}: rpc error: /

/** Of the kubelet and of the attach controller, which pass on errors of others (pkg/kubelet/events/event.go). */
const passedOn = /^Failed(?:CreatePodSandBox|Mount|AttachVolume|MapVolume|KillPod)?$/

/** A sentence, not a page of a web server that a probe was answered with. */
function shorter(message: string, reason: string): string {
  if (message.length <= longest) return message
  return isWrapped.test(message) || passedOn.test(reason)
    ? `${message.slice(0, longest / 4)}… ${message.slice((-longest * 3) / 4)}`
    : `${message.slice(0, longest)}…`
}

/**
 * The newest of each object, reason and first word: `Readiness probe failed` and `Liveness probe failed` have one
 * reason. Whose it says it is makes no difference, as anybody may say it. `now` in milliseconds since 1970; where
 * nobody says it, the newest of them was seen now.
 */
export function newestOfEach(all: readonly Told[], now: number | null = null): readonly ObjectEvent[] {
  const newest = new Map<string, Told>()
  const told = withoutEnded(all)
  for (const it of told) {
    const { namespace, object, reason, said } = it.event
    const key = [namespace, object.kind, object.name, reason, said.split(' ', 1)[0]].join('\n')
    const before = newest.get(key)
    if (before === undefined || before.at <= it.at) newest.set(key, it)
  }
  const times = now === null ? told.map(({ at }) => Date.parse(at)).filter((it) => !Number.isNaN(it)) : []
  const by = now ?? times.reduce((a, b) => Math.max(a, b), -Infinity)
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => ({ ...it.event, ...ageOf(it.at, by) }))
}

/** Without what failed before it succeeded, and without what says so. */
function withoutEnded(all: readonly Told[]): readonly Told[] {
  const objectOf = ({ event: { namespace, object } }: Told): string => `${namespace} ${object.kind} ${object.name}`
  const ends = new Map<string, string>()
  for (const it of all) {
    const at = ends.get(objectOf(it)) ?? ''
    if (it.ends === true && it.at > at) ends.set(objectOf(it), it.at)
  }
  return all.filter((it) => {
    const end = ends.get(objectOf(it))
    const isOver = end !== undefined && it.at !== '' && it.at <= end && overBy.test(it.event.reason)
    return it.ends !== true && !isOver
  })
}

/** What was seen later than the clock that it is held against was seen now. */
function ageOf(at: string, now: number): { readonly age?: number } {
  const age = Math.round((now - Date.parse(at)) / 1000)
  return Number.isFinite(age) ? { age: Math.max(0, age) } : {}
}
