import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { calledBy, toldCalls } from './called-services.ts'
import { isOver, podsOfServices } from './service-selects-pod.ts'

/**
 * The Services that these pods' specs tell them to call, with the pods and workloads behind them: what is wrong there
 * is felt here, and whoever asks about the caller has to be told. One call far, as of what a callee calls in turn the
 * callee speaks (needsOfPods).
 */
export function calleesOfPods({ sources, scope }: Model, pods: readonly Pod[]): ReadonlySet<string> {
  const { services, clusterDns, pods: all } = sources
  if (!services.known) return new Set()
  const around = {
    services: services.value,
    namespaces: null,
    domain: clusterDns.known ? clusterDns.value.domain : null,
    scope: { namespace: scope.namespace },
  }
  const named = new Map(services.value.map((it) => [`${it.namespace}/${it.name}`, it]))
  const called = new Set<Service>()
  for (const { pod, call } of toldCalls(pods)) {
    const to = calledBy(pod, call, around)
    const service = 'service' in to ? to.service : abovePod(call.host, pod.namespace, named)
    if (service !== null) called.add(service)
  }
  if (called.size === 0) return new Set()
  const behind = podsOfServices(all.known ? all.value.filter((it) => !isOver(it)) : [])
  return new Set(
    [...called].flatMap((it) => [
      subjectKey(subject('Service', it.namespace, it.name)),
      ...behind(it).flatMap((pod) => [`Pod/${pod.namespace}/${pod.name}`, subjectKey(workloadOfPod(pod))]),
    ]),
  )
}

/** The headless Service of `postgres-0.postgres`, a pod by its own name. */
function abovePod(host: string, home: string, named: ReadonlyMap<string, Service>): Service | null {
  const [, name, namespace = home, ...more] = (host.split('.svc', 1)[0] ?? '').split('.')
  return name === undefined || more.length > 0 ? null : (named.get(`${namespace}/${name}`) ?? null)
}
