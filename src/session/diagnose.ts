import { diagnose } from '../engine.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { gather, type Gathered } from './gather.ts'
import { keepRun } from './keep-run.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface DiagnoseAsk extends ClusterAsk, ProbeAsk, ChecksAsk {
  /** svc/x, pod/x, a URL, `dns`; null: everything in the namespace. */
  readonly target: string | null
  /** The folder in which each run leaves a file; null: none does. */
  readonly keepIn: string | null
}

export interface DiagnosedLive extends Diagnosed, Gathered {
  /** The file from which the same can be diagnosed again; null when none could be written. */
  readonly kept: string | null
  readonly seconds: number
}

/** Reads the cluster, probes it when asked to, and runs the checks. What is named wrongly is said before it begins. */
export async function diagnoseCluster(ask: DiagnoseAsk, caller: Caller): Promise<Ended<DiagnosedLive>> {
  const how = checksOf(ask)
  const began = performance.now()
  return withCluster(ask, caller, async (frame) => {
    const gathered = await gather(frame, ask.target, ask)
    const kept = ask.keepIn === null ? null : await keepRun(gathered.model, ask.keepIn)
    const seconds = (performance.now() - began) / 1000
    return { ...gathered, kept, seconds, diagnosis: diagnose(gathered.model, how) }
  })
}
