import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isSidecar, meshOf } from '../../relations/service/mesh-sidecar.ts'

/**
 * A pod is over when each of its containers is. A sidecar of the old kind, an ordinary container, never ends: the Job
 * behind it runs for ever, and a CronJob that may not run twice never runs again. Native sidecars end with the pod.
 */
export default check({
  code: 'SVC235',
  slug: 'service/sidecar-outlives-job',
  title: 'a sidecar keeps a finished Job from ending',
  fine: 'no sidecar outlives the containers of a Job',
  severity: 'warning',
  needs: ['pods'],
  remedies: [],
  decides: ['MESH-06'],

  run({ pods }) {
    const jobs = pods.filter((it) => it.owner?.kind === 'Job' && it.phase === 'Running' && meshOf(it) !== null)
    if (jobs.length === 0) return notApplicable('no pod of a Job here has the sidecar of a mesh')
    const kept = jobs.filter((it) => {
      const own = it.containers.filter((one) => !isSidecar(one))
      return own.length > 0 && own.every(isOver) && it.containers.some((one) => isSidecar(one) && one.ready)
    })
    return kept.length > 0 ? kept.map(verdict) : ok(jobs.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${full(on)} of Job ${args.job} is done, and its sidecar ${args.sidecar} keeps it running.`,
    detail: ({ args }) => `${args.done} ended with exit code 0 · ${args.sidecar} runs`,
    note: () => 'the Job does not complete; a CronJob with concurrencyPolicy Forbid does not run again',
    help: ({ subject: on, args }) => [
      'let the mesh inject native sidecars (Kubernetes 1.29 and later), or end the sidecar from the job at its end',
      `kubectl -n ${on.namespace} exec ${on.name} -c ${args.sidecar} -- ${args.ending}`,
      `kubectl -n ${on.namespace} get pod ${on.name}`,
    ],
  },
})

/** A last run that went well, and none since. */
function isOver({ ready, waiting, exitCode, restarts, lastTermination }: Container): boolean {
  return !ready && waiting === null && exitCode === 0 && restarts === 0 && lastTermination === 'Completed'
}

function verdict(pod: Pod) {
  const sidecar = pod.containers.find(isSidecar)?.name ?? ''
  const done = pod.containers.filter((it) => !isSidecar(it)).map((it) => it.name)
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    confidence: 'inferred',
    args: {
      job: pod.owner?.name ?? '',
      sidecar,
      done: done.join(', '),
      ending:
        sidecar === 'istio-proxy'
          ? 'pilot-agent request POST quitquitquit'
          : 'curl -s -X POST http://localhost:4191/shutdown',
    },
    evidence: [{ kind: 'fact', label: 'containers that are done', value: done.join(', ') }],
  })
}
