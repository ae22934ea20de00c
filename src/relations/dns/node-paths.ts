import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { everyReach, type Reach } from './server-reach.ts'

/**
 * The smallest thing that all silent ways between nodes have in common. `between`: whatever crosses from one node to
 * another is lost, and who sits beside a server is answered. `node`: whatever leaves or reaches this one node is.
 */
export type PathCause = { readonly pairs: readonly Reach[] } & (
  | { readonly kind: 'between' }
  | { readonly kind: 'node'; readonly node: string }
)

/**
 * null where the silent ways have less in common than that, or more: one server, one way out, one node's way in. Those
 * are told one by one.
 */
export function pathCause(probe: DnsProbe, dns: ClusterDns): PathCause | null {
  const homes = new Map(dns.pods.map((it) => [it.name, it.node]))
  const told = everyReach(probe)
    .map((reach) => ({ reach, home: reach.pod === null ? null : (homes.get(reach.pod) ?? null) }))
    .filter(({ reach, home }) => home !== null && (reach.state === 'silent' || reach.state === 'well'))
  const isSilent = ({ reach }: (typeof told)[number]): boolean => reach.state === 'silent'
  const crossing = told.filter(({ reach, home }) => reach.node !== home)
  const silent = told.filter(isSilent)
  const beside = told.filter(({ reach, home }) => reach.node === home)
  if (silent.length === 0 || beside.length === 0 || beside.some(isSilent)) return null

  const pairs = silent.map((it) => it.reach)
  const silentHomes = new Set(silent.map((it) => it.home))
  if (crossing.every(isSilent) && silentHomes.size > 1) return { kind: 'between', pairs }
  const touches = (it: (typeof told)[number], node: string): boolean => it.reach.node === node || it.home === node
  const node = probe.nodes.find(
    (name) =>
      silentHomes.has(name) &&
      silent.some((it) => it.reach.node === name) &&
      crossing.every((it) => isSilent(it) === touches(it, name)),
  )
  return node === undefined ? null : { kind: 'node', node, pairs }
}
