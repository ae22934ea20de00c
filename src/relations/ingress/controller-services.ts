import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'

/** The controllers that an Ingress is for, by its class; empty where they are not seen, or it names none. */
export function controllersOf(
  { className }: Ingress,
  classes: readonly IngressClass[],
  controllers: readonly IngressController[],
): readonly IngressController[] {
  if (className === null) return []
  const named = classes.find((it) => it.name === className)
  return controllers.filter((it) => it.classNames.includes(className) || it.controller === named?.controller)
}

/** Services that lead to these controllers from outside: as far as they and the pods were read. */
export function servicesBefore(
  controllers: readonly IngressController[],
  services: readonly Service[],
  pods: readonly Pod[],
): readonly Service[] {
  const names = new Set(controllers.map((it) => `${it.namespace}/${it.pod}`))
  const podsOf = podsOfServices(pods)
  return services.filter(
    (it) =>
      (it.type === 'LoadBalancer' || it.type === 'NodePort') &&
      podsOf(it).some((pod) => names.has(`${pod.namespace}/${pod.name}`)),
  )
}
