import type { DnsCapacity } from '../../answers/dns-capacity.ts'
import type { ClientView, LoadEnd, LoadStep } from '../../model/load.ts'
import { autoscalerConfigMap } from '../../relations/dns/dns-sizing.ts'
import type { Run } from '../diagnosis/json.ts'
import type { capacity, load } from '../schemas/capacity.ts'
import type { Output } from '../schemas/parts.ts'
import { capacityHeadline } from './dns-capacity.ts'
import { loadHeadline } from './dns-load.ts'

export function capacityAnswer(it: DnsCapacity, run: Run): Output<typeof capacity> {
  return {
    schema: 'hopscope/dns-capacity/v1',
    kind: 'dns-capacity',
    headline: capacityHeadline(it),
    ...run,
    ...it,
    sizing: { ...it.sizing, cpuLimitMilli: null, configMap: autoscalerConfigMap(it.sizing) },
  }
}

export interface Loaded {
  readonly steps: readonly LoadStep[]
  readonly end: LoadEnd
  /** Queries a second that were asked for. */
  readonly target: number
}

export function loadAnswer({ steps, end, target }: Loaded, run: Run): Output<typeof load> {
  return {
    schema: 'hopscope/dns-load/v1',
    kind: 'dns-load',
    headline: loadHeadline(end, target),
    ...run,
    target,
    end: { kind: end.kind, why: end.why, carried: end.carried, queries: end.queries },
    steps: steps.map((it) => ({
      asked: it.asked,
      load: clientOf(it.load),
      canary: clientOf(it.canary),
      servers: it.servers.map((one) => ({
        pod: one.pod,
        ip: one.ip,
        windowMs: one.windowMs,
        cpuSeconds: one.cpuSeconds,
        cpuLimitMilli: one.cpuLimitMilli,
        requests: one.requests,
        responses: one.responses,
        slowShare: one.slowShare,
        forwardFailures: one.forwardFailures,
      })),
      heldShare: it.held,
      throttledMs: it.throttledMs,
      lagMs: it.lagMs,
    })),
  }
}

function clientOf({
  sent,
  answered,
  refused,
  lost,
  p50,
  p99,
  ms,
}: ClientView): Output<typeof load>['steps'][0]['load'] {
  return { sent, answered, refused, lost, p50Ms: p50, p99Ms: p99, durationMs: ms }
}
