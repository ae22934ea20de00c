import { collect } from '../../collect/collect.ts'
import { resolveTarget } from '../../collect/target.ts'
import { readUntil } from '../../kube/read-until.ts'
import type { Model } from '../../model/sources.ts'
import { ToolError } from '../../tool-error.ts'
import { version } from '../../version.ts'
import type { PodAsk } from '../asks.ts'
import { probeNamespaceOf } from '../gather.ts'
import type { Frame } from '../with-cluster.ts'

/** Where a name is looked up from. */
export interface Place {
  readonly namespace: string
  /** The namespace of the probe pod. */
  readonly podsIn: string
  readonly model: Model
}

export async function placeOf(
  { cluster, signal, tell }: Frame,
  ask: Pick<PodAsk, 'probeNamespace'> & { readonly from?: string; readonly namespace?: string },
): Promise<Place> {
  const namespace = ask.namespace ?? cluster.namespace
  const reading = readUntil(cluster, signal)
  await resolveTarget(ask.from === undefined ? 'dns' : podTarget(ask.from), reading, namespace)
  const podsIn = (await probeNamespaceOf(cluster, ask)) ?? namespace
  tell({ kind: 'step', line: `reading namespace ${namespace} of ${cluster.context} ...` })
  const scope = { namespace, target: { kind: 'dns' }, level: 'probe' } as const
  const model = await collect(reading, { scope, tool: version, probeNamespace: podsIn })
  signal.throwIfAborted()
  return { namespace, podsIn, model }
}

function podTarget(from: string): string {
  if (!from.includes('/')) return `pod/${from}`
  if (!/^(po|pod|pods)\//i.test(from))
    throw new ToolError('usage', `\`${from}\` is no pod`, 'lookups are made as one pod makes them: --from pod/NAME')
  return from
}
