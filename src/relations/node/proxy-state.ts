import type { NodeProxy } from '../../model/node-network.ts'

/**
 * What kube-proxy's two ports say of it. Its health may be asked at another port, or at none: metrics that take a
 * connection and say nothing are as mute.
 */
export function proxyState({ health, metrics }: NodeProxy): NodeProxy['health'] {
  if (health !== 'nobody' && health !== 'unknown') return health
  return metrics === 'mute' ? 'mute' : health
}
