import type { ControllerConfig, LiveSign } from '../../model/ingress-config.ts'

/**
 * It runs an old configuration, since nginx refused the last: by the file that it keeps of that, or by its log, where
 * no later line says that one was loaded.
 */
export function isRefusing({ refused, log }: ControllerConfig): boolean {
  if (log.known && log.value.lastLoad === 'done') return false
  return (refused.known && refused.value !== null) || (log.known && log.value.lastLoad === 'refused')
}

/** It hears nothing of the API server: what its log says of that. */
export function cutOffSign({ log }: ControllerConfig): LiveSign | null {
  return log.known ? (log.value.signs.findLast((it) => it.kind === 'api-unreachable') ?? null) : null
}
