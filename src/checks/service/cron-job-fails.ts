import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { labelSlip, templateOf } from '../../relations/policy/label-slip.ts'
import { jobFails } from '../../relations/symptom.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * A CronJob has no pod between its runs, and those of a run that failed are over: nothing of it is ever "not ready".
 * The Job says how it ended (batch/v1 types.go, JobStatus.conditions), and the CronJob when it last went well
 * (CronJobStatus.lastSuccessfulTime).
 */
export default check({
  code: 'SVC277',
  slug: 'service/cron-job-fails',
  title: 'the runs of a CronJob fail',
  fine: 'the last run of each CronJob went well',
  severity: 'warning',
  needs: ['workloads'],
  wants: ['pods', 'programLogs', 'networkPolicies'],
  remedies: [],
  decides: [],

  run({ workloads, pods, programLogs, networkPolicies }) {
    const crons = workloads.filter((it) => it.kind === 'CronJob' && it.cron?.suspended !== true)
    const runs = crons.map((cron) => ({ cron, jobs: runsOf(cron, workloads) }))
    const judged = runs.filter(({ jobs }) => jobs.some((it) => stateOf(it) !== 'open'))
    if (judged.length === 0) return notApplicable('no CronJob here has a run that is over')
    const found = judged.flatMap(({ cron, jobs }) => {
      const over = jobs.filter((it) => stateOf(it) !== 'open')
      const ill = over.findIndex((it) => stateOf(it) === 'well')
      const row = ill === -1 ? over.length : ill
      if (row === 0) return []
      return [verdict({ cron, over, row }, { pods, programLogs, networkPolicies })]
    })
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `CronJob ${full(on)} fails: ` +
      (args.row === 1 ? 'its last run did not end well' : `its last ${count(args.row, 'run')} did not end well`) +
      `${args.reason === '' ? '' : ` (${args.reason})`}.`,
    detail: ({ args }) =>
      `${args.ever ? 'a run went well before' : 'no run of it went well so far'} · last: Job ${args.job}` +
      (args.exits.length === 0 ? '' : ` · its container ended with code ${some(args.exits.map(String))}`) +
      (args.calls.length === 0 ? '' : ` · its log: ${some(args.calls, 2)}`),
    note: ({ args }) =>
      args.slip.length === 0
        ? 'its pods are over, so that nothing of it is not ready; what a run calls while it lasts is not measured here'
        : `a rule of NetworkPolicy ${args.policy} wants ${some(args.slip)}: that stands on the CronJob, and not on ` +
          'its pod template, so that no pod bears it',
    help: ({ subject: on, args }) => [
      args.slip.length === 0
        ? 'read what the last run wrote, and trace to what it calls while a run goes on'
        : `put ${some(args.slip)} into ${args.template} of CronJob ${on.name}`,
      `kubectl -n ${on.namespace} logs job/${args.job} --tail=30`,
      `kubectl -n ${on.namespace} get jobs`,
    ],
  },
})

/** How a run ended: a Job that goes on, and whose pods failed again and again, ends so as well. */
function stateOf({ run }: Workload): 'ill' | 'well' | 'open' {
  if (run === undefined) return 'open'
  if (run.end === 'complete') return 'well'
  return run.end === 'failed' || run.failedPods >= fewestPods ? 'ill' : 'open'
}

/** A Job makes another pod where one failed (backoffLimit, 6 where nothing else is said). */
const fewestPods = 2

/** The newest first. */
function runsOf(cron: Workload, workloads: readonly Workload[]): readonly Workload[] {
  return workloads
    .filter(
      ({ kind, namespace, owner }) =>
        kind === 'Job' && namespace === cron.namespace && owner?.kind === 'CronJob' && owner.name === cron.name,
    )
    .toSorted((a, b) => (b.run?.started ?? 0) - (a.run?.started ?? 0))
}

interface Failing {
  readonly cron: Workload
  /** Runs that are over, the newest first. */
  readonly over: readonly Workload[]
  /** So many of them failed in a row. */
  readonly row: number
}

interface Around {
  readonly pods: Known<readonly Pod[]>
  readonly programLogs: Known<readonly ProgramLog[]>
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
}

function verdict({ cron, over, row }: Failing, { pods, programLogs, networkPolicies }: Around) {
  const [last] = over
  const job = last?.name ?? ''
  const its = (pods.known ? pods.value : []).filter(
    (it) => it.namespace === cron.namespace && it.owner?.kind === 'Job' && it.owner.name === job,
  )
  const slip = labelSlip(cron, networkPolicies.known ? networkPolicies.value : [], 'Ingress')
  const ever = over.length > row || (cron.cron?.lastSuccess ?? null) !== null
  return finding({
    subject: subject('CronJob', cron.namespace, cron.name),
    also: [...its.map((it) => subject('Pod', it.namespace, it.name)), subject('Job', cron.namespace, job)],
    confidence: 'inferred',
    // One that went well before may go well again.
    severity: row === 1 && ever ? 'info' : 'warning',
    args: {
      row,
      ever,
      reason: last?.run?.reason ?? '',
      job,
      exits: [...new Set(its.flatMap((it) => it.containers.flatMap(({ exitCode }) => exitCode ?? [])))].filter(
        (it) => it !== 0,
      ),
      calls: complaintsOf(its, programLogs),
      slip: slip?.pairs ?? [],
      policy: slip === null ? '' : full(slip.policy),
      template: templateOf('CronJob'),
    },
    evidence: over.slice(0, 3).map((it) => ({
      kind: 'fact' as const,
      label: `Job ${it.name}`,
      value: it.run?.end === 'complete' ? 'complete' : `failed ${it.run?.reason ?? ''}`.trimEnd(),
    })),
    symptoms: [jobFails(cron)],
  })
}

function complaintsOf(pods: readonly Pod[], logs: Known<readonly ProgramLog[]>): readonly string[] {
  const names = new Set(pods.map(full))
  const said = (logs.known ? logs.value : []).filter((it) => names.has(`${it.namespace}/${it.pod}`))
  return [
    ...new Set(
      said.flatMap((it) =>
        it.complaints.map(({ kind, host, port }) =>
          host === null ? kind : `${kind}, ${host}${port === null ? '' : `:${port}`}`,
        ),
      ),
    ),
  ]
}
