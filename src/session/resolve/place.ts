import { collect } from '../../collect/collect.ts'
import { onePod, takenText } from '../../collect/one-pod.ts'
import { resolveTarget } from '../../collect/target.ts'
import { readUntil } from '../../kube/read-until.ts'
import type { Model } from '../../model/sources.ts'
import { version } from '../../version.ts'
import type { PodAsk } from '../asks.ts'
import { probeNamespaceOf } from '../gather.ts'
import type { Frame } from '../with-cluster.ts'

/** Where a name is looked up from. */
export interface Place {
  readonly namespace: string
  /** The namespace of the probe pod. */
  readonly podsIn: string
  /** The one that asks; null: any pod of the namespace. */
  readonly pod: string | null
  readonly model: Model
}

export async function placeOf(
  { cluster, signal, tell }: Frame,
  ask: Pick<PodAsk, 'probeNamespace'> & { readonly from?: string; readonly namespace?: string },
): Promise<Place> {
  const namespace = ask.namespace ?? cluster.namespace
  const reading = readUntil(cluster, signal)
  const taken = ask.from === undefined ? null : await onePod(ask.from, reading, namespace, forms)
  if (taken === null) await resolveTarget('dns', reading, namespace)
  const told = taken === null ? null : takenText(ask.from ?? '', taken)
  if (told !== null) tell({ kind: 'announce', line: told })
  const podsIn = (await probeNamespaceOf(cluster, ask)) ?? namespace
  tell({ kind: 'step', line: `reading namespace ${namespace} of ${cluster.context} ...` })
  const scope = { namespace, target: { kind: 'dns' }, level: 'probe' } as const
  const model = await collect(reading, { scope, tool: version, probeNamespace: podsIn })
  signal.throwIfAborted()
  return { namespace, podsIn, pod: taken?.pod ?? null, model }
}

const forms =
  'lookups are made as one pod makes them: --from pod/NAME, or deploy/, sts/, ds/ or svc/NAME for one of its'
