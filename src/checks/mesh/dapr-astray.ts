import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Subject } from '../../model/subject.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { podsUnready, unready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With `dapr.io/app-port` daprd waits until something listens there, and is not ready before (dapr/dapr, runtime:
 * blockUntilAppIsReady). Its injector is a webhook whose failure is ignored: pods that are made while it is away have
 * no sidecar, and nobody says so (dapr/dapr, charts/dapr: failurePolicy Ignore).
 */
export default check({
  code: 'MSH825',
  slug: 'mesh/dapr-astray',
  title: "Dapr's sidecar is missing, or waits for a port that the app has not",
  fine: "Dapr's sidecars are there, and none waits for a port that its application does not declare",
  severity: 'error',
  needs: ['pods'],
  remedies: [],
  decides: [],

  run({ pods }) {
    const asking = pods.flatMap((pod) => (pod.dapr === undefined || !isLive(pod) ? [] : [{ pod, dapr: pod.dapr }]))
    if (asking.length === 0) return notApplicable('no pod here asks for a sidecar of Dapr')
    const groups = Map.groupBy(asking, ({ pod }) => subjectKey(workloadOfPod(pod)))
    return [...groups.values()].flatMap((its) => {
      const [first] = its
      if (first === undefined) return []
      const on = workloadOfPod(first.pod)
      const lacking = its.filter((it) => it.dapr.sidecar === 'absent')
      const waiting = its.filter((it) => waitsFor(it.pod) !== null)
      if (lacking.length > 0) return [verdict(on, { is: 'absent', pods: lacking.map((it) => it.pod), of: its.length })]
      if (waiting.length > 0) return [verdict(on, { is: 'port', pods: waiting.map((it) => it.pod), of: its.length })]
      return [ok(its.length)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.is === 'absent'
        ? `${on.kind} ${full(on)} asks for a sidecar of Dapr, and ` +
          `${args.bad} of its ${count(args.of, 'pod')} have none.`
        : `Dapr's sidecar of ${on.kind} ${full(on)} waits for port ${args.port} of the application, which declares ` +
          `${some(args.declared.map(String), 3)}.`,
    detail: ({ args }) =>
      args.is === 'absent'
        ? 'dapr.io/enabled is set'
        : `dapr.io/app-port: ${args.port} · ${args.bad} of ${count(args.of, 'pod')} not ready: container daprd`,
    note: ({ args }) =>
      args.is === 'absent'
        ? "calls to localhost:3500 are refused; the injector's webhook is ignored where it does not answer"
        : 'daprd is not ready before something listens there; what a container declares opens nothing, so that the ' +
          'program may listen elsewhere',
    help: ({ subject: on, args }) =>
      args.is === 'absent'
        ? [
            'see that the injector runs, then create the pods again',
            'kubectl get pods -A -l app=dapr-sidecar-injector',
            `kubectl -n ${on.namespace} delete pod ${args.example}`,
          ]
        : [
            `set dapr.io/app-port to the port on which the program listens${suggestion(args.declared)}`,
            `kubectl -n ${on.namespace} logs ${args.example} -c daprd --tail=20`,
          ],
  },
})

function suggestion(declared: readonly number[]): string {
  const [only, ...more] = declared
  return only === undefined || more.length > 0 ? '' : `: ${only}`
}

/**
 * The ports that the application declares, where its sidecar is not ready and waits for none of them; null where the
 * port is one of them, where none is declared, and where something else keeps the sidecar: once it was ready, the
 * application listened.
 */
function waitsFor({ dapr, containers }: Pod): readonly number[] | null {
  const sidecar = containers.find((it) => it.name === 'daprd')
  const port = dapr?.appPort ?? null
  if (sidecar === undefined || sidecar.ready || sidecar.waiting !== null || port === null) return null
  const apps = containers.filter((it) => it.name !== 'daprd')
  const declared = apps.flatMap((it) => it.ports).filter((it) => it.protocol === 'TCP')
  const told = apps.flatMap((it) => it.listens ?? [])
  const isKnown = declared.length > 0 && apps.every((it) => it.ready)
  if (!isKnown || declared.some((it) => it.port === port) || told.some((it) => it.port === port)) return null
  return [...new Set(declared.map((it) => it.port))]
}

interface Astray {
  readonly is: 'absent' | 'port'
  readonly pods: readonly Pod[]
  readonly of: number
}

function verdict(on: Subject, { is, pods, of }: Astray) {
  const [first] = pods
  const declared = first === undefined ? [] : (waitsFor(first) ?? [])
  const port = first?.dapr?.appPort ?? null
  return finding({
    subject: on,
    confidence: 'inferred',
    // Left over from a Dapr that is gone, it is missed by nobody.
    severity: is === 'absent' ? 'warning' : 'error',
    args: { is, port, declared, bad: pods.length, of, example: first?.name ?? '' },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.template.metadata.annotations',
        lines: is === 'absent' ? ['dapr.io/enabled: true'] : [`dapr.io/app-port: ${port}`],
        at: 0,
        mark: is === 'absent' ? 'dapr.io/enabled' : `${port}`,
        label: is === 'absent' ? 'no container daprd' : `declared: ${some(declared.map(String), 3)}`,
      },
      { kind: 'fact', label: 'pods', value: some(pods.map((it) => it.name)) },
    ],
    causes: is === 'absent' ? [] : [podsUnready(on), ...pods.map(unready)],
  })
}
