import type { AccessLine } from '../../wire/access-log/access-line.ts'
import type { ErrorLine } from '../../wire/access-log/nginx-error.ts'
import { isLoopback, isOwnDoor } from '../../wire/access-log/own-door.ts'
import { keptWords } from './cut-short.ts'
import { ownText } from './own-text.ts'

/** How many of each kind wait for the other. */
const most = 5000
/** Clocks of one container are one; its two outputs may be read a little apart. */
const apartMs = 2000

interface Waiting<T> {
  readonly at: number
  readonly it: T
}

export interface JoinedErrors {
  /** Those that came before the line of their request, the oldest first, as far as they may be of such a request. */
  readonly of: (line: AccessLine, mayBe: (error: ErrorLine) => boolean) => readonly ErrorLine[]
  /** A line of a failed request is handed back by `take` once an error that comes later names it. */
  readonly add: (error: ErrorLine) => AccessLine | null
  /** What is kept of it, by which `add` hands it back. */
  readonly wait: (line: AccessLine) => AccessLine | null
}

/**
 * Joins lines of nginx's error log with those of its access log: by the client, the request, the server that was asked
 * and the time. There is no number of the request in both.
 */
export function joinErrors(): JoinedErrors {
  const errors = new Map<string, Waiting<ErrorLine>[]>()
  const lines = new Map<string, Waiting<AccessLine>[]>()
  return {
    of(line, mayBe) {
      const key = keyOfLine(line)
      const held = key === null ? undefined : errors.get(key)
      if (key === null || held === undefined) return []
      const taken: Waiting<ErrorLine>[] = []
      // One for each try: the same client may ask the same again in the same second.
      for (const address of addressesOf(line)) {
        const found = held.find(
          (one) =>
            !taken.includes(one) && mayBe(one.it) && belongs(one.it, line) && (one.it.upstream ?? address) === address,
        )
        if (found !== undefined) taken.push(found)
      }
      keep(
        errors,
        key,
        held.filter((it) => !taken.includes(it)),
      )
      return taken.map(({ it }) => it)
    },
    add(error) {
      const key = isLoopback(error.client) ? ownKey(error) : keyOf(error)
      if (key === null) return null
      const held = lines.get(key)
      const found = held?.find(({ it }) => belongs(error, it))
      if (held !== undefined && found !== undefined) {
        keep(
          lines,
          key,
          held.filter((it) => it !== found),
        )
        return found.it
      }
      put(errors, ownText(key), { at: error.at, it: ownError(error) })
      return null
    },
    wait(line) {
      const key = keyOfLine(line)
      if (key === null || line.at === null) return null
      const kept = ownLine(line)
      return put(lines, ownText(key), { at: line.at, it: kept }) ? kept : null
    },
  }
}

function keyOf({ client, method, path }: Pick<AccessLine, 'client' | 'method' | 'path'>): string | null {
  return client === null || path === null ? null : `${client} ${method ?? ''} ${path}`
}

/** A request that ended at a door of the controller's own is there one of nginx to itself, for another path. */
function keyOfLine(line: AccessLine): string | null {
  return isOwnDoor(line.tries?.at(-1)?.address ?? '') ? ownKey(line) : keyOf(line)
}

function ownKey({ method }: Pick<AccessLine, 'method'>): string {
  return `to itself ${method ?? ''}`
}

/** An error stands between the begin and the end of its request, and names a server that was asked, or none. */
function belongs(error: ErrorLine, { at, spent, tries }: AccessLine): boolean {
  if (at === null) return false
  const began = at - (spent.total ?? 0)
  if (error.at < began - apartMs || error.at > at + apartMs) return false
  return error.upstream === null || tries === null || tries.some((it) => it.address === error.upstream)
}

function addressesOf({ tries }: AccessLine): readonly (string | null)[] {
  return tries === null || tries.length === 0 ? [null] : tries.map((it) => it.address)
}

function ownLine(line: AccessLine): AccessLine {
  const rest = { client: null, method: null, host: null, path: null, requestId: null, route: null, backend: null }
  const tries = line.tries?.map((it) => ({ ...it, address: ownText(it.address) })) ?? null
  return { ...line, ...rest, tries, flags: null, details: null }
}

function ownError(error: ErrorLine): ErrorLine {
  const upstream = error.upstream === null ? null : ownText(error.upstream)
  return { ...error, said: keptWords(error), client: '', method: null, path: null, host: null, upstream }
}

function put<T>(to: Map<string, Waiting<T>[]>, key: string, one: Waiting<T>): boolean {
  const held = to.get(key)
  if (held === undefined) to.set(key, [one])
  else if (held.length < 100) held.push(one)
  // The oldest goes: what it waited for has not come.
  if (to.size > most) to.delete(to.keys().next().value ?? '')
  return held === undefined || held.includes(one)
}

function keep<T>(to: Map<string, Waiting<T>[]>, key: string, rest: Waiting<T>[]): void {
  if (rest.length === 0) to.delete(key)
  else to.set(key, rest)
}
