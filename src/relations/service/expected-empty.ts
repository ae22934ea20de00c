import { closest } from '../../closest.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { isLive, selectorOf } from './service-selects-pod.ts'

/** Why a Service may well select no pod. */
export type ExpectedEmpty =
  /** It is there to scrape a part of the control plane that does not run as a pod here. */
  | { readonly kind: 'control-plane'; readonly part: string }
  /** Its pods take roles, and the only one there is has another. */
  | { readonly kind: 'role'; readonly pod: string; readonly role: string; readonly sibling: string }

/**
 * Labels of kubeadm's static pods and of kube-proxy. Charts make headless Services of these, whatever cluster they are
 * put into (kube-prometheus-stack: kubeScheduler, kubeEtcd and so on are enabled by default); where a cloud runs the
 * control plane, or kube-proxy is no such pod, they stay empty.
 */
const controlPlane = /^(?:kube-(?:apiserver|controller-manager|scheduler|proxy|etcd)|etcd)$/

/**
 * Services that select nothing and miss nothing. `pods` and `services` are those of the Service's namespace; what
 * selects nothing else is a fault, or a leftover.
 */
export function expectedEmpty(
  service: Service,
  services: readonly Service[],
  pods: readonly Pod[],
): ExpectedEmpty | null {
  const pairs = Object.entries(selectorOf(service) ?? {})
  const [first] = pairs
  const isPart =
    pairs.length === 1 &&
    first !== undefined &&
    ['component', 'k8s-app'].includes(first[0]) &&
    controlPlane.test(first[1])
  if (isPart && service.clusterIP === 'None' && service.namespace === 'kube-system')
    return { kind: 'control-plane', part: first[1] }
  return pairs.length < 2 ? null : otherRole(service, services, pods)
}

/**
 * Operators of databases keep a Service for each role (CloudNativePG `-rw` and `-ro`, Zalando's `-repl`, Redis): with
 * one pod, the role of a replica is taken by none. Two pods of which none leads are a fault, and not told here.
 */
function otherRole(service: Service, services: readonly Service[], pods: readonly Pod[]): ExpectedEmpty | null {
  const own = selectorOf(service) ?? {}
  for (const key of Object.keys(own).filter((it) => /role$/i.test(it))) {
    const rest = Object.entries(own).filter(([it]) => it !== key)
    const members = pods.filter((it) => isLive(it) && rest.every(([name, value]) => it.labels[name] === value))
    const [only] = members
    if (members.length !== 1 || only === undefined || closest(own[key] ?? '', [only.labels[key] ?? '']).length > 0)
      continue
    const sibling = services.find((it) => {
      const theirs = selectorOf(it) ?? {}
      const alike =
        Object.keys(theirs).length === rest.length + 1 && rest.every(([name, value]) => theirs[name] === value)
      return it !== service && alike && theirs[key] !== undefined && theirs[key] === only.labels[key]
    })
    if (sibling !== undefined)
      return { kind: 'role', pod: only.name, role: only.labels[key] ?? '', sibling: sibling.name }
  }
  return null
}
