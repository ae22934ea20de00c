import { diagnose } from '../engine.ts'
import { addressOf } from '../probe/outside/ask-outside.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import { besideOf } from './baseline.ts'
import type { Caller } from './events.ts'
import { gather, type Gathered } from './gather.ts'
import { type Keep, keeper } from './keep-run.ts'
import { type PacketsAsk, packetsOf, withPackets } from './packets.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface DiagnoseAsk extends ClusterAsk, ProbeAsk, ChecksAsk, PacketsAsk {
  /** svc/x, pod/x, a URL, `dns`; null: everything in the namespace. */
  readonly target: string | null
  /** The folder in which each run leaves a file; null: none does. */
  readonly keepIn: string | null
}

export interface DiagnosedLive extends Diagnosed, Gathered {
  /** Leaves the file from which the same can be diagnosed again. */
  readonly keep: Keep
  readonly seconds: number
}

/** Reads the cluster, probes it when asked to, and runs the checks. What is named wrongly is said before it begins. */
export async function diagnoseCluster(ask: DiagnoseAsk, caller: Caller): Promise<Ended<DiagnosedLive>> {
  const how = checksOf(ask)
  checkLb(ask)
  const packets = await packetsOf(ask)
  const began = performance.now()
  return withCluster(ask, caller, async (frame) => {
    const read = await gather(frame, ask.target, { ...ask, traces: true })
    const gathered = { ...read, model: withPackets(read.model, packets) }
    const keep = keeper(gathered.model, ask.keepIn)
    const seconds = (performance.now() - began) / 1000
    const diagnosis = diagnose(gathered.model, how)
    return { ...gathered, keep, seconds, diagnosis, beside: await besideOf(ask, how, diagnosis) }
  })
}

/** A slip is said before anything is asked. */
export function checkLb({ target, lb, probe, nodeAccess }: Pick<DiagnoseAsk, 'target'> & ProbeAsk): void {
  if (lb === undefined) return
  if (target === null || !/^https?:/i.test(target))
    throw new ToolError('usage', '--lb is for a URL', 'hopscope diagnose https://HOST/PATH --probe --lb ADDRESS')
  if (probe !== true && nodeAccess !== true)
    throw new ToolError('usage', '--lb asks a load balancer, and reading alone asks nobody', 'add --probe')
  if (addressOf(lb) === null)
    throw new ToolError('usage', `\`${lb}\` is no address of a load balancer`, 'HOST, HOST:PORT, or an IP address')
}
