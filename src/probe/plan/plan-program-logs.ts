import type { Model } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isMachinery, isOfUsers } from '../../relations/dns/own-pods.ts'
import { isSidecar } from '../../relations/service/mesh-sidecar.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { isBehind } from './plan-inside.ts'

/** One container whose log is read. */
export interface ProgramLogSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Bare words before a port that are somebody who can be called, in lower case. */
  readonly hosts: ReadonlySet<string>
}

/** Each log is two requests of some 50 KiB. */
export const mostLogs = { pods: 20, ofWorkload: 4, ofPod: 3 }

/**
 * The pods of what is asked about and the one that a trace starts from first, then those that are not ready, then one
 * pod of each workload in the scope. The machinery of a cluster has its own readers.
 */
export function planProgramLogs(model: Model): readonly ProgramLogSpec[] {
  const { pods, ingressControllers } = model.sources
  const { target, namespace, trace } = model.scope
  if (!pods.known || target.kind === 'dns') return []
  // What they say of requests that failed is read by itself, by Ingress (ING357 to ING359).
  const controllers = new Set(
    (ingressControllers.known ? ingressControllers.value : []).map((it) => `${it.namespace}/${it.pod}`),
  )
  const fit = pods.value.filter((it) => !controllers.has(full(it)) && isOfUsers(it))
  const object = target.kind === 'object' ? target.object : null
  const asked = new Set(
    fit.filter(
      (it) =>
        (it.namespace === trace?.from.namespace && it.name === trace.from.pod) ||
        (object !== null && it.namespace === object.namespace && isBehind(it, object, model)),
    ),
  )
  const others = fit.filter(
    (it) =>
      !asked.has(it) &&
      (namespace === it.namespace || !isMachinery(it, model.sources)) &&
      (object === null || object.namespace === null || it.namespace === object.namespace),
  )
  const seen = new Map<string, number>()
  const chosen = [...asked, ...others.filter((it) => !it.ready), ...others.filter((it) => it.ready)].filter((it) => {
    const on = subjectKey(workloadOfPod(it))
    const before = seen.get(on) ?? 0
    seen.set(on, before + 1)
    return before < (asked.has(it) ? mostLogs.ofWorkload : 1)
  })
  const hosts = hostsOf(model)
  return chosen.slice(0, mostLogs.pods).flatMap(({ namespace: home, name: pod, containers }) =>
    containers
      .filter((it) => !isSidecar(it))
      .slice(0, mostLogs.ofPod)
      .map(({ name: container }) => ({ namespace: home, pod, container, hosts })),
  )
}

/** Services as programs spell them, and whatever they are told to call. */
function hostsOf({ sources: { services, pods } }: Model): ReadonlySet<string> {
  return new Set([
    ...(services.known ? services.value : []).flatMap(({ namespace, name }) => [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ]),
    ...(pods.known ? pods.value : []).flatMap((it) =>
      it.containers.flatMap(({ calls = [] }) => calls.map(({ host }) => host.toLowerCase())),
    ),
  ])
}

export function announceProgramLogs(specs: readonly ProgramLogSpec[]): readonly string[] {
  if (specs.length === 0) return []
  const pods = new Set(specs.map((it) => `${it.namespace}/${it.pod}`)).size
  return [
    `reads the last five minutes of the log of ${count(specs.length, 'container')} of ${count(pods, 'pod')}, at most ` +
      '500 lines each, and keeps of it who is called in vain, and how often',
  ]
}
