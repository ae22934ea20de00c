import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'

/**
 * What a cluster's DNS needs, from what was measured: one set of formulas for `dns capacity`, DNS103 and its remedy, so
 * that none of them says another number. Sources: coredns/deployment Scaling_CoreDNS.md (memory; 33,600 queries/s on
 * 1.9
 * vCPU of 2018, an order of magnitude), cluster-proportional-autoscaler README, and kubernetes/kubernetes
 * cluster/addons/dns (100m, 170Mi; 256 cores and 16 nodes a replica).
 */
export interface SizingInput {
  /** Over all servers, as they counted it themselves. */
  readonly queriesPerSecond: number | null
  readonly cpuSecondsPerQuery: number | null
  /** A server uses up its CPU limit: it hides what it can't answer, and answers in batches, which cost less each. */
  readonly atLimit: boolean
  readonly nodes: number | null
  readonly cores: number | null
  /** Pods and Services of all namespaces: CoreDNS holds them in memory. */
  readonly objects: number | null
  readonly autopath: boolean
  /** Of the server that has most. */
  readonly residentBytes: number | null
}

/** The same from the windows of a probe, whose own queries are taken out; null where no server told its rate. */
export function sizingOfProbe(seen: {
  readonly windows: readonly CoreDnsWindow[]
  readonly servers: number
  readonly ownQueries: number
  readonly atLimit: boolean
  readonly nodes: Known<readonly Node[]>
  readonly objects: number | null
  readonly autopath: boolean
}): Sizing | null {
  const told = seen.windows.filter((it) => it.requests !== null && it.windowMs > 0)
  if (told.length === 0) return null
  const requests = told.reduce((sum, it) => sum + (it.requests ?? 0), 0)
  const seconds = Math.max(...told.map((it) => it.windowMs)) / 1000
  const cpu = told.some((it) => it.cpuSeconds === null) ? null : told.reduce((sum, it) => sum + (it.cpuSeconds ?? 0), 0)
  const { nodes } = seen
  return dnsSizing({
    // At the limit our own queries took the place of others'.
    queriesPerSecond:
      (Math.max(0, requests - (seen.atLimit ? 0 : seen.ownQueries)) / seconds) *
      (Math.max(seen.servers, told.length) / told.length),
    cpuSecondsPerQuery: cpuPerQuery(cpu, requests),
    atLimit: seen.atLimit,
    nodes: nodes.known ? nodes.value.length : null,
    cores:
      nodes.known && nodes.value.every((it) => it.cpus !== null)
        ? nodes.value.reduce((sum, it) => sum + (it.cpus ?? 0), 0)
        : null,
    objects: seen.objects,
    autopath: seen.autopath,
    residentBytes: null,
  })
}

/** A number with how it came about; null where an input is unknown, and then `formula` says which. */
export interface Sized {
  readonly value: number | null
  readonly formula: string
}

export interface Sizing {
  readonly replicas: Sized
  /** Millicores for each replica. */
  readonly cpuRequestMilli: Sized
  readonly memoryLimitMi: Sized
  /** The `linear` parameters for cluster-proportional-autoscaler. */
  readonly autoscaler: {
    readonly coresPerReplica: number
    readonly nodesPerReplica: number
    readonly min: number
    readonly preventSinglePointFailure: boolean
    readonly includeUnschedulableNodes: boolean
  }
}

const coresPerReplica = 256
const nodesPerReplica = 16
/** Kept free, so that one server's end, or a peak of twice the rate, is no fault. */
const plannedShare = 0.5
/** Of the request, when one replica is gone: the alert line for CPU. */
const requestShare = 0.7
const memoryShare = 0.8
/** Measured in the lab: 1200 of 1500 queries/s answered at the limit, at half the price that they have without one. */
const hiddenFactor = 2
/** The rate moves by that much from minute to minute; a finer number would only look exact. */
const requestStepMilli = 100
const leastRequestMilli = 100
const leastMemoryMi = 170
const oldQueriesPerCpu = 17_000

export function dnsSizing(seen: SizingInput): Sizing {
  const input =
    seen.atLimit && seen.queriesPerSecond !== null
      ? { ...seen, queriesPerSecond: hiddenFactor * seen.queriesPerSecond }
      : seen
  const replicas = replicasOf(input)
  return {
    replicas,
    cpuRequestMilli: requestOf(input, replicas.value),
    memoryLimitMi: memoryOf(input),
    autoscaler: {
      coresPerReplica,
      nodesPerReplica,
      min: replicas.value ?? 2,
      preventSinglePointFailure: true,
      includeUnschedulableNodes: true,
    },
  }
}

/**
 * Enough to tell the cost of one: the CPU counter goes in steps of 10 ms, and an idle server's chores would count as
 * queries.
 */
export function cpuPerQuery(cpuSeconds: number | null, requests: number | null): number | null {
  return cpuSeconds === null || requests === null || requests < 500 || cpuSeconds < 0.05 ? null : cpuSeconds / requests
}

function replicasOf({ queriesPerSecond, cpuSecondsPerQuery, atLimit, nodes, cores }: SizingInput): Sized {
  const bySize =
    nodes === null
      ? null
      : Math.max(Math.ceil((cores ?? 0) / coresPerReplica), Math.ceil(nodes / nodesPerReplica), nodes > 1 ? 2 : 1)
  const perCpu = cpuSecondsPerQuery === null ? oldQueriesPerCpu : 1 / cpuSecondsPerQuery
  const byLoad =
    queriesPerSecond === null ? null : Math.ceil(queriesPerSecond / (plannedShare * perCpu)) + (nodes === 1 ? 0 : 1)
  const load =
    byLoad === null
      ? 'by load: unknown, no rate was seen'
      : `by load ceil(${rate(queriesPerSecond ?? 0, atLimit)} / (${plannedShare} x ${count(perCpu)} q/s per vCPU` +
        (cpuSecondsPerQuery === null ? ', an old measurement' : ', measured') +
        `))${nodes === 1 ? '' : ' + 1'} = ${byLoad}`
  const size =
    bySize === null
      ? 'by size: unknown, nodes were not seen'
      : `by size max(${cores === null ? '' : `ceil(${cores} cores / ${coresPerReplica}), `}ceil(${nodes} nodes / ` +
        `${nodesPerReplica})${(nodes ?? 0) > 1 ? ', 2' : ''}) = ${bySize}`
  const value = byLoad === null && bySize === null ? null : Math.max(byLoad ?? 0, bySize ?? 0)
  return { value, formula: `${load}; ${size}` }
}

function requestOf({ queriesPerSecond, cpuSecondsPerQuery, atLimit }: SizingInput, replicas: number | null): Sized {
  if (queriesPerSecond === null || replicas === null) return { value: null, formula: 'unknown: no rate was seen' }
  const each = cpuSecondsPerQuery ?? 1 / oldQueriesPerCpu
  const left = Math.max(1, replicas - 1)
  const needed = (queriesPerSecond * each * 1000) / left / requestShare
  const value = Math.max(leastRequestMilli, Math.ceil(needed / requestStepMilli) * requestStepMilli)
  return {
    value,
    formula:
      `max(${leastRequestMilli}m, ${rate(queriesPerSecond, atLimit)} x ${micro(each)}` +
      `${cpuSecondsPerQuery === null ? ' (an old measurement)' : ''} / ${left} ` +
      `${left === 1 ? 'replica' : 'replicas'} left when one is gone / ${requestShare} = ${Math.ceil(needed)}m), ` +
      `in steps of ${requestStepMilli}m`,
  }
}

function memoryOf({ objects, autopath, residentBytes }: SizingInput): Sized {
  const byObjects = objects === null ? null : megabytesFor(objects, autopath)
  const seen = residentBytes === null ? null : residentBytes / 2 ** 20
  if (byObjects === null && seen === null)
    return { value: null, formula: 'unknown: neither pods and Services nor the memory in use were seen' }
  const value = Math.max(leastMemoryMi, tens(Math.max(byObjects ?? 0, seen ?? 0) / memoryShare))
  const formula =
    byObjects === null
      ? 'pods and Services not seen'
      : `${objects} pods and Services / ${autopath ? '250 + 56, with autopath' : '1000 + 54'} = ` +
        `${Math.ceil(byObjects)} MB`
  const used = seen === null ? 'memory in use not seen' : `${Math.ceil(seen)} MB in use`
  return { value, formula: `max(${leastMemoryMi}Mi, the larger of ${formula}, ${used} / ${memoryShare})` }
}

function megabytesFor(objects: number, autopath: boolean): number {
  return autopath ? objects / 250 + 56 : objects / 1000 + 54
}

/** A ConfigMap for cluster-proportional-autoscaler. */
export interface AutoscalerConfigMap {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly data: { readonly linear: string }
}

/** The ConfigMap that cluster-proportional-autoscaler reads (`--configmap`, `--namespace`). */
export function autoscalerConfigMap({ autoscaler }: Sizing): AutoscalerConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'dns-autoscaler', namespace: 'kube-system' },
    data: { linear: JSON.stringify(autoscaler) },
  }
}

function rate(queriesPerSecond: number, atLimit: boolean): string {
  return atLimit
    ? `${hiddenFactor} x ${count(queriesPerSecond / hiddenFactor)} q/s seen at the CPU limit`
    : `${count(queriesPerSecond)} q/s`
}

function tens(value: number): number {
  return Math.ceil(value / 10) * 10
}

function count(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 0 : 1)
}

function micro(seconds: number): string {
  return `${Math.round(seconds * 1e6)} us`
}
