import { exactly, type labelsThrough, list, maybe, nullable, object, oneOf, type texts } from '../model/marks.ts'
import type { Placement } from '../model/placement.ts'

/** What a pod asks of a node: labels and taints are names, as those of nodes. */
export function placementOf(m: ReturnType<typeof texts>, labels: ReturnType<typeof labelsThrough>) {
  const terms = list(
    list(object({ key: m.name, operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: list(m.name) })),
  )
  return exactly<Placement>()(
    object({
      selector: labels,
      terms,
      tolerations: list(object({ key: nullable(m.name), value: nullable(m.name), effect: nullable(m.word) })),
      volumes: maybe(list(object({ claim: m.name, volume: m.name, terms }))),
    }),
  )
}
