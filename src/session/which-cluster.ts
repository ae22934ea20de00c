import { loadTarget } from '../kube/kubeconfig.ts'
import type { ClusterAsk } from './asks.ts'

export interface Named {
  readonly context: string
  readonly namespace: string
}

/** The cluster that an ask is for, by the kubeconfig alone: nothing is asked of it. Throws as `open` does. */
export async function whichCluster(ask: ClusterAsk): Promise<Named> {
  const { context, namespace } = await loadTarget(ask)
  return { context, namespace: ask.namespace ?? namespace }
}
