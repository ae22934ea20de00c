import type { Container, Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { hasPairs } from './selector.ts'
import { selectorOf } from './service/service-selects-pod.ts'

/** Of a Service that chooses no pods: nothing bears it. */
const none = { '': '' }

/**
 * The Service whose name the command of a readiness probe asks, where it chooses this pod: without a ready pod it has
 * no endpoint to answer by, unless it gives out those that are not ready.
 */
export function ownService(pod: Pod, { readinessAsks = [] }: Container, empty: readonly Service[]): Service | null {
  return (
    empty.find(
      (it) =>
        it.namespace === pod.namespace &&
        !it.publishNotReadyAddresses &&
        readinessAsks.some(({ host }) => isNameOf(host, it)) &&
        hasPairs(selectorOf(it) ?? none, pod.labels),
    ) ?? null
  )
}

/** `search`, `search.shop`, `search.shop.svc`, with or without the cluster's domain. */
function isNameOf(host: string, { namespace, name }: Service): boolean {
  const [first, second = namespace, third = 'svc'] = host.toLowerCase().replace(/\.$/, '').split('.')
  return first === name && second === namespace && third === 'svc'
}
