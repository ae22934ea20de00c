import { isOfUrl } from '../answers/trace/outside.ts'
import type { Trace } from '../answers/trace/hop.ts'
import { traceOf } from '../answers/trace/trace.ts'
import { resolveTrace } from '../collect/trace-target.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { readSnapshot } from '../snapshot/read.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { checkLb } from './diagnose.ts'
import { gather, type Gathered } from './gather.ts'
import { type Keep, keeper } from './keep-run.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface TraceAskOf extends ClusterAsk, ProbeAsk, ChecksAsk {
  /** pod/x, a workload or Service for one of its pods, node/x for one in its network, or `outside`. */
  readonly start: string
  /** svc/x[:port], pod/x[:port], deploy/x[:port], ingress/x, node/x:port, host:port or a URL. */
  readonly end: string
  readonly keepIn: string | null
}

export interface Traced extends Diagnosed {
  readonly trace: Trace
}

export interface TracedLive extends Traced, Gathered {
  readonly keep: Keep
  readonly seconds: number
}

/**
 * Follows the path from a pod to the other end: what objects say, what the pod itself reaches, and what stands beside.
 */
export async function traceCluster(ask: TraceAskOf, caller: Caller): Promise<Ended<TracedLive>> {
  const how = checksOf(ask)
  // An Ingress stands for a URL of its own.
  checkLb({ ...ask, target: /^ing\w*\//i.test(ask.end) ? 'http://' : ask.end })
  const began = performance.now()
  return withCluster(ask, caller, async (frame) => {
    const gathered = await gather(
      frame,
      (names, namespace) => resolveTrace({ from: ask.start, to: ask.end }, names, namespace),
      ask,
    )
    const keep = keeper(gathered.model, ask.keepIn)
    const seconds = (performance.now() - began) / 1000
    return { ...gathered, ...tracedIn(gathered.model, diagnose(gathered.model, how)), keep, seconds }
  })
}

/** The same from a recording of a trace. */
export async function traceFile(ask: ChecksAsk & { readonly from: string }): Promise<Traced> {
  const how = checksOf(ask)
  const model = await readSnapshot(ask.from)
  if (model.scope.trace === undefined && !isOfUrl(model))
    throw new ToolError(
      'usage',
      `${ask.from} is no recording of a trace`,
      `hopscope diagnose --from ${ask.from} reads it; each trace of a cluster names the file that it kept`,
    )
  return tracedIn(model, diagnose(model, how))
}

/** What a model of a trace says of it. */
export function tracedIn(model: Model, diagnosis: Diagnosis): Traced {
  const trace = traceOf(
    model,
    diagnosis.roots.map((it) => it.finding),
  )
  if (trace === null) throw new Error('a model without a trace')
  return { model, diagnosis, trace }
}
