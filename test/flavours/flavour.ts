import { fields } from '../../src/collect/project/json.ts'
import type { Manifest, Spec } from './manifest.ts'
import type { Answering } from './probed.ts'
import { faultAnnotation } from './settle.ts'

/** A cluster that is well, however odd it looks, and one thing that can break in it. */
export interface Flavour {
  readonly it: string
  /** Where these objects are documented, or whose installer writes them. */
  readonly source: string
  readonly objects: readonly Manifest[]
  readonly families?: readonly string[]
  readonly version?: string
  /** What is asked, beside the kubeconfig: every namespace unless told. */
  readonly ask?: readonly string[]
  /** How it answers a probe, where that is odd as well. */
  readonly answering?: Answering
  readonly broken: {
    readonly it: string
    readonly but: Change
    /** What must be said of it, as a root cause. */
    readonly code: string
    readonly on: string
  }
}

export type Change = (objects: readonly Manifest[]) => readonly Manifest[]

function keyOf({ kind, metadata }: Manifest): string {
  return [kind, metadata.namespace, metadata.name].filter((it) => it !== undefined).join('/')
}

/** A change that changes nothing would prove nothing. */
function found(objects: readonly Manifest[], key: string): readonly Manifest[] {
  if (!objects.some((it) => keyOf(it) === key)) throw new Error(`there is no ${key} to break`)
  return objects
}

/** A JSON merge patch (RFC 7386) of one object. */
export function patched(key: string, patch: Spec): Change {
  return (objects) => found(objects, key).map((it) => (keyOf(it) === key ? (merge(it, patch) as Manifest) : it))
}

function merge(on: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> = { ...fields(on) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value)
  }
  return result
}

export function without(key: string): Change {
  return (objects) => found(objects, key).filter((it) => keyOf(it) !== key)
}

export function plus(...more: readonly Manifest[]): Change {
  return (objects) => [...objects, ...more]
}

/** Its pods do not become ready, for this reason of the kubelet's. */
export function failing(key: string, reason = 'CrashLoopBackOff'): Change {
  return patched(key, { spec: { template: { metadata: { annotations: { [faultAnnotation]: reason } } } } })
}

export function scaled(key: string, replicas: number): Change {
  return patched(key, { spec: { replicas } })
}
