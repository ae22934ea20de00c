import type { SpansAnswer } from '../../answers/spans/spans.ts'
import { closest } from '../../closest.ts'
import { type ApiPath, apiPath, queryOf } from '../../kube/address.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { some } from '../../phrases.ts'
import { ToolError } from '../../tool-error.ts'
import { readServices, readTraces } from '../../wire/jaeger-json/read-traces.ts'

/** Whoever answers Jaeger's API, behind the API server's proxy or at a URL. */
export interface TracingServer {
  /** As it is shown. */
  readonly where: string
  /** What to try where this way to it is closed. */
  readonly otherwise: string
  /** GET of a path below its own root; a 404 is `not-there`. */
  readonly get: (path: ApiPath) => Promise<Known<string>>
}

export interface TracesAsk {
  readonly service: string | null
  readonly trace: string | null
  readonly sinceMs: number
  readonly slowMs: number
}

export interface TracesGot {
  readonly answers: readonly SpansAnswer[]
  /** Questions that got no traces, not even none. */
  readonly unanswered: number
}

/** So many services are asked about where none is named. */
const mostServices = 12
/** Traces by time, and as many slow ones: of one service, and of each of several. */
const [tracesOfOne, tracesOfMany] = [100, 20] as const
/** Of an answer that was more than is read: fewer are asked for, until one trace is too long. */
const fewest = 1
/** What this machine's clock may be behind the servers' by. */
const aheadMs = 300_000
/** It traces itself; it is not what anybody asks about. */
const ownName = /^jaeger(?:-(?:query|all-in-one|collector|ingester))?$/

/**
 * Jaeger's API of v3, and the one before where only it answers
 * (https://www.jaegertracing.io/docs/latest/architecture/apis/). Throws ToolError `not-found` where the service is not
 * among those that it knows, `unreachable` where it answers as no Jaeger does.
 */
export async function tracesFrom(server: TracingServer, ask: TracesAsk, now: number): Promise<TracesGot> {
  if (ask.trace !== null) return oneTrace(server, ask.trace)
  const read = await apiOf(server)
  if (!read.known)
    throw new ToolError('unreachable', `${server.where} gave no list of services: ${read.why.detail}`, server.otherwise)
  const { api, services } = read.value
  const wanted = wantedOf(server, services, ask.service)
  const most = wanted.length === 1 ? tracesOfOne : tracesOfMany
  const got = await tracesOf(server, { api, services: wanted.slice(0, mostServices), most, ask, now })
  return { ...got, unanswered: got.unanswered + Math.max(0, wanted.length - mostServices) }
}

interface Asked {
  readonly api: Api
  readonly services: readonly string[]
  /** Of each, by time, and as many slow ones. */
  readonly most: number
  readonly ask: TracesAsk
  readonly now: number
}

/** Of each of these services its traces by time and by length, one question after the other. */
export async function tracesOf(server: TracingServer, { api, services, most, ask, now }: Asked): Promise<TracesGot> {
  const answers: SpansAnswer[] = []
  let unanswered = 0
  for (const service of services) {
    for (const chosenBy of ['time', 'length'] as const) {
      const got = await find(server, { ...ask, api, service, chosenBy, now, most })
      if (got === null) unanswered++
      else answers.push(got)
    }
  }
  return { answers, unanswered }
}

type Api = 'v3' | 'before'

interface ApiKnown {
  readonly api: Api
  readonly services: readonly string[]
}

/** Which of Jaeger's APIs it answers, with the services that it knows of. */
export async function apiOf(server: TracingServer): Promise<Known<ApiKnown>> {
  const v3 = await server.get(apiPath`/api/v3/services`)
  const names = v3.known ? readServices(v3.value) : null
  if (names !== null) return known({ api: 'v3', services: names })
  const before = await server.get(apiPath`/api/services`)
  const older = before.known ? readServices(before.value) : null
  if (older !== null) return known({ api: 'before', services: older })
  return before.known ? unknown('failed', 'it answers as no Jaeger does') : before
}

function wantedOf({ where }: TracingServer, all: readonly string[], named: string | null): readonly string[] {
  if (named === null) return all.filter((it) => !ownName.test(it)).toSorted()
  if (all.includes(named)) return [named]
  const near = closest(named, all)
  throw new ToolError(
    'not-found',
    `${where} knows no service \`${named}\``,
    all.length === 0
      ? 'it knows none at all: nothing has sent it a span'
      : `it knows ${some(near.length > 0 ? near : all.toSorted(), 12)}`,
  )
}

interface Finding extends TracesAsk {
  readonly api: Api
  readonly service: string
  readonly chosenBy: SpansAnswer['chosenBy']
  readonly now: number
  readonly most: number
}

/** null: it was asked, and gave nothing that can be read. */
async function find(server: TracingServer, finding: Finding): Promise<SpansAnswer | null> {
  for (let most = finding.most; most >= fewest; most = Math.floor(most / 4)) {
    const text = await server.get(findPath({ ...finding, most }))
    if (text.known) return answerOf(text.value, finding.chosenBy, most)
    // Some storages, and some versions of v3, say 404 where a search has no trace.
    if (text.why.reason === 'not-there') return { read: nothing, chosenBy: finding.chosenBy, isLimited: false }
    if (text.why.reason !== 'cut-off') return null
  }
  return null
}

const nothing = { spans: [], unread: 0, end: 'whole' } as const

function answerOf(text: string, chosenBy: SpansAnswer['chosenBy'], most: number): SpansAnswer {
  const read = readTraces(text)
  const traces = new Set(read.spans.map((it) => it.trace)).size
  const end = read.refused !== null && read.refused !== 404 ? 'cut-off' : read.end
  return { read: { spans: read.spans, unread: read.unread, end }, chosenBy, isLimited: traces >= most }
}

/** v3 has called its limit `num_traces`, and then `search_depth`: what it does not know it leaves alone. */
function findPath({ api, service, chosenBy, sinceMs, slowMs, now, most }: Finding): ApiPath {
  const [from, to] = [now - sinceMs, now + aheadMs]
  const isSlow = chosenBy === 'length'
  if (api === 'before')
    return `${apiPath`/api/traces`}${queryOf({
      service,
      start: from * 1000,
      end: to * 1000,
      limit: most,
      minDuration: isSlow ? `${slowMs}ms` : undefined,
    })}` as ApiPath
  return `${apiPath`/api/v3/traces`}${queryOf({
    'query.service_name': service,
    'query.start_time_min': new Date(from).toISOString(),
    'query.start_time_max': new Date(to).toISOString(),
    'query.num_traces': most,
    'query.search_depth': most,
    'query.duration_min': isSlow ? `${slowMs}ms` : undefined,
  })}` as ApiPath
}

async function oneTrace(server: TracingServer, id: string): Promise<TracesGot> {
  for (const path of [apiPath`/api/v3/traces/${id}`, apiPath`/api/traces/${id}`]) {
    const text = await server.get(path)
    const got = text.known ? answerOf(text.value, 'length', Number.POSITIVE_INFINITY) : null
    if (got !== null && got.read.spans.length > 0) return { answers: [got], unanswered: 0 }
    if (!text.known && text.why.reason !== 'not-there')
      throw new ToolError('unreachable', `${server.where} gave no trace: ${text.why.detail}`, 'try again in a moment')
  }
  throw new ToolError(
    'not-found',
    `${server.where} has no trace ${id}`,
    'it was not sampled, not sent yet, or is older than what is kept; an id has up to 32 digits of 0-9a-f',
  )
}
