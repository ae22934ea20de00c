import type { PodOrder, Workload } from '../../model/workload.ts'
import type { Intern } from '../../wire/intern.ts'
import { condition, identity, ownerOf } from './identity.ts'
import { servesOf } from './controller-products.ts'
import { heldOf } from './held-change.ts'
import { nextPodOf } from './next-pod.ts'
import { type Fields, count, fields, stringMap, text, whole } from './json.ts'

/** A list's items carry no `kind` of their own, so the caller says what was listed. null for what is none. */
export function projectWorkload(kind: Workload['kind'], raw: unknown, intern: Intern): Workload | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const status = fields(fields(raw)['status'])
  // A CronJob's pods bear the labels of the template in its jobTemplate (batch/v1 types.go).
  const maker = kind === 'CronJob' ? fields(fields(spec['jobTemplate'])['spec']) : spec
  const owner = ownerOf(it.metadata, intern)
  const counted = counts(kind, spec, status)
  const templateLabels = stringMap(fields(fields(maker['template'])['metadata'])['labels'])
  return {
    kind,
    namespace: it.namespace,
    name: it.name,
    owner,
    ...counted,
    templateLabels: intern.labels(templateLabels),
    ...(owner === null ? outerLabelsOf(it.metadata, { spec, templateLabels }, intern) : {}),
    ...runOf(kind, spec, status),
    ...refusedOf(status),
    ...timedOutOf(kind, status),
    ...servesOf(kind, fields(spec['template']), intern),
    ...(spec['paused'] === true ? { paused: true as const } : {}),
    ...heldOf(kind, fields(raw), intern),
    ...nextPodOf({ kind, owner, desired: counted.desired }, spec, fields(maker['template']), intern),
    ...(kind === 'StatefulSet' ? { serviceName: text(spec['serviceName']), order: orderOf(spec) } : {}),
  }
}

interface Maker {
  readonly spec: Fields
  readonly templateLabels: Readonly<Record<string, string>>
}

/** What stands on the object, or on a CronJob's jobTemplate, and is given to no pod: these get the template's alone. */
function outerLabelsOf(metadata: Fields, { spec, templateLabels }: Maker, intern: Intern) {
  const ofJob = fields(fields(spec['jobTemplate'])['metadata'])['labels']
  const outer = Object.entries({ ...stringMap(metadata['labels']), ...stringMap(ofJob) }).filter(
    ([key, value]) => templateLabels[key] !== value,
  )
  return outer.length === 0 ? {} : { outerLabels: intern.labels(Object.fromEntries(outer)) }
}

function runOf(kind: Workload['kind'], spec: Fields, status: Fields): Pick<Workload, 'run' | 'cron'> {
  if (kind === 'CronJob')
    return { cron: { suspended: spec['suspend'] === true, lastSuccess: seconds(status['lastSuccessfulTime']) } }
  if (kind !== 'Job') return {}
  const failed = condition(status, 'Failed')
  const isFailed = failed?.['status'] === 'True'
  const isComplete = condition(status, 'Complete')?.['status'] === 'True'
  const otherwise = isComplete ? ('complete' as const) : null
  return {
    run: {
      end: isFailed ? 'failed' : otherwise,
      reason: isFailed ? (text(failed['reason']) ?? '') : null,
      started: seconds(status['startTime']),
      failedPods: count(status['failed']),
    },
  }
}

function seconds(value: unknown): number | null {
  const at = Date.parse(text(value) ?? '')
  return Number.isNaN(at) ? null : Math.floor(at / 1000)
}

/** The API's defaults: OrderedReady, 0 s, from 0 (apps/v1 types.go). */
function orderOf(spec: Fields): PodOrder {
  return {
    parallel: spec['podManagementPolicy'] === 'Parallel',
    minReadySeconds: count(spec['minReadySeconds']),
    start: count(fields(spec['ordinals'])['start']),
  }
}

/** Deployments and ReplicaSets say it in a condition (ReplicaFailure); of the others only events tell. */
function refusedOf(status: Fields): Pick<Workload, 'refused'> {
  const failure = condition(status, 'ReplicaFailure')
  const said = failure?.['status'] === 'True' ? text(failure['message']) : null
  return said === null ? {} : { refused: said }
}

/** Progressing=False by ProgressDeadlineExceeded (pkg/controller/deployment/progress.go). */
function timedOutOf(kind: Workload['kind'], status: Fields): Pick<Workload, 'timedOut'> {
  const progress = kind === 'Deployment' ? condition(status, 'Progressing') : null
  return progress?.['status'] === 'False' && progress['reason'] === 'ProgressDeadlineExceeded'
    ? { timedOut: text(progress['message']) ?? 'ProgressDeadlineExceeded' }
    : {}
}

function counts(kind: Workload['kind'], spec: Fields, status: Fields): { desired: number; ready: number } {
  switch (kind) {
    case 'DaemonSet':
      return { desired: count(status['desiredNumberScheduled']), ready: count(status['numberReady']) }
    case 'Job':
      return { desired: wantedByJob(spec, status), ready: count(status['ready']) }
    case 'CronJob':
      // Between its runs a CronJob wants no pod, and the Job of a run counts its own.
      return { desired: 0, ready: 0 }
    default:
      // The API defaults an absent `replicas` to 1 (apps/v1 types.go).
      return { desired: Math.max(0, whole(spec['replicas']) ?? 1), ready: count(status['readyReplicas']) }
  }
}

/** Pods that should run now: none once it is finished or suspended, never more than completions still to come. */
function wantedByJob(spec: Fields, status: Fields): number {
  const finished =
    typeof status['completionTime'] === 'string' ||
    (Array.isArray(status['conditions']) &&
      status['conditions']
        .map(fields)
        .some((it) => (it['type'] === 'Complete' || it['type'] === 'Failed') && it['status'] === 'True'))
  if (finished || spec['suspend'] === true) return 0
  const parallelism = Math.max(0, whole(spec['parallelism']) ?? 1)
  const completions = whole(spec['completions'])
  return completions === null
    ? parallelism
    : Math.max(0, Math.min(parallelism, completions - count(status['succeeded'])))
}
