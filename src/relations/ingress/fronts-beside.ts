import type { ControllerFront, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'

/** Load balancers by which Ingresses of the scope are reached, where their own namespace is not in it; each once. */
export function frontsBeside(
  services: readonly Service[],
  controllers: Known<readonly IngressController[]>,
): readonly ControllerFront[] {
  const seen = new Set(services.map((it) => full(it)))
  const fronts = controllers.known ? controllers.value.flatMap(({ fronts: its = [] }) => its) : []
  const beside = fronts.filter((it) => it.type === 'LoadBalancer' && it.wants.length === 0 && !seen.has(full(it)))
  return [...new Map(beside.map((it) => [full(it), it])).values()]
}
