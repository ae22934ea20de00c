import type { NetworkPolicy, OtherPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { hasPairs, selects } from '../selector.ts'

type Direction = 'Ingress' | 'Egress'

/** What Calico and Cilium call a pod's namespace, as a label. */
export const ciliumNamespace = 'io.kubernetes.pod.namespace'

const namespaceLabels = ['projectcalico.org/namespace', ciliumNamespace] as const

/** Whether a policy of another kind is for this pod; `unsure` where that is not evaluated. */
export function isForPod({ namespace, says }: OtherPolicy, pod: Pod): 'yes' | 'no' | 'unsure' {
  if (namespace !== null && namespace !== pod.namespace) return 'no'
  if (says === undefined || says.selects === null) return 'unsure'
  const labels = { ...pod.labels, ...Object.fromEntries(namespaceLabels.map((it) => [it, pod.namespace])) }
  return hasPairs(says.selects, labels) ? 'yes' : 'no'
}

/**
 * The policies that shut this pod in a direction; none where one of any kind may let something through: which rules fit
 * is not evaluated, so that all of them count.
 */
export function shutting(
  pod: Pod,
  direction: Direction,
  others: readonly OtherPolicy[],
  own: readonly NetworkPolicy[],
): readonly OtherPolicy[] {
  const concerned = others.filter((it) => isForPod(it, pod) !== 'no')
  const shut = concerned.filter((it) => isForPod(it, pod) === 'yes' && it.says?.types.includes(direction) === true)
  const lets =
    concerned.some((it) => it.says === undefined || it.says.allows.includes(direction)) ||
    own.some(
      (it) =>
        it.namespace === pod.namespace &&
        selects(it.podSelector, pod.labels) &&
        (direction === 'Ingress' ? it.ingress : it.egress).length > 0,
    )
  return lets ? [] : shut
}
