import type { Ingress } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { controllersByClass } from './controller-services.ts'

/** What requests for these Ingresses come through: their controllers, whose workloads, and the Services before them. */
export function frontOf({ sources }: Model, ingresses: readonly Ingress[]): ReadonlySet<string> {
  const { ingressClasses, ingressControllers, services, pods } = sources
  if (ingresses.length === 0 || !ingressControllers.known) return new Set()
  const controllersOf = controllersByClass({
    ingressClasses: ingressClasses.known ? ingressClasses.value : [],
    ingressControllers: ingressControllers.value,
  })
  const own = new Set(ingresses.flatMap(controllersOf).map((it) => `${it.namespace}/${it.pod}`))
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  const isOwn = (it: { readonly namespace: string; readonly name: string }): boolean =>
    own.has(`${it.namespace}/${it.name}`)
  return new Set([
    ...[...own].map((it) => `Pod/${it}`),
    ...(pods.known ? pods.value : []).filter(isOwn).map((it) => subjectKey(workloadOfPod(it))),
    ...(services.known ? services.value : [])
      .filter((it) => podsOf(it).some(isOwn))
      .map((it) => subjectKey(subject('Service', it.namespace, it.name))),
  ])
}
