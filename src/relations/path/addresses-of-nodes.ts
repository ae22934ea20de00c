import type { Known } from '../../model/known.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import type { NodeWay } from './node-ways.ts'

/**
 * Addresses of pods of each node, and in the range of its pods, from all that was seen. A node may host none of the
 * pods that were asked: what it sent got no answer all the same, and what answers it needs a way to these.
 */
export function addressesOfNodes(
  ways: readonly NodeWay[],
  { pods, nodeNetworks }: { readonly pods: Known<readonly Pod[]>; readonly nodeNetworks: Known<NodeNetworks> },
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  const add = (node: string, ips: readonly string[]): void => {
    const its = found.get(node) ?? new Set()
    for (const ip of ips) its.add(ip)
    if (its.size > 0) found.set(node, its)
  }
  for (const { to, ips } of ways) add(to, ips)
  for (const { node, ip, hostNetwork } of pods.known ? pods.value : [])
    if (node !== null && ip !== null && !hostNetwork) add(node, [ip])
  for (const { to, ip } of nodeNetworks.known ? nodeNetworks.value.paths : []) add(to, [ip])
  return found
}
