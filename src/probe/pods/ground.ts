import type { Cluster, RawObject } from '../../kube/cluster.ts'
import { limitRanges, namespaces } from '../../kube/resources.ts'
import { bytes, cpuMilli } from '../../wire/quantity.ts'
import { amountNames, type Amounts, type Bounds } from './pod-resources.ts'

/** What the namespace of a probe pod asks of its pods. */
export interface Ground {
  /**
   * Who names the user that the pod runs as. OpenShift gives each namespace a range of uids and fills one in; a uid of
   * our own is outside of it and refused
   * (https://docs.openshift.com/container-platform/latest/authentication/managing-security-context-constraints.html).
   */
  readonly uid: 'ours' | 'of-the-namespace'
  /** Of its LimitRanges; empty where there is none, or where they may not be read: then the API server says so. */
  readonly bounds: readonly Bounds[]
}

const uidRange = 'openshift.io/sa.scc.uid-range'

const grounds = new WeakMap<Cluster, Map<string, Promise<Ground>>>()

/** Two small reads for each namespace of a run. What cannot be read is taken as open: creating the pod then tells. */
export function groundOf(cluster: Cluster, namespace: string): Promise<Ground> {
  const known = grounds.get(cluster) ?? new Map<string, Promise<Ground>>()
  grounds.set(cluster, known)
  const ground = known.get(namespace) ?? readGround(cluster, namespace)
  known.set(namespace, ground)
  return ground
}

async function readGround(cluster: Cluster, namespace: string): Promise<Ground> {
  const [ranged, bounds] = await Promise.all([
    cluster.get(namespaces, null, namespace, (raw) => raw.metadata.annotations?.[uidRange] !== undefined),
    cluster.list(limitRanges, { namespace }, boundsOf),
  ])
  return {
    uid: ranged.known && ranged.value ? 'of-the-namespace' : 'ours',
    bounds: bounds.known ? bounds.value.flat() : [],
  }
}

/** Bounds of a container and of a pod are one: each of ours has a single container. */
export function boundsOf(raw: RawObject): readonly Bounds[] {
  const { limits } = fieldsOf(raw['spec'])
  return (Array.isArray(limits) ? limits : [])
    .map(fieldsOf)
    .filter((it) => it['type'] === 'Container' || it['type'] === 'Pod')
    .map((it) => ({
      range: raw.metadata.name,
      min: amounts(it['min']),
      max: amounts(it['max']),
      ratio: amounts(it['maxLimitRequestRatio'], cpuMilli),
    }))
}

/** `scale` for ratios: all of them in thousandths, since `2.5` is no whole number. */
function amounts(of: unknown, scale?: (quantity: unknown) => number | null): Partial<Amounts> {
  const named = fieldsOf(of)
  return Object.fromEntries(
    amountNames.flatMap((name) => {
      const read = (scale ?? (name === 'cpu' ? cpuMilli : bytes))(named[name])
      return read === null || read < 0 ? [] : [[name, read]]
    }),
  )
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
