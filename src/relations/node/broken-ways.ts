import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { servicesBehind } from '../path/claimed-by-ways.ts'
import { dnsLossOnNode, dnsServerDead, nodeDown, wayClosed } from '../symptom.ts'

export interface AroundWays {
  readonly contacts: Known<Contacts>
  readonly pods: Known<readonly Pod[]>
  readonly clusterDns: Known<ClusterDns>
}

/** What comes of a node that lets nothing through to and from these others, as keys of symptoms. */
export function brokenWays(node: string, others: readonly string[], around: AroundWays): readonly string[] {
  const ways = others.flatMap((it) => [
    { from: node, to: it },
    { from: it, to: node },
  ])
  return [...others.map((it) => wayClosed(node, it)), ...servicesBehind(ways, around.contacts, around.pods)]
}

/** The same of all others that were read: then the node's own pods look dead to them, DNS servers among them. */
export function brokenNode(
  nodes: readonly { readonly node: string }[],
  around: AroundWays,
): (node: string) => readonly string[] {
  const { clusterDns } = around
  return (node) => {
    const others = nodes.flatMap((it) => (it.node === node ? [] : [it.node]))
    const servers = clusterDns.known ? clusterDns.value.pods.filter((it) => it.node === node) : []
    return [
      ...brokenWays(node, others, around),
      nodeDown(node),
      dnsLossOnNode(node),
      ...servers.flatMap((it) => (it.ip === null ? [] : [dnsServerDead(it.ip)])),
    ]
  }
}
