import * as v from 'valibot'
import { flag, known, maybeNumber, maybeText, number, run, text } from './parts.ts'

export const rates = v.strictObject({
  seconds: number,
  requests: maybeNumber,
  cpuSeconds: maybeNumber,
  responses: v.record(text, number),
  cacheHits: maybeNumber,
  cacheMisses: maybeNumber,
  residentBytes: maybeNumber,
  upstream: v.nullable(v.strictObject({ queries: number, seconds: number })),
  p99Seconds: v.pipe(maybeNumber, v.description('the upper end of a bucket of its histogram')),
  durations: v.array(v.strictObject({ upTo: v.pipe(maybeNumber, v.description('null is no bound')), count: number })),
})

const sized = v.strictObject({ value: maybeNumber, formula: text })

export const capacity = v.strictObject({
  schema: v.literal('hopscope/dns-capacity/v1'),
  kind: v.literal('dns-capacity'),
  headline: text,
  ...run,
  servers: v.array(
    v.strictObject({
      pod: text,
      node: maybeText,
      cpuLimitMilli: maybeNumber,
      cpuRequestMilli: maybeNumber,
      memoryLimitBytes: maybeNumber,
      nodeCores: maybeNumber,
      nodeRequestedMilli: maybeNumber,
      rates: known(rates),
    }),
  ),
  queriesPerSecond: maybeNumber,
  cpuSecondsPerQuery: maybeNumber,
  responses: v.record(text, number),
  cacheHitShare: maybeNumber,
  nxdomainShare: maybeNumber,
  servfailShare: maybeNumber,
  upstream: v.nullable(v.strictObject({ queries: number, meanMs: maybeNumber })),
  skew: v.pipe(maybeNumber, v.description('the busiest server’s rate over the idlest’s')),
  pods: maybeNumber,
  services: maybeNumber,
  nodes: maybeNumber,
  cores: maybeNumber,
  replicas: maybeNumber,
  sizing: v.strictObject({
    replicas: sized,
    cpuRequestMilli: sized,
    cpuLimitMilli: v.pipe(v.null(), v.description('none: a limit makes lookups slow')),
    memoryLimitMi: sized,
    autoscaler: v.strictObject({
      coresPerReplica: number,
      nodesPerReplica: number,
      min: number,
      preventSinglePointFailure: flag,
      includeUnschedulableNodes: flag,
    }),
    configMap: v.strictObject({
      apiVersion: text,
      kind: text,
      metadata: v.strictObject({ name: text, namespace: text }),
      data: v.strictObject({ linear: text }),
    }),
  }),
  usedUp: v.pipe(
    v.array(
      v.strictObject({
        pod: text,
        what: v.picklist(['cpu-limit', 'node-cores', 'memory-limit']),
        share: number,
        of: v.nullable(number),
      }),
    ),
    v.description('each is ground for exit code 1'),
  ),
})

const client = v.strictObject({
  sent: number,
  answered: number,
  refused: number,
  lost: number,
  p50Ms: number,
  p99Ms: number,
  durationMs: number,
})

export const load = v.strictObject({
  schema: v.literal('hopscope/dns-load/v1'),
  kind: v.literal('dns-load'),
  headline: text,
  ...run,
  target: v.pipe(number, v.description('queries a second')),
  end: v.strictObject({
    kind: v.picklist(['reached', 'saturated', 'harm', 'client', 'blind', 'out-of-time']),
    why: text,
    carried: v.pipe(number, v.description('queries a second, without loss and within the bound')),
    queries: number,
  }),
  steps: v.array(
    v.strictObject({
      asked: v.pipe(number, v.description('queries a second; 0 is the look around before the load')),
      load: client,
      canary: client,
      servers: v.array(
        v.strictObject({
          pod: text,
          ip: text,
          windowMs: number,
          cpuSeconds: maybeNumber,
          cpuLimitMilli: maybeNumber,
          requests: maybeNumber,
          responses: v.record(text, number),
          slowShare: maybeNumber,
          forwardFailures: maybeNumber,
        }),
      ),
      heldShare: v.pipe(number, v.description('of moments at which all queries waited for the server')),
      throttledMs: maybeNumber,
      lagMs: number,
    }),
  ),
})
