import { type Known, mapKnown } from '../model/known.ts'
import type { Node } from '../model/node.ts'
import type { Pod } from '../model/pod.ts'

/**
 * The nodes with what became of kube-proxy on each. Where it could not be read, or has no pod at all, nothing is said:
 * Cilium and others take its place, and k3s runs it inside of its own process.
 */
export function withProxies(
  nodes: Known<readonly Node[]>,
  proxies: Known<readonly Pod[]>,
  config: Node['proxyConfig'] | null,
): Known<readonly Node[]> {
  if (!proxies.known || proxies.value.length === 0) return nodes
  const byNode = Map.groupBy(proxies.value, (it) => it.node)
  const made = proxies.value.find((it) => it.owner?.kind === 'DaemonSet')
  const proxySet = { namespace: made?.namespace ?? '', name: made?.owner?.name ?? '' }
  return mapKnown(nodes, (its) =>
    its.map((it) => ({
      ...it,
      proxy: stateOf(byNode.get(it.name) ?? []),
      ...(made === undefined ? {} : { proxySet }),
      ...(config == null || !byNode.has(it.name) ? {} : { proxyConfig: config }),
    })),
  )
}

function stateOf(pods: readonly Pod[]): NonNullable<Node['proxy']> {
  if (pods.length === 0) return 'none'
  return pods.some((it) => it.ready && !it.deleting) ? 'ready' : 'not-ready'
}
