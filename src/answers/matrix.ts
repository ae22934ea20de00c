import type { ConnectResult } from '../model/contacts.ts'
import type { OtherPolicy } from '../model/network-policy.ts'
import type { Pod } from '../model/pod.ts'
import type { Model } from '../model/sources.ts'
import { type Subject, subjectKey } from '../model/subject.ts'
import type { Workload } from '../model/workload.ts'
import { textOrder } from '../model/text-order.ts'
import { crossedFlows, type CrossedFlow, disagreement, isLetThrough } from '../relations/policy/crossed-flows.ts'
import { othersOn, otherPolicyText } from '../relations/policy/other-policies.ts'
import { type Decision, type End, podEnd, policyRules, type PolicyRules } from '../relations/policy/policy-allows.ts'
import { offeredPorts } from '../relations/path/offered-ports.ts'
import { isLive } from '../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'

/**
 * A workload, since its pods mostly are treated alike; or what is outside of the cluster, by an address of nobody's.
 */
export interface MatrixRow {
  readonly workload: Subject | null
  readonly pods: number
}

export interface MatrixColumn extends MatrixRow {
  readonly port: number
}

/** What policies say of every pod here to every pod there. `differs`: some are let through and some are not. */
export type Said = 'allow' | 'deny' | 'differs' | 'left-to-cni'

export interface MatrixCell {
  /** Places in `rows` and `columns`. */
  readonly row: number
  readonly column: number
  readonly policies: Said
  /** Policies that deny, or that leave it open: `shop/default-deny`. */
  readonly by: readonly string[]
  /** One connect from a pod of the row to a pod of the column; null: none was made, or its tool did not tell. */
  readonly measured: ConnectResult | 'hung-up' | null
  readonly disagrees: 'not-enforced' | 'stopped' | null
}

export interface Matrix {
  readonly namespace: string | null
  readonly rows: readonly MatrixRow[]
  readonly columns: readonly MatrixColumn[]
  readonly cells: readonly MatrixCell[]
  readonly measured: number
  /** What stands in no cell, and why. */
  readonly leftOut: {
    /** Past the bound: each is a row, or a column, that is not shown. */
    readonly rows: number
    readonly columns: number
    /** Workloads that declare no TCP port, where none was named. */
    readonly withoutPort: readonly string[]
    /** Workloads with no pod that has an address now. */
    readonly withoutPod: number
    /** CronJobs between their runs: how policies treat their pods stands in no row. */
    readonly cronJobs: readonly string[]
  }
}

export interface MatrixAsk {
  /** null: the TCP ports that pods declare. */
  readonly port: number | null
}

/** A screen has no more; of more the first by name are shown, and how many are not is said. */
const most = 40
/** TEST-NET-2 (RFC 5737): an address outside that no cluster has. */
const outsideAddress = '198.51.100.7'
const outsidePort = 443

/** null: the pods or the policies are not known. Pure: the same from a recording. */
export function matrixOf({ scope, sources }: Model, { port }: MatrixAsk): Matrix | null {
  const { pods, networkPolicies, otherPolicies, namespaces, crossings, workloads: makers } = sources
  if (!pods.known || !networkPolicies.known) return null
  const own = pods.value.filter((it) => isLive(it) && (scope.namespace === null || it.namespace === scope.namespace))
  const placed = own.filter((it) => it.ip !== null)
  const workloads = [...Map.groupBy(placed, (it) => subjectKey(workloadOfPod(it))).values()]
    .flatMap((its) => its.slice(0, 1).map((first) => ({ workload: workloadOfPod(first), pods: its })))
    .toSorted((a, b) => textOrder(nameOf(a.workload), nameOf(b.workload)))
  const withPorts = workloads.map((it) => ({ ...it, ports: port === null ? offeredPorts(it.pods) : [port] }))
  const allColumns = withPorts.flatMap(({ ports, ...it }) => ports.map((one) => ({ ...it, port: one })))
  const [rows, columns] = [workloads.slice(0, most), allColumns.slice(0, most)]

  const decide = policyRules(networkPolicies.value, namespaces)
  const classes = classesOf(decide)
  const flows = crossedFlows(crossings.known ? crossings.value : [], pods.value, networkPolicies.value, namespaces)
  const flowAt = Map.groupBy(flows, (it) => flowKey(workloadOfPod(it.from), workloadOfPod(it.to), it.crossing.port))
  const outside: readonly End[] = [{ kind: 'address', ip: outsideAddress }]
  const rowEnds = [...rows.map((it) => classes(it.pods)), outside]
  const columnEnds = [
    ...columns.map((it) => ({ ends: classes(it.pods), port: it.port })),
    { ends: outside, port: port ?? outsidePort },
  ]
  const cells = rowEnds.flatMap((from, row) =>
    columnEnds.flatMap((to, column): readonly MatrixCell[] => {
      const [source, target] = [rows[row], columns[column]]
      if (source === undefined && target === undefined) return []
      const its =
        source === undefined || target === undefined
          ? []
          : (flowAt.get(flowKey(source.workload, target.workload, target.port)) ?? [])
      const others = othersOn(
        otherPolicies,
        [source, target].map((it) => it?.workload.namespace ?? null),
      )
      return [{ row, column, ...withOthers(said(decide, from, to), others), ...seen(its) }]
    }),
  )
  return {
    namespace: scope.namespace,
    rows: [...rows.map(({ workload, pods: its }) => ({ workload, pods: its.length })), { workload: null, pods: 0 }],
    columns: [
      ...columns.map((it) => ({ workload: it.workload, pods: it.pods.length, port: it.port })),
      { workload: null, pods: 0, port: port ?? outsidePort },
    ],
    cells,
    measured: cells.filter((it) => it.measured !== null).length,
    leftOut: {
      rows: workloads.length - rows.length,
      columns: allColumns.length - columns.length,
      withoutPort: withPorts.filter((it) => it.ports.length === 0).map((it) => nameOf(it.workload)),
      withoutPod: own.length - placed.length,
      cronJobs: idleCronJobs(makers.known ? makers.value : [], placed, scope.namespace),
    },
  }
}

/** Between its runs a CronJob has no pod; while one goes on, its Job is a row. */
function idleCronJobs(makers: readonly Workload[], placed: readonly Pod[], namespace: string | null) {
  const running = new Set(placed.map((it) => nameOf(workloadOfPod(it))))
  const busy = new Set(
    makers
      .filter((it) => it.owner?.kind === 'CronJob' && running.has(`${it.namespace}/${it.name}`))
      .map((it) => `${it.namespace}/${it.owner?.name ?? ''}`),
  )
  return makers
    .filter((it) => it.kind === 'CronJob' && (namespace === null || it.namespace === namespace))
    .map((it) => `${it.namespace}/${it.name}`)
    .filter((it) => !busy.has(it))
}

/** 1: something disagrees with the policies. */
export function matrixExitCode({ cells }: Matrix): 0 | 1 {
  return cells.some((it) => it.disagrees !== null) ? 1 : 0
}

export function nameOf({ namespace, name }: Subject): string {
  return `${namespace ?? ''}/${name}`
}

/** One pod of each class: policies treat the others as they treat it. */
function classesOf(decide: PolicyRules): (pods: readonly Pod[]) => readonly End[] {
  return (pods) => {
    const ends = pods.map(podEnd)
    return [...new Map(ends.map((it) => [decide.classOf(it), it])).values()]
  }
}

function flowKey(from: Subject, to: Subject, port: number): string {
  return `${subjectKey(from)} ${subjectKey(to)} ${port}`
}

function said(
  decide: PolicyRules,
  from: readonly End[],
  to: { readonly ends: readonly End[]; readonly port: number },
): Pick<MatrixCell, 'policies' | 'by'> {
  const decisions = from.flatMap((a) => to.ends.map((b) => decide({ from: a, to: b, port: to.port, protocol: 'TCP' })))
  const kinds = new Set(decisions.map((it) => it.kind))
  const by = decisions.flatMap((it) =>
    it.kind === 'allowed' ? [] : it.by.map((one) => `${one.namespace}/${one.name}`),
  )
  return { policies: saidBy(kinds), by: [...new Set(by)].toSorted(textOrder) }
}

/** What they say is not evaluated: a NetworkPolicy that denies may be overruled, and one that allows as well. */
function withOthers(
  cell: Pick<MatrixCell, 'policies' | 'by'>,
  others: readonly OtherPolicy[],
): Pick<MatrixCell, 'policies' | 'by'> {
  if (others.length === 0) return cell
  return { policies: 'left-to-cni', by: [...cell.by, ...others.slice(0, 3).map(otherPolicyText)] }
}

function saidBy(kinds: ReadonlySet<Decision['kind']>): Said {
  if (kinds.has('unknown')) return 'left-to-cni'
  if (kinds.has('denied')) return kinds.has('allowed') ? 'differs' : 'deny'
  return 'allow'
}

/** Pods are asked by their addresses. */
function measuredOf(result: CrossedFlow['crossing']['result']): ConnectResult | null {
  return result === 'no-name' ? 'error' : result
}

/** The worst that was measured: one pair that disagrees is not made good by another. */
function seen(flows: readonly CrossedFlow[]): Pick<MatrixCell, 'measured' | 'disagrees'> {
  const told = flows.filter((it) => it.crossing.result !== null)
  const wrong = told.find((it) => disagreement(it) !== null)
  const shown = wrong ?? told.find((it) => !isLetThrough(it.crossing)) ?? told[0]
  const isHungUp = shown?.crossing.hungUp === true
  const result = shown?.crossing.result ?? null
  return {
    measured: isHungUp ? 'hung-up' : measuredOf(result),
    disagrees: wrong === undefined ? null : disagreement(wrong),
  }
}
