import { basename } from 'node:path'
import { runAnswer } from '../report/formats/run-answer.ts'
import { runOf } from '../report/diagnosis/json.ts'
import type { ClusterAsk, ProbeAsk } from '../session/asks.ts'
import { diagnoseCluster } from '../session/diagnose.ts'
import type { Gathered } from '../session/gather.ts'
import type { Keep } from '../session/keep-run.ts'
import type { Diagnosed } from '../session/select.ts'
import { type Traced, traceCluster } from '../session/trace.ts'
import type { Ended } from '../session/with-cluster.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Allowed } from './allowed.ts'
import type { Outcome, Times, Work } from './live.ts'
import type { Wanted } from './wanted.ts'

/** As long as on the command line. */
const runMs = 180_000

/** What a form asks for, as the use-case that does it. */
export function workOf(wanted: Wanted, allowed: Allowed, { consentMs }: Times): Work {
  return async (caller) => {
    const watch = stopwatch()
    const ask = { ...askOf(wanted, allowed, consentMs), keepIn: allowed.runs }
    const ended =
      wanted.ends === null
        ? await diagnoseCluster({ ...ask, target: wanted.target }, caller)
        : await traceCluster({ ...ask, start: wanted.ends.from, end: wanted.ends.to }, caller)
    return answered(ended, watch)
  }
}

/** Which cluster is no field of a form: it is the one that the page was started for. */
function askOf(wanted: Wanted, { cluster, image }: Allowed, consentMs: number): ClusterAsk & ProbeAsk {
  const { allNamespaces: _, ...rest } = cluster
  return {
    ...rest,
    ...(wanted.namespace === null ? {} : { namespace: wanted.namespace }),
    ...(wanted.allNamespaces ? { allNamespaces: true } : {}),
    image,
    probeName: 'example.com',
    ...(wanted.level === 'read' ? {} : { probe: true }),
    ...(wanted.level === 'node' ? { nodeAccess: true } : {}),
    // The wait for a yes is not the cluster's.
    timeout: wanted.level === 'read' ? runMs : runMs + consentMs,
  }
}

type Found = Diagnosed & Gathered & { readonly keep: Keep } & Partial<Pick<Traced, 'trace'>>

async function answered(
  ended: Ended<Found>,
  watch: ReturnType<typeof stopwatch>,
): Promise<Ended<Extract<Outcome, { kind: 'answer' }>>> {
  if (ended.kind !== 'done') return ended
  const { diagnosis, trace, keep, isLate } = ended.value
  const written = await keep()
  const answer = runAnswer(diagnosis, trace ?? null, runOf(watch))
  const kept = written.file === null ? null : basename(written.file, '.hops')
  const unkept = written.file === null ? written.why : null
  return { kind: 'done', value: { kind: 'answer', answer, kept, unkept, isLate } }
}
