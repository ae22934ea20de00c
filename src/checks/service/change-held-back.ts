import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import type { HeldChange, Workload } from '../../model/workload.ts'
import { count, full, some } from '../../phrases.ts'
import { declaredPorts, portText } from '../../relations/service/service-endpoints.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { portUnserved } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The template has what is wanted, and the pods are of the one before: whoever reads the manifest finds nothing. A
 * paused Deployment and a partition are held back by somebody, OnDelete until the pods are deleted.
 */
export default check({
  code: 'SVC270',
  slug: 'service/change-held-back',
  title: 'a change of a workload is held back, and a Service waits for it',
  fine: 'no change that is held back has a port that a Service leads to',
  severity: 'warning',
  needs: ['workloads'],
  wants: ['services', 'pods'],
  remedies: [],
  decides: [],

  run({ workloads, services, pods }) {
    const held = workloads.flatMap((it) => (it.held === undefined ? [] : [{ workload: it, held: it.held }]))
    if (held.length === 0) return notApplicable('no change of a workload here is held back')
    const paused = held.filter((it) => it.held.by === 'paused')
    if (!services.known || !pods.known)
      return [...paused.map((it) => verdict(it, [])), cannotTell('not-there', 'which Services wait for such a change')]
    const podsOf = podsOfServices(pods.value)
    const behind = services.value.map((service) => ({ service, pods: podsOf(service).filter(isServing) }))
    const found = held.flatMap((it) => {
      const waiting = waitingFor(it, behind)
      // Of a canary by partition, and of agents by OnDelete, it is so for long and as somebody wants it.
      return waiting.length > 0 || paused.includes(it) ? [verdict(it, waiting)] : []
    })
    return found.length > 0 ? found : ok(held.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} ${whyHeld[args.by]}: ${count(args.pods, 'pod')} ${args.pods === 1 ? 'is' : 'are'} ` +
      'of the template before' +
      (args.ports.length === 0
        ? '.'
        : `, and Service ${args.service} leads to ${some(args.ports)}, which only the new one has.`),
    detail: ({ args }) => `${fields[args.by]} · ${count(args.pods, 'pod')} without the change`,
    note: ({ args }) =>
      args.ports.length === 0
        ? 'as somebody may have meant; what its manifest says is not what runs'
        : 'what its manifest says is not what runs; declared ports bind nothing, so that this is suspicion',
    help: ({ subject: on, args }) => [
      args.by === 'paused'
        ? 'let the change go out once it is meant to, or set the Service back to what runs'
        : 'delete the old pods one by one once the change is meant to go out, or lower the partition',
      args.by === 'paused'
        ? `kubectl -n ${on.namespace} rollout resume deployment/${on.name}`
        : `kubectl -n ${on.namespace} get pods -L controller-revision-hash`,
      `kubectl -n ${on.namespace} rollout status ${on.kind.toLowerCase()}/${on.name} --watch=false`,
      `kubectl -n ${on.namespace} rollout history ${on.kind.toLowerCase()}/${on.name}`,
    ],
  },
})

const whyHeld: Readonly<Record<HeldChange['by'], string>> = {
  paused: 'is paused, and a change of it waits',
  OnDelete: 'changes a pod only once it is deleted, and a change of it waits',
  partition: 'has a partition, and a change of it waits for some of its pods',
}

const fields: Readonly<Record<HeldChange['by'], string>> = {
  paused: 'spec.paused',
  OnDelete: 'spec.updateStrategy.type OnDelete',
  partition: 'spec.updateStrategy.rollingUpdate.partition',
}

interface Held {
  readonly workload: Workload
  readonly held: HeldChange
}

interface Behind {
  readonly service: Service
  readonly pods: readonly Pod[]
}

interface Waiting {
  readonly service: Service
  readonly port: ServicePort
}

/** Ports of Services all of whose pods are of it, that the new template declares and no pod that is there. */
function waitingFor({ workload, held }: Held, behind: readonly Behind[]): readonly Waiting[] {
  const key = subjectKey(subject(workload.kind, workload.namespace, workload.name))
  return behind.flatMap(({ service, pods }) => {
    if (pods.length === 0 || pods.some((it) => subjectKey(workloadOfPod(it)) !== key)) return []
    return service.ports
      .filter((it) => it.protocol === 'TCP')
      .filter((port) => {
        const isTarget = (it: { readonly name: string | null; readonly port: number }): boolean =>
          typeof port.targetPort === 'string' ? it.name === port.targetPort : it.port === port.targetPort
        const declared = pods.map((it) => declaredPorts(it, 'TCP'))
        return held.ports.some(isTarget) && declared.every((its) => its.length > 0 && !its.some(isTarget))
      })
      .map((port) => ({ service, port }))
  })
}

function verdict({ workload, held }: Held, waiting: readonly Waiting[]) {
  const on = subject(workload.kind, workload.namespace, workload.name)
  const [first] = waiting
  return finding({
    subject: on,
    also: waiting.map(({ service }) => subject('Service', service.namespace, service.name)),
    confidence: first === undefined ? 'inferred' : 'possible',
    severity: first === undefined ? 'info' : 'warning',
    args: {
      by: held.by,
      pods: held.pods,
      service: first === undefined ? '' : full(first.service),
      ports: waiting.filter((it) => it.service === first?.service).map(({ port }) => `${port.targetPort}`),
    },
    evidence: [
      { kind: 'fact', label: fields[held.by], value: `${count(held.pods, 'pod')} without the change` },
      ...waiting.map(({ service, port }) => ({
        kind: 'fact' as const,
        label: `Service ${full(service)}, port ${portText(port)}`,
        value: `leads to ${port.targetPort}, which the template declares and the pods do not`,
      })),
    ],
    causes: waiting.map(({ service, port }) => portUnserved(service, port.port)),
  })
}
