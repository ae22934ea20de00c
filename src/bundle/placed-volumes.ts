import type { RawObject } from '../kube/cluster.ts'
import { mostObjects } from '../kube/limits.ts'

/**
 * A pod without a node, with where the PersistentVolumes can be had that its claims are bound to
 * (PersistentVolumeSpec.nodeAffinity), where a file holds both. It is kept beside the spec in a field that the API has
 * not (`placedVolumes`). Live, volumes are not read. `all`: the file's objects, asked for once and only where needed.
 */
export function readerOfVolumes(all: () => readonly RawObject[]): (pod: RawObject) => RawObject {
  let placed: ReadonlyMap<string, Placed> | null = null
  return (pod) => {
    const spec = fields(pod['spec'])
    const claims = 'nodeName' in spec ? [] : claimsOf(spec)
    if (claims.length === 0) return pod
    placed ??= placedIn(all().slice(0, mostObjects))
    const { namespace = '' } = pod.metadata
    const placedVolumes = claims.flatMap((claim) => {
      const it = placed?.get(`${namespace}/${claim}`)
      return it === undefined ? [] : [{ claim, ...it }]
    })
    return placedVolumes.length === 0 ? pod : { ...pod, spec: { ...spec, placedVolumes } }
  }
}

/** No pod has as many. */
const mostClaims = 100

function claimsOf(spec: Fields): readonly string[] {
  const volumes: readonly unknown[] = Array.isArray(spec['volumes']) ? spec['volumes'].slice(0, mostClaims) : []
  return volumes.flatMap((it) => {
    const { claimName } = fields(fields(it)['persistentVolumeClaim'])
    return typeof claimName === 'string' ? [claimName] : []
  })
}

interface Placed {
  readonly volume: string
  readonly required: unknown
}

/** By claim: a claim names its volume, and the volume where it can be had. */
function placedIn(objects: readonly RawObject[]): ReadonlyMap<string, Placed> {
  const volumes = new Map(
    objects.filter((it) => it['kind'] === 'PersistentVolume').map((it) => [it.metadata.name, fields(it['spec'])]),
  )
  return new Map(
    objects
      .filter((it) => it['kind'] === 'PersistentVolumeClaim')
      .flatMap((it) => {
        const { volumeName } = fields(it['spec'])
        const volume = typeof volumeName === 'string' ? volumes.get(volumeName) : undefined
        const { required } = fields(volume?.['nodeAffinity'])
        return typeof volumeName !== 'string' || required === undefined
          ? []
          : [[`${it.metadata.namespace ?? ''}/${it.metadata.name}`, { volume: volumeName, required }] as const]
      }),
  )
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}
