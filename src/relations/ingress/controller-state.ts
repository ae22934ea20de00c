import type { Ingress } from '../../model/ingress.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import type { ControllerSign } from '../../wire/nginx-controller-log.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Scope } from '../../model/sources.ts'

/**
 * It runs an old configuration, since nginx refused the last: by the file that it keeps of that, or by its log, where
 * no later line says that one was loaded.
 */
export function isRefusing({ refused, log }: ControllerConfig): boolean {
  if (log.known && log.value.lastLoad === 'done') return false
  return (refused.known && refused.value !== null) || (log.known && log.value.lastLoad === 'refused')
}

interface Seen {
  readonly ingresses: Known<readonly Ingress[]>
  readonly namespaces: Known<readonly Namespace[]>
  readonly scope: Pick<Scope, 'namespace'>
}

/**
 * Whether the Ingress that the refused configuration came of is still there. Once it is gone, the controller wants
 * again what nginx runs, and neither loads anything nor says so: the refusal stays the last word of its log, and is
 * over. `nobody`: the line is no Ingress's. `unseen`: of a namespace whose Ingresses were not read.
 */
export function culpritOf({ refused }: ControllerConfig, seen: Seen): 'there' | 'gone' | 'unseen' | 'nobody' {
  const ingress = refused.known ? (refused.value?.ingress ?? null) : null
  if (ingress === null) return 'nobody'
  const { ingresses, namespaces, scope } = seen
  if (namespaces.known && namespaces.value.length > 0 && !namespaces.value.some((it) => it.name === ingress.namespace))
    return 'gone'
  if (!ingresses.known || (scope.namespace !== null && scope.namespace !== ingress.namespace)) return 'unseen'
  return ingresses.value.some((it) => it.namespace === ingress.namespace && it.name === ingress.name) ? 'there' : 'gone'
}

/** It hears nothing of the API server: what its log says of that. */
export function cutOffSign({ log }: ControllerConfig): ControllerSign | null {
  return log.known ? (log.value.signs.findLast((it) => it.kind === 'api-unreachable') ?? null) : null
}
