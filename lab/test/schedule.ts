// Faults that do not meet run side by side: about a hundred are to come, and each waits for packets most of its time.
import type { Fault } from '../faults/fault.ts'

/** Two cores: more at once, and the load itself would look like a slow cluster. */
const sideBySide = 4

/** Batches in order: one cluster-wide fault at a time, then those of nodes together, then those of namespaces. */
export function batches(faults: readonly Fault[]): readonly (readonly Fault[])[] {
  const cluster = faults.filter((it) => it.reach.kind === 'cluster').map((it) => [it])
  return [...cluster, ...pack(faults.filter((it) => it.reach.kind === 'node')), ...pack(faults.filter((it) => it.reach.kind === 'namespace'))]
}

/** First fit: a fault joins the first batch that has room and nothing in its place. */
function pack(faults: readonly Fault[]): readonly (readonly Fault[])[] {
  const packed: Fault[][] = []
  for (const fault of faults) {
    const free = packed.find((batch) => batch.length < sideBySide && batch.every((it) => place(it) !== place(fault)))
    if (free === undefined) packed.push([fault])
    else free.push(fault)
  }
  return packed
}

function place(fault: Fault): string {
  const { reach } = fault
  return reach.kind === 'node' ? `node/${reach.node}` : reach.kind === 'namespace' ? `namespace/${reach.namespace}` : 'cluster'
}
