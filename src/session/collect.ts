import { anonymize } from '../snapshot/anonymize.ts'
import { writeSnapshot } from '../snapshot/write.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { gather } from './gather.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface CollectAsk extends ClusterAsk, ProbeAsk {
  readonly target: string | null
  readonly out: string
  readonly anonymize?: boolean
}

export interface Collected {
  readonly out: string
  /** What was done to the cluster. */
  readonly touched: string
  readonly isLate: boolean
}

/** Writes what a diagnosis would look at into a file. */
export function collectToFile(ask: CollectAsk, caller: Caller): Promise<Ended<Collected>> {
  return withCluster(ask, caller, async (frame) => {
    const { model, touched, isLate } = await gather(frame, ask.target, { ...ask, traces: true })
    const shown = ask.anonymize === true ? anonymize(model) : model
    await writeSnapshot(ask.out, shown, { t0: new Date(), signal: frame.interrupt })
    return { out: ask.out, touched, isLate }
  })
}
