import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { put } from '../once.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'

interface Seen {
  readonly ingressClasses: readonly IngressClass[]
  readonly ingressControllers: readonly IngressController[]
  readonly services: readonly Service[]
  readonly pods: readonly Pod[]
}

/** What stands before the controllers of an Ingress. */
export interface Before {
  /** Services that lead to them from outside, as far as they and the pods were read. */
  readonly services: readonly Service[]
  /** One of them is on the host network: it has its node's address as well. */
  readonly onHost: boolean
}

const nobody: Before = { services: [], onHost: false }

/** Worked out once for each class: thousands of Ingresses have a few. */
export function beforeControllers({
  ingressClasses,
  ingressControllers,
  services,
  pods,
}: Seen): (ingress: Ingress) => Before {
  const podsOf = podsOfServices(pods)
  const outer = services.filter((it) => it.type === 'LoadBalancer' || it.type === 'NodePort')
  const byClass = new Map<string, Before>()
  return ({ className }) =>
    className === null
      ? nobody
      : put(byClass, className, () => {
          const named = ingressClasses.find((it) => it.name === className)
          const own = ingressControllers.filter(
            (it) => it.classNames.includes(className) || it.controller === named?.controller,
          )
          const names = new Set(own.map((it) => `${it.namespace}/${it.pod}`))
          const isOwn = (it: Pod): boolean => names.has(`${it.namespace}/${it.name}`)
          return {
            services: names.size === 0 ? [] : outer.filter((it) => podsOf(it).some(isOwn)),
            onHost: pods.some((it) => it.hostNetwork && isOwn(it)),
          }
        })
}

/** The controllers that an Ingress is for, by its class; empty where they are not seen, or it names none. */
export function controllersByClass({
  ingressClasses,
  ingressControllers,
}: Pick<Seen, 'ingressClasses' | 'ingressControllers'>): (ingress: Ingress) => readonly IngressController[] {
  const byClass = new Map<string, readonly IngressController[]>()
  return ({ className }) =>
    className === null
      ? []
      : put(byClass, className, () => {
          const named = ingressClasses.find((it) => it.name === className)
          return ingressControllers.filter(
            (it) => it.classNames.includes(className) || it.controller === named?.controller,
          )
        })
}
