import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { DnsGroup } from './policy-dns.ts'

/**
 * Groups that one and the same policy, the first of those that isolate them, keeps from DNS, as one: what there is to
 * mend is one thing, however the further policies choose among the pods. Those `apart` stay as they are. A policy
 * before the DNS servers keeps pods of many namespaces out by one and the same rules.
 */
export function sameDoor(
  groups: readonly DnsGroup[],
  {
    way,
    apart,
    mark,
  }: {
    readonly way: 'udp' | 'tcp'
    readonly apart: (group: DnsGroup) => boolean
    readonly mark: (group: DnsGroup) => string
  },
): readonly DnsGroup[] {
  const doors = Map.groupBy(groups, (it) => {
    const decision = it[way]
    if (decision.kind === 'allowed' || apart(it)) return it
    const why = decision.kind === 'unknown' ? [decision.why, decision.measured] : []
    const [first] = decision.by
    const isAtServers = way === 'udp' && decision.direction === 'Ingress' && first?.namespace !== it.namespace
    return JSON.stringify([
      [isAtServers ? null : it.namespace, it.server, decision.kind, decision.direction, why],
      [first?.namespace, first?.name, it.udp.kind, it.tcp.kind, mark(it)],
    ])
  })
  return [...doors.values()].flatMap((its) => (its.length === 1 ? its : [asOne(its, way)].flatMap((it) => it ?? [])))
}

function asOne(its: readonly DnsGroup[], way: 'udp' | 'tcp'): DnsGroup | null {
  const [first] = its
  if (first === undefined) return null
  const decision = first[way]
  if (decision.kind === 'allowed') return first
  const by = new Set<NetworkPolicy>()
  for (const it of its) {
    const other = it[way]
    if (other.kind !== 'allowed') for (const policy of other.by) by.add(policy)
  }
  return { ...first, pods: its.flatMap((it) => it.pods), [way]: { ...decision, by: [...by] } }
}
