// A fault that lives in a namespace of its own: broken and repaired are two versions of the same few objects, so the
// fault is there from the first moment, as it is in a release that never worked.
import type { Lab } from '../lab.ts'
import type { KubernetesObject } from './app.ts'
import type { Fault } from '../faults/fault.ts'
import { until } from './until.ts'

export interface NamespaceFault extends Pick<Fault, 'name' | 'kind' | 'breaks' | 'symptom' | 'cause'> {
  readonly namespace: string
  readonly diagnose?: readonly string[]
  readonly broken: readonly KubernetesObject[]
  /** Absent in controls: there is nothing to repair. */
  readonly repaired?: readonly KubernetesObject[]
  /** Deployments whose pods the fault keeps from being ready, or from being there at all. */
  readonly unready?: readonly string[]
  readonly inEffect: (lab: Lab) => Promise<boolean>
  /** Whether the repaired application serves again; in controls the same as `inEffect`. */
  readonly healthy?: (lab: Lab) => Promise<boolean>
}

export function namespaceFault(it: NamespaceFault): Fault {
  const { namespace, broken, repaired = broken, unready = [], inEffect } = it
  const healthy = it.healthy ?? inEffect
  return {
    name: it.name,
    kind: it.kind,
    breaks: it.breaks,
    symptom: it.symptom,
    cause: it.cause,
    reach: { kind: 'namespace', namespace },
    diagnose: it.diagnose ?? ['-n', namespace],
    async inject(lab) {
      await apply(lab, namespace, broken, repaired)
      await settled(lab, namespace, unready)
      await until(`${it.name} is in effect`, () => inEffect(lab))
    },
    async takeBack(lab) {
      if (!(await hasNamespace(lab, namespace))) return
      await apply(lab, namespace, repaired, broken)
      await settled(lab, namespace, [])
      await until(`${it.name} is gone`, () => healthy(lab))
    },
    async remove(lab) {
      await lab.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s'])
    },
  }
}

export async function hasNamespace(lab: Lab, namespace: string): Promise<boolean> {
  return (await lab.kubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'])).trim() !== ''
}

async function apply(
  lab: Lab,
  namespace: string,
  wanted: readonly KubernetesObject[],
  others: readonly KubernetesObject[],
): Promise<void> {
  const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...wanted]
  await lab.kubectl(['apply', '--validate=false', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const keep = new Set(wanted.map(keyOf))
  const stale = others.filter((object) => !keep.has(keyOf(object)))
  if (stale.length > 0) await lab.kubectl(['-n', namespace, 'delete', '--ignore-not-found', ...stale.map(keyOf)])
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind?.toLowerCase()}/${metadata?.name}`
}

interface Listed {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string
      readonly generation?: number
      readonly deletionTimestamp?: string
      readonly labels?: Readonly<Record<string, string>>
    }
    readonly spec: { readonly replicas?: number }
    readonly status: {
      readonly observedGeneration?: number
      readonly updatedReplicas?: number
      readonly replicas?: number
      readonly readyReplicas?: number
      readonly phase?: string
    }
  }[]
}

async function list(lab: Lab, namespace: string, kind: string): Promise<Listed['items']> {
  return (JSON.parse(await lab.kubectl(['-n', namespace, 'get', kind, '-o', 'json'])) as Listed).items
}

/** Every pod of the newest version runs, those of older ones are gone, and all are ready that are meant to be. */
async function settled(lab: Lab, namespace: string, unready: readonly string[]): Promise<void> {
  await until(`the pods of ${namespace} have settled`, async () => {
    const [deployments, pods] = await Promise.all([list(lab, namespace, 'deployments'), list(lab, namespace, 'pods')])
    return (
      deployments.every(({ metadata, spec, status }) => {
        const wanted = spec.replicas ?? 1
        if (status.observedGeneration !== metadata.generation) return false
        if (unready.includes(metadata.name)) return true
        const all = [status.updatedReplicas, status.replicas, status.readyReplicas]
        return all.every((it) => (it ?? 0) === wanted)
      }) &&
      pods.every(({ metadata, status }) => {
        const mayWait = unready.includes(metadata.labels?.['app'] ?? '')
        return metadata.deletionTimestamp === undefined && (mayWait || status.phase !== 'Pending')
      })
    )
  })
}
