import { spansOf } from '../../answers/spans/spans.ts'
import { diagnose } from '../../engine.ts'
import { model as modelOf } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import type { Spans, SpansAsked } from '../../model/spans.ts'
import { ToolError } from '../../tool-error.ts'
import { version } from '../../version.ts'
import { readTraces } from '../../wire/jaeger-json/read-traces.ts'
import { fromOutside } from '../../wire/outside.ts'
import type { ClusterAsk } from '../asks.ts'
import type { Caller } from '../events.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from '../select.ts'
import { type Ended, withCluster } from '../with-cluster.ts'
import { tracesFile } from './file.ts'
import { tracingAt } from './by-url.ts'
import { tracingIn } from './in-cluster.ts'
import { type TracesGot, tracesFrom, type TracingServer } from './tracing-server.ts'

export interface SpansAsk extends ClusterAsk, ChecksAsk {
  readonly service: string | null
  /** The id of one. */
  readonly trace?: string
  /** How far back is looked, and from when on a wait is long; in milliseconds. */
  readonly since: number
  readonly slow: number
  readonly from?: string
  readonly url?: string
}

export interface SpansDiagnosed extends Diagnosed {
  readonly spans: Spans
}

/** What traces say of where time went: of a file, of a server by its URL, or of the one in the cluster. */
export async function diagnoseSpans(ask: SpansAsk, caller: Caller): Promise<Ended<SpansDiagnosed>> {
  const how = spanChecks(ask)
  const trace = traceId(ask.trace)
  if (ask.from !== undefined && ask.url !== undefined)
    throw new ToolError('usage', '--from and --url name two places', 'leave one of them out')
  if (trace !== null && ask.service !== null)
    throw new ToolError('usage', 'a trace has services of its own', 'leave out the service, or --trace')
  const now = Date.now()
  if (ask.from !== undefined) return done(judged(await ofFile(ask.from, ask, trace), how))
  const asked = ({ where }: TracingServer): SpansAsked => {
    const sinceMs = trace === null ? ask.since : null
    return { where, service: ask.service, trace, sinceMs, slowMs: ask.slow, byLength: true }
  }
  const read = async (server: TracingServer): Promise<SpansDiagnosed> => {
    caller.tell({ kind: 'step', line: `asking ${server.where} for traces` })
    const got = await tracesFrom(server, { service: ask.service, trace, sinceMs: ask.since, slowMs: ask.slow }, now)
    caller.signal.throwIfAborted()
    return judged(told(asked(server), got), how)
  }
  if (ask.url !== undefined) {
    const server = tracingAt(ask.url, { timeoutMs: ask.requestTimeout, signal: caller.signal })
    try {
      return done(await read(server))
    } catch (error) {
      if (caller.signal.aborted) return { kind: 'interrupted', reached: false, left: [] }
      throw error
    }
  }
  const namespace = ask.allNamespaces === true ? null : (ask.namespace ?? null)
  return withCluster(ask, caller, async (frame) => read(await tracingIn(frame, namespace)))
}

function done(value: SpansDiagnosed): Ended<SpansDiagnosed> {
  return { kind: 'done', value }
}

/** 64 or 128 bits in hex, with or without leading zeros (W3C Trace Context, Jaeger). */
function traceId(text: string | undefined): string | null {
  if (text === undefined) return null
  if (!/^[0-9a-f]{1,32}$/i.test(text))
    throw new ToolError('usage', `\`${text}\` is no id of a trace`, 'it has up to 32 digits of 0-9 and a-f')
  return text.toLowerCase()
}

function spanChecks(ask: ChecksAsk): ReturnType<typeof checksOf> {
  const asked = checksOf(ask)
  return { ...asked, checks: asked.checks.filter((it) => it.slug.startsWith('spans/')) }
}

function told(asked: SpansAsked, { answers, unanswered }: TracesGot): Spans {
  return fromOutside(spansOf(asked, answers, { unanswered }))
}

async function ofFile(path: string, { slow, service }: SpansAsk, trace: string | null): Promise<Spans> {
  const { name, text } = await tracesFile(path)
  const read = readTraces(text)
  if (read.end === 'not-json' || read.end === 'no-traces' || (read.end === 'cut-off' && read.spans.length === 0))
    throw new ToolError(
      'bad-file',
      read.end === 'no-traces' ? `${name} holds JSON, and no traces` : `${name} is no JSON that can be read to its end`,
      "save what Jaeger answers: curl 'http://HOST:16686/api/traces?service=web' > traces.json",
    )
  const wanted = tracesOf(read.spans, service, trace)
  if (wanted.length === 0 && (service !== null || trace !== null))
    throw new ToolError('not-found', `${name} has no trace of ${trace ?? service}`, 'name none, to look at all in it')
  const asked = { where: name, service, trace, sinceMs: null, slowMs: slow, byLength: false }
  return told(asked, {
    answers: [{ read: { spans: wanted, unread: read.unread, end: read.end }, chosenBy: 'time', isLimited: false }],
    unanswered: 0,
  })
}

type ReadSpans = ReturnType<typeof readTraces>['spans']

/** Whole traces: of a service's, what it calls and what calls it. */
function tracesOf(spans: ReadSpans, service: string | null, trace: string | null): ReadSpans {
  if (trace !== null) return spans.filter((it) => it.trace.replace(/^0+/, '') === trace.replace(/^0+/, ''))
  if (service === null) return spans
  const its = new Set(spans.filter((it) => it.service === service).map((it) => it.trace))
  return spans.filter((it) => its.has(it.trace))
}

function judged(spans: Spans, how: ReturnType<typeof checksOf>): SpansDiagnosed {
  const model = modelOf(
    { spans: known(spans) },
    {
      scope: { namespace: null, target: { kind: 'everything' }, level: 'read' },
      cluster: { context: 'none', version: 'unknown', tool: version },
    },
  )
  return { model, diagnosis: diagnose(model, how), spans }
}
