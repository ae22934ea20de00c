import type { AccessLine, Try } from '../../wire/access-log/access-line.ts'
import type { ErrorLine, RequestTrouble } from '../../wire/access-log/nginx-error.ts'
import type { LogEntry, OtherLine } from '../../wire/access-log/reader.ts'
import { isOwnDoor } from '../../wire/access-log/own-door.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import { type CutBy, cutOf, hasLeft, isInTheMiddle } from './cut-short.ts'
import { type Durations, durations } from './durations.ts'
import { joinErrors } from './joined-errors.ts'
import { ownText } from './own-text.ts'
import { pathShape } from '../../wire/access-log/path-shape.ts'
import { isRefusedEarly } from '../../wire/access-log/refused-early.ts'
import { saidWords } from './said-words.ts'
import { type Unplaced, unplacing } from './unplaced.ts'
import { isServerError, ofServer, type WhoSaid, whoSaid } from './who-said.ts'

/** Median, 95th and 99th percentile in milliseconds, of `count` requests whose line told; null: none did. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export type WhoCounts = Readonly<Partial<Record<WhoSaid, number>>>

/** Requests whose status said well, and whose answer did not come to its end, by one sign. */
export interface CutShort {
  /** `SI`, `sD`, `read timeout` */
  readonly sign: string
  readonly by: CutBy
  readonly requests: number
  /** How long they lasted. */
  readonly total: Spread | null
}

/** Requests for one host and path that one backend answered with one status. */
export interface LogGroup {
  /** null: the format does not say. */
  readonly host: string | null
  /** With `:n` and `:id` for numbers and keys; null: of those that are too many to be told apart. */
  readonly path: string | null
  readonly backend: string | null
  /** The Ingress, router or route, where the format names it: two of them may share path and backend. */
  readonly route: string | null
  readonly status: number | null
  readonly requests: number
  /** Whom its errors come from; empty where it has none. */
  readonly who: WhoCounts
  /** Answers that did not come to their end, by what says so. */
  readonly cut: Readonly<Record<string, number>>
  /** Requests that took more than one try; null: the format does not say. */
  readonly retried: number | null
  readonly total: Spread | null
  readonly queue: Spread | null
  readonly connect: Spread | null
  readonly header: Spread | null
  readonly body: Spread | null
  readonly upstream: Spread | null
}

/** One server behind the controller. */
export interface ServerUse {
  readonly address: string
  readonly tries: number
  /** Of those, how many it did not answer, or answered with an error of a server's kind. */
  readonly failed: number
  readonly who: WhoCounts
  readonly time: Spread | null
}

export interface LogSummary {
  readonly lines: {
    readonly requests: number
    readonly errors: number
    /** Of `errors`, those whose request was found. */
    readonly joined: number
    /** What the controller says of itself, and what no format knows. */
    readonly other: number
    /** Of `other`, by what they look like. */
    readonly others: Readonly<Partial<Record<OtherLine, number>>>
  }
  /** Of the first and the last request; null: none told its time. */
  readonly from: number | null
  readonly to: number | null
  readonly serverErrors: number
  readonly who: WhoCounts
  /** None of them is a server error; the most frequent first. */
  readonly cut: readonly CutShort[]
  /** Answers whose client went away before their end: no fault, as a rule. */
  readonly clientsLeft: number
  /** null: no format told. `rescued`: answered well by a later try. */
  readonly retried: { readonly requests: number; readonly rescued: number } | null
  /** Requests whose format does not say which server was asked. */
  readonly withoutServer: number
  /** Requests whose format tells neither their host nor their route: several Ingresses may be one group. */
  readonly withoutOwner: number
  /** Requests that the controller refused without asking a server, by status: limits and lists, no server error. */
  readonly refused: Readonly<Record<number, number>>
  /** Requests that nginx refused before it chose a backend, by status; `refused` are others. */
  readonly refusedEarly: Readonly<Record<number, number>>
  /** null: no Ingress was asked about, or each request could be given to one. */
  readonly unplaced: Unplaced | null
  /** The worst first. */
  readonly groups: readonly LogGroup[]
  readonly servers: readonly ServerUse[]
  /** What the error log says, and how often. */
  readonly troubles: Readonly<Partial<Record<RequestTrouble, number>>>
  /** Of what has no name among them, its words, without what a client chose; the most frequent first. */
  readonly said: readonly { readonly words: string; readonly times: number }[]
}

/** Beyond these all further paths of all hosts are one group, so that memory ends. */
const mostGroups = 2000
const mostServers = 2000

/** By a list, a size, a rate: what a controller's own rules say. A 404 or a 401 without a server is nobody's limit. */
const ownRefusals: ReadonlySet<number> = new Set([403, 413, 414, 429, 431])

function refusalOf({ status, tries }: AccessLine): number | null {
  return status !== null && tries?.length === 0 && ownRefusals.has(status) ? status : null
}

interface Group {
  readonly key: Pick<LogGroup, 'host' | 'path' | 'backend' | 'route' | 'status'>
  requests: number
  retried: number | null
  readonly who: Map<WhoSaid, number>
  readonly cut: Map<string, number>
  /** Errors without a try and without a word of why. */
  bare: number
  readonly spent: Readonly<Record<keyof AccessLine['spent'], Durations>>
}

interface Server {
  tries: number
  failed: number
  readonly who: Map<WhoSaid, number>
  readonly time: Durations
}

interface Held {
  readonly group: Group
  /** The last that was asked. */
  readonly server: Server | null
}

export interface Summing {
  readonly add: (entry: LogEntry) => void
  /** What went wrong, and may be of the Ingress that was asked about. */
  readonly addUnplaced: (line: AccessLine) => void
  /** What is of another Ingress. */
  readonly passOver: (line: AccessLine) => void
  readonly result: () => LogSummary
}

/** Takes lines one by one, and keeps counts of them alone. */
export function summing(): Summing {
  const groups = new Map<string, Group>()
  const servers = new Map<string, Server>()
  const joins = joinErrors()
  const waiting = new WeakMap<AccessLine, Held & { who: WhoSaid }>()
  const who = new Map<WhoSaid, number>()
  const troubles = new Map<RequestTrouble, number>()
  const empty = new Set<string>()
  const others = new Map<OtherLine, number>()
  const cuts = new Map<string, { readonly by: CutBy; requests: number; readonly total: Durations }>()
  let clientsLeft = 0
  const lines = { requests: 0, errors: 0, joined: 0, other: 0 }
  const retried = { told: false, requests: 0, rescued: 0 }
  const refused = new Map<number, number>()
  const early = new Map<number, number>()
  const unplaced = unplacing()
  const said = saidWords()
  let [from, to, serverErrors, withoutServer, withoutOwner] = [Infinity, -Infinity, 0, 0, 0]

  function groupOf(line: AccessLine): Group {
    const path = line.path === null ? null : pathShape(line.path)
    const { backend, route, status } = line
    const host = line.host === null ? null : hostAlone(line.host)
    const name = [host, path, backend, route, status].map((it) => it ?? '\n').join(' ')
    const found = groups.get(name)
    if (found !== undefined) return found
    const isFull = groups.size >= mostGroups
    const none = { host: null, path: null, backend: null, route: null }
    const key = isFull ? { ...none, status } : { host, path, backend, route, status }
    const rest = `\n\n\n\n ${status ?? '\n'}`
    const held = isFull ? groups.get(rest) : undefined
    if (held !== undefined) return held
    const made = newGroup(ownKey(key))
    groups.set(isFull ? rest : ownText(name), made)
    return made
  }

  function serverOf(address: string): Server | null {
    const found = servers.get(address)
    if (found !== undefined || servers.size >= mostServers) return found ?? null
    const made: Server = { tries: 0, failed: 0, who: new Map(), time: durations() }
    servers.set(ownText(address), made)
    return made
  }

  function request(line: AccessLine): void {
    lines.requests++
    if (line.at !== null && line.at < from) from = line.at
    if (line.at !== null && line.at > to) to = line.at
    if (line.tries === null) withoutServer++
    if (line.host === null && line.route === null) withoutOwner++
    const own = refusalOf(line)
    if (line.status !== null && isRefusedEarly(line)) count(early, line.status)
    else if (own !== null) count(refused, own)
    const group = groupOf(line)
    group.requests++
    addSpent(group, line)
    const isError = isServerError(line)
    const isRetried = again(line, isError, group)
    // A request that was answered well is one of an error only if that came in the middle of the answer.
    const told = joins.of(line, isError || isRetried ? () => true : isInTheMiddle)
    lines.joined += told.length
    const isCutByServer = cut(line, told, group)
    const server = tally(line, told, isError || isCutByServer)
    if (isError) failed(line, told, { group, server })
    else if (isCutByServer && server !== null) count(server.who, 'broke-off')
  }

  /** Whether it took more than one try. */
  function again({ retries, status }: AccessLine, isError: boolean, group: Group): boolean {
    if (retries === null) return false
    retried.told = true
    group.retried = (group.retried ?? 0) + (retries > 0 ? 1 : 0)
    if (retries > 0) retried.requests++
    if (retries > 0 && !isError && status !== null) retried.rescued++
    return retries > 0
  }

  /** Whether the server that was asked is the one that ended it. */
  function cut(line: AccessLine, told: readonly ErrorLine[], group: Group): boolean {
    if (hasLeft(line)) clientsLeft++
    const found = cutOf(line, told)
    if (found === null) return false
    const { sign, by } = found
    count(group.cut, sign)
    const held = cuts.get(sign) ?? { by, requests: 0, total: durations() }
    held.requests++
    held.total.add(line.spent.total)
    cuts.set(sign, held)
    return by === 'server'
  }

  function failed(line: AccessLine, told: readonly ErrorLine[], { group, server }: Held): void {
    serverErrors++
    const last = told.findLast((it) => it.upstream === null || it.upstream === line.tries?.at(-1)?.address)
    const by = whoSaid(line, last?.trouble ?? null)
    count(group.who, by)
    count(who, by)
    if (server !== null && ofServer.has(by)) count(server.who, by)
    if (last !== undefined || line.dialect !== 'nginx') return
    if (by === 'controller' && line.tries?.length === 0 && line.status === 503) group.bare++
    const kept = joins.wait(line)
    if (kept !== null) waiting.set(kept, { group, server, who: by })
  }

  /** Each try counts for its server; the last one is handed back. */
  function tally(line: AccessLine, told: readonly ErrorLine[], isError: boolean): Server | null {
    let last: Server | null = null
    for (const [at, it] of (line.tries ?? []).entries()) {
      const server = isOwnDoor(it.address) ? null : serverOf(it.address)
      last = server
      if (server === null) continue
      server.tries++
      server.time.add(it.ms ?? it.headerMs)
      const isLast = at === (line.tries?.length ?? 0) - 1
      const trouble = told.find((one) => one.upstream === it.address)
      const hasFailed = isLast ? isError : it.status === null || it.status >= 500 || trouble !== undefined
      if (!hasFailed) continue
      server.failed++
      if (!isLast) count(server.who, trouble === undefined ? saidByTry(it) : whoSaid(line, trouble.trouble))
    }
    return last
  }

  function error(line: ErrorLine): void {
    lines.errors++
    count(troubles, line.trouble)
    said.add(line)
    const late = joins.add(line)
    const held = late === null ? undefined : waiting.get(late)
    if (late === null || held === undefined) return
    lines.joined++
    const by = whoSaid(late, line.trouble)
    if (late.tries?.length === 0 && late.status === 503 && held.who === 'controller') held.group.bare--
    const changed = [held.group.who, who, ...(held.server === null ? [] : [held.server.who])]
    for (const it of changed) {
      const before = it.get(held.who)
      if (before === undefined) continue
      if (before === 1) it.delete(held.who)
      else it.set(held.who, before - 1)
      count(it, by)
    }
    held.who = by
  }

  return {
    add(entry) {
      if (entry.kind === 'request') request(entry)
      else if (entry.kind === 'error') error(entry)
      else {
        lines.other++
        count(others, entry.kind === 'other' ? entry.what : 'controller')
        if (entry.kind === 'empty-service' && empty.size < mostServers) empty.add(ownText(entry.service))
      }
    },
    addUnplaced: unplaced.add,
    passOver: unplaced.other,
    result() {
      const owned = [...groups.values()].flatMap((it) => (it.key.backend === null ? [] : (it.key.path ?? [])))
      const lost = unplaced.result(new Set(owned))
      const moved = [...groups.values()].map((it) => ({ it, bare: isEmpty(it.key.backend, empty) ? it.bare : 0 }))
      const all = moved.reduce((sum, { bare }) => sum + bare, 0)
      return {
        lines: { ...lines, others: Object.fromEntries([...others].toSorted(([, a], [, b]) => b - a)) },
        from: from === Infinity ? null : from,
        to: to === -Infinity ? null : to,
        serverErrors,
        who: countsOf(who, all),
        cut: [...cuts]
          .map(([sign, it]) => ({ sign, by: it.by, requests: it.requests, total: spreadOf(it.total) }))
          .toSorted((a, b) => b.requests - a.requests || order(a.sign, b.sign)),
        clientsLeft,
        retried: retried.told ? { requests: retried.requests, rescued: retried.rescued } : null,
        withoutServer,
        withoutOwner,
        refused: Object.fromEntries([...refused].toSorted(([a], [b]) => a - b)),
        refusedEarly: Object.fromEntries([...early].toSorted(([a], [b]) => a - b)),
        unplaced: lost.requests === 0 ? null : lost,
        groups: moved.map(({ it, bare }) => groupResult(it, bare)).toSorted(worstFirst),
        servers: [...servers]
          .map(([address, it]) => ({
            address,
            tries: it.tries,
            failed: it.failed,
            who: countsOf(it.who, 0),
            time: spreadOf(it.time),
          }))
          .toSorted((a, b) => b.failed - a.failed || b.tries - a.tries || order(a.address, b.address)),
        troubles: Object.fromEntries([...troubles].toSorted(([a], [b]) => order(a, b))),
        said: said.result(),
      }
    },
  }
}

/** nginx writes 502 and 504 of its own where a server said nothing; any other status is that server's word. */
function saidByTry({ status }: Try): WhoSaid {
  return status === null || status === 502 || status === 504 ? 'no-answer' : 'application'
}

/** The controller calls a backend by namespace, Service and port, with dashes between. */
function isEmpty(backend: string | null, empty: ReadonlySet<string>): boolean {
  return backend !== null && [...empty].some((it) => backend.startsWith(`${it.replace('/', '-')}-`))
}

function ownKey({ host, path, backend, route, status }: Group['key']): Group['key'] {
  const own = (text: string | null): string | null => (text === null ? null : ownText(text))
  return { host: own(host), path: own(path), backend: own(backend), route: own(route), status }
}

function newGroup(key: Group['key']): Group {
  const spent = {
    total: durations(),
    client: durations(),
    queue: durations(),
    connect: durations(),
    header: durations(),
    body: durations(),
    upstream: durations(),
  }
  return { key, requests: 0, retried: null, who: new Map(), cut: new Map(), bare: 0, spent }
}

function addSpent({ spent }: Group, { spent: it }: AccessLine): void {
  spent.total.add(it.total)
  spent.queue.add(it.queue)
  spent.connect.add(it.connect)
  spent.header.add(it.header)
  spent.body.add(it.body)
  spent.upstream.add(it.upstream)
}

function groupResult({ key, requests, retried, who, cut, spent }: Group, bare: number): LogGroup {
  return {
    ...key,
    requests,
    who: countsOf(who, bare),
    cut: Object.fromEntries([...cut].toSorted(([a], [b]) => order(a, b))),
    retried,
    total: spreadOf(spent.total),
    queue: spreadOf(spent.queue),
    connect: spreadOf(spent.connect),
    header: spreadOf(spent.header),
    body: spreadOf(spent.body),
    upstream: spreadOf(spent.upstream),
  }
}

function spreadOf(it: Durations): Spread | null {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map(it.quantile)
  return typeof p50 === 'number' && typeof p95 === 'number' && typeof p99 === 'number'
    ? { count: it.count(), p50, p95, p99 }
    : null
}

function count<K>(to: Map<K, number>, key: K): void {
  to.set(key, (to.get(key) ?? 0) + 1)
}

/** `bare`: of the controller's, those that had no endpoint to go to. */
function countsOf(who: ReadonlyMap<WhoSaid, number>, bare: number): WhoCounts {
  const all = new Map(who)
  if (bare > 0) {
    all.set('none-available', (all.get('none-available') ?? 0) + bare)
    all.set('controller', (all.get('controller') ?? 0) - bare)
  }
  return Object.fromEntries([...all].filter(([, it]) => it > 0).toSorted(([a], [b]) => order(a, b)))
}

function worstFirst(a: LogGroup, b: LogGroup): number {
  const errors = (it: LogGroup): number =>
    [...Object.values(it.who), ...Object.values(it.cut)].reduce((sum, one) => sum + one, 0)
  return errors(b) - errors(a) || b.requests - a.requests || order(nameOf(a), nameOf(b))
}

function nameOf({ host, path, backend, route, status }: LogGroup): string {
  return `${host ?? ''} ${path ?? ''} ${backend ?? ''} ${route ?? ''} ${status ?? ''}`
}

function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
