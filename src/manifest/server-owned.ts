import { at, isObject, type Json, type JsonObject, type Manifest, put, text, own } from './object.ts'
import { canonical } from './canonical.ts'

/** What the API server sets by itself (apimachinery ObjectMeta): never written, never compared. */
const metadataOwned = [
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]

/**
 * Counted by the Deployment and DaemonSet controllers, which correct any other value (pkg/controller/deployment/util).
 */
const annotationsOwned = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation']

/** The object without what the server and its controllers own. */
export function bare(object: Manifest): Manifest {
  const { status: _status, ...rest } = object
  const metadata = at(rest, 'metadata')
  if (!isObject(metadata)) return rest
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !metadataOwned.includes(key)))
  const annotations = at(kept, 'annotations')
  if (!isObject(annotations)) return put(rest, ['metadata'], kept)
  const own = Object.fromEntries(Object.entries(annotations).filter(([key]) => !annotationsOwned.includes(key)))
  return put(rest, ['metadata'], put(kept, ['annotations'], Object.keys(own).length === 0 ? undefined : own))
}

/** `wanted` as an update of `live`: under its resourceVersion, with the annotations that controllers count in. */
export function asUpdateOf(live: Manifest, wanted: Manifest): Manifest {
  let object = wanted
  for (const key of annotationsOwned) {
    const value = at(live, 'metadata', 'annotations', key)
    if (value !== undefined) object = put(object, ['metadata', 'annotations', key], value)
  }
  return put(put(object, ['metadata', 'uid'], uidOf(live)), ['metadata', 'resourceVersion'], versionOf(live))
}

export function same(a: Manifest, b: Manifest): boolean {
  return canonical(compared(a)) === canonical(compared(b))
}

/**
 * Token controllers hang secrets on a ServiceAccount soon after its creation: Kubernetes before 1.24, and OpenShift.
 */
function compared(object: Manifest): Manifest {
  const { secrets: _secrets, imagePullSecrets: _imagePullSecrets, ...rest } = bare(object)
  return object['kind'] === 'ServiceAccount' ? rest : bare(object)
}

/**
 * Whether `live` has every field of `wanted`, whatever else the server's defaults added. Lists must match in length.
 */
export function holds(live: Json | undefined, wanted: Json): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((it, index) => holds(live[index] as Json, it as Json))
    )
  if (isObject(wanted))
    return Object.entries(wanted).every(
      ([key, value]) =>
        holds(isObject(live) ? own(live, key) : undefined, value) || (isEmpty(value) && at(live, key) === undefined),
    )
  return live === wanted
}

/** The API server leaves empty maps and lists out. */
function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

export function uidOf(object: JsonObject): string {
  return text(at(object, 'metadata', 'uid')) ?? ''
}

export function versionOf(object: JsonObject): string {
  return text(at(object, 'metadata', 'resourceVersion')) ?? ''
}
