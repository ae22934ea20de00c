import type { Pod } from '../../model/pod.ts'
import { declaredPorts } from '../service/service-endpoints.ts'

const most = 3

/**
 * The TCP ports that pods of one workload declare; the lowest first: those above are mostly for metrics and
 * debuggers.
 */
export function offeredPorts(pods: readonly Pod[]): readonly number[] {
  const all = new Set(pods.flatMap((it) => declaredPorts(it, 'TCP').map((one) => one.port)))
  return [...all].toSorted((a, b) => a - b).slice(0, most)
}
