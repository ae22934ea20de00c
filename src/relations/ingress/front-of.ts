import type { Ingress } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { policiesOfPods } from '../policy/policy-applies-to-pod.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { controllersByClass } from './controller-services.ts'

/**
 * What requests for these Ingresses come through: their controllers, whose workloads, the Services before them, and the
 * policies on them.
 */
export function frontOf({ sources }: Model, ingresses: readonly Ingress[]): ReadonlySet<string> {
  const { ingressClasses, ingressControllers, services, pods, networkPolicies } = sources
  if (ingresses.length === 0 || !ingressControllers.known) return new Set()
  const controllersOf = controllersByClass({
    ingressClasses: ingressClasses.known ? ingressClasses.value : [],
    ingressControllers: ingressControllers.value,
  })
  const own = new Set(ingresses.flatMap(controllersOf).map((it) => `${it.namespace}/${it.pod}`))
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  const isOwn = (it: { readonly namespace: string; readonly name: string }): boolean =>
    own.has(`${it.namespace}/${it.name}`)
  const policiesOf = policiesOfPods(networkPolicies.known ? networkPolicies.value : [])
  const ownPods = (pods.known ? pods.value : []).filter(isOwn)
  return new Set([
    ...[...own].map((it) => `Pod/${it}`),
    ...ownPods.map((it) => subjectKey(workloadOfPod(it))),
    ...ownPods
      .flatMap((it) => [...policiesOf(it, 'Ingress'), ...policiesOf(it, 'Egress')])
      .map((it) => subjectKey(subject('NetworkPolicy', it.namespace, it.name))),
    ...(services.known ? services.value : [])
      .filter((it) => podsOf(it).some(isOwn))
      .map((it) => subjectKey(subject('Service', it.namespace, it.name))),
  ])
}
