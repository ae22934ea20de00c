import { pods, services } from '../kube/resources.ts'
import type { Pod } from '../model/pod.ts'
import { type Subject, subjectKey } from '../model/subject.ts'
import { podsOfServices } from '../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import { ToolError } from '../tool-error.ts'
import { createIntern } from '../wire/intern.ts'
import { projectPod } from './project/pod.ts'
import { projectService } from './project/service.ts'
import { type Names, resolveTarget } from './target.ts'

export interface OnePod {
  readonly pod: string
  /** Of how many it is one; null: it was named itself. */
  readonly of: number | null
}

/**
 * Wherever a pod is taken: the one that is named, or one of a workload or a Service, as `kubectl exec deploy/x` takes
 * one: a ready one first, and the same one each time.
 */
export async function onePod(text: string, cluster: Names, namespace: string, forms: string): Promise<OnePod> {
  const word = text.includes('/') ? text : `pod/${text}`
  const { target } = await resolveTarget(word, cluster, namespace)
  if (target.kind !== 'object' || !starts.has(target.object.kind))
    throw new ToolError('usage', `\`${text}\` is no pod, and has none of its own`, forms)
  if (target.object.kind === 'Pod') return { pod: target.object.name, of: null }
  const all = await podsIn(cluster, text, namespace)
  return firstOf(await ofObject(target.object, all, cluster), text, namespace)
}

/** Of whom the answer is, `takes pod cart-1, one of 3 of deploy/cart`; null where the user named the pod. */
export function takenText(target: string, { pod, of }: OnePod): string | null {
  return of === null ? null : `takes pod ${pod}, ${of === 1 ? 'the only one' : `one of ${of}`} of ${target}`
}

const starts: ReadonlySet<string> = new Set([
  'Pod',
  'Service',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
])

async function ofObject(object: Subject, all: readonly Pod[], cluster: Names): Promise<readonly Pod[]> {
  if (object.kind !== 'Service') {
    const wanted = subjectKey(object)
    return all.filter((it) => subjectKey(workloadOfPod(it)) === wanted)
  }
  const intern = createIntern()
  const found = await cluster.get(services, object.namespace, object.name, (raw) => projectService(raw, intern))
  return found.known && found.value !== null ? podsOfServices(all)(found.value) : []
}

export async function podsIn(cluster: Names, text: string, namespace: string | null): Promise<readonly Pod[]> {
  const intern = createIntern()
  const listed = await cluster.list(pods, namespace === null ? {} : { namespace }, (raw) => projectPod(raw, intern))
  if (!listed.known)
    throw new ToolError(
      'forbidden',
      `the pods of ${text} are not known`,
      `this needs the right to ${listed.why.detail}`,
    )
  return listed.value.flatMap((it) => it ?? [])
}

function firstOf(its: readonly Pod[], text: string, namespace: string): OnePod {
  const own = its.filter((it) => !it.deleting).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const running = own.filter((it) => it.phase === 'Running')
  const pod = running.find((it) => it.ready) ?? running[0] ?? own[0]
  if (pod === undefined)
    throw new ToolError(
      'not-found',
      `${text} has no pod in namespace ${namespace}`,
      `hopscope diagnose ${text} -n ${namespace} says why`,
    )
  return { pod: pod.name, of: own.length }
}
