import type { InsideLookup, InsideView } from '../../model/inside.ts'

/**
 * How a lookup inside a pod ended. Where it was cut off (a C library gives up after 20 s and more, and the look into a
 * container is bounded), silence of all its nameservers, each asked by itself, is the same fact. Null = nothing tells.
 */
export function lookupEnd({ lookup, resolving }: InsideView): InsideLookup | null {
  if (lookup.known) return lookup.value
  const servers = resolving?.servers.known === true ? resolving.servers.value : []
  const [first] = servers
  if (first === undefined || !servers.every((it) => it.result === 'timeout')) return null
  const ips = [...new Set(servers.map((it) => it.ip))].toSorted().join(', ')
  const ms = Math.max(...servers.map((it) => it.ms))
  return { tool: first.tool, name: `each nameserver (${ips})`, result: 'timeout', ms }
}
