import type { Node } from '../../model/node.ts'
import type { Model } from '../../model/sources.ts'
import { traceEnds } from '../../relations/path/trace-ends.ts'
import { because } from '../../phrases.ts'

export interface NodeChoice {
  readonly nodes: readonly string[]
  readonly skipped: readonly { readonly node: string; readonly why: string }[]
}

/**
 * Nodes that can take a probe pod: where a trace starts first, then those with pods of the scope first, then by name,
 * up to `most`.
 */
export function planNodes(
  model: Model,
  want: { readonly names: readonly string[] | null; readonly most: number; readonly tolerateAll: boolean },
): NodeChoice {
  const { nodes, pods } = model.sources
  // Without the right to list Nodes, those that the user named or that pods run on are as good.
  if (!nodes.known)
    return first(
      want.names ?? [...new Set(pods.known ? pods.value.flatMap((it) => it.node ?? []) : [])].sort(),
      want.most,
    )
  const home = traceEnds(model)?.from?.node ?? null
  const busy = new Set(model.scope.namespace !== null && pods.known ? pods.value.map((it) => it.node) : [])
  const wanted = nodes.value.filter((it) => want.names === null || want.names.includes(it.name))
  const absent = (want.names ?? [])
    .filter((name) => !nodes.value.some((it) => it.name === name))
    .map((node) => ({ node, why: 'there is no such node' }))
  const refused = wanted.flatMap((it) => {
    const why = obstacle(it, want.tolerateAll)
    return why === null ? [] : [{ node: it.name, why }]
  })
  const fit = wanted
    .filter((it) => obstacle(it, want.tolerateAll) === null)
    .map((it) => it.name)
    .sort(
      (a, b) =>
        Number(b === home) - Number(a === home) || Number(busy.has(b)) - Number(busy.has(a)) || (a < b ? -1 : 1),
    )
  const chosen = first(fit, want.names === null ? want.most : Infinity)
  return { nodes: chosen.nodes, skipped: [...absent, ...refused, ...chosen.skipped] }
}

function first(names: readonly string[], most: number): NodeChoice {
  return {
    nodes: names.slice(0, most),
    skipped: names
      .slice(most)
      .map((node) => ({ node, why: `more than ${most} nodes; name it with --node to probe it` })),
  }
}

function obstacle(node: Node, tolerateAll: boolean): string | null {
  if (node.ready !== 'True') return `not ready${because(node.readyMessage)}`
  if (node.labels['kubernetes.io/os'] === 'windows') return 'a Windows node: the probe is for Linux'
  if (tolerateAll) return null
  if (node.unschedulable) return 'cordoned'
  const taint = node.taints.find((it) => it.effect === 'NoSchedule' || it.effect === 'NoExecute')
  return taint === undefined
    ? null
    : `tainted ${taint.key}${taint.value === null ? '' : `=${taint.value}`}:${taint.effect}`
}

/** A line for each reason for which nodes are not probed, with the first five of them. */
export function leftOutNodes(skipped: readonly { readonly node: string; readonly why: string }[]): readonly string[] {
  return [...new Set(skipped.map((it) => it.why))].map((why) => {
    const names = skipped.filter((it) => it.why === why).map((it) => it.node)
    const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
    return `leaves out ${names.slice(0, 5).join(', ')}${more}: ${why}`
  })
}
