import type { RawObject } from '../kube/cluster.ts'
import { nodes, pods } from '../kube/resources.ts'
import type { Bundle } from './bundle.ts'

/**
 * What was written was written no earlier than anything in it happened: the latest time that a kubelet put into a node
 * or a pod, in milliseconds since 1970. Null where there is none.
 */
export function newestIn(bundle: Bundle): number | null {
  let newest: number | null = null
  for (const resource of [nodes, pods]) {
    const all = bundle.read(resource, null)
    for (const at of all.known ? all.value.flatMap(timesOf) : []) if (newest === null || at > newest) newest = at
  }
  return newest
}

const times = /"(?:lastHeartbeatTime|lastTransitionTime|startedAt)":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)"/g

function timesOf(raw: RawObject & { readonly status?: unknown }): readonly number[] {
  const found = JSON.stringify(raw.status ?? null).matchAll(times)
  return [...found].map((it) => Date.parse(it[1] ?? '')).filter((it) => !Number.isNaN(it))
}
