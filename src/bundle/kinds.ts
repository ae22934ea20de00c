import type { RawObject, Resource } from '../kube/cluster.ts'
import {
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  events,
  ingressClasses,
  ingresses,
  jobs,
  localRedirectPolicies,
  namespaces,
  networkPolicies,
  nodes,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '../kube/resources.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { mostObjects } from '../kube/limits.ts'
import { type Known, known, unknown } from '../model/known.ts'

/** What is taken from a bundle. Kinds that an API server must be asked for whether it has them are not among it. */
const kinds: readonly (readonly [kind: string, Resource])[] = [
  ['ConfigMap', configMaps],
  ['Event', events],
  ['Namespace', namespaces],
  ['Node', nodes],
  ['Pod', pods],
  ['Service', services],
  ['DaemonSet', daemonSets],
  ['Deployment', deployments],
  ['ReplicaSet', replicaSets],
  ['StatefulSet', statefulSets],
  ['CronJob', cronJobs],
  ['Job', jobs],
  ['EndpointSlice', endpointSlices],
  ['IngressClass', ingressClasses],
  ['Ingress', ingresses],
  ['NetworkPolicy', networkPolicies],
  ['CiliumLocalRedirectPolicy', localRedirectPolicies],
]

const byName: ReadonlyMap<string, Resource> = new Map(
  kinds.map(([kind, it]) => [`${it.group === '' ? '' : `${it.group}/`}${it.version}/${kind}`, it]),
)

export function keyOf({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`
}

export const namespacedKeys: ReadonlySet<string> = new Set(kinds.flatMap(([, it]) => (it.namespaced ? keyOf(it) : [])))

/** Its resource; null for what is of no use here. */
export function resourceOf(apiVersion: unknown, kind: unknown): Resource | null {
  return typeof apiVersion === 'string' && typeof kind === 'string'
    ? (byName.get(`${apiVersion}/${kind}`) ?? null)
    : null
}

export interface Document {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: unknown
  readonly items?: unknown
}

export function asDocument(value: unknown): Document | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
}

/** The objects of a list; `null` is how Go writes an empty one. Unknown when one of them is none, or it goes on. */
export function itemsOf(value: unknown, what: string): Known<readonly RawObject[]> {
  const document = asDocument(value)
  const items: unknown = Array.isArray(value) ? value : document?.items
  if (items !== null && !Array.isArray(items)) return unknown('failed', `${what} is no list`)
  const { continue: more } = (asDocument(document?.metadata) as { readonly continue?: unknown }) ?? {}
  if (typeof more === 'string' && more !== '') return unknown('cut-off', `${what} is the first part of a list`)
  if (items === null) return known([])
  if (items.length > mostObjects) return unknown('cut-off', `${what}: more than ${mostObjects} objects`)
  const objects = items.flatMap((it: unknown) => asRawObject(it) ?? [])
  if (objects.length < items.length) return unknown('failed', `${what} holds what is no object`)
  return known(objects)
}

/** A file says by its place which namespace it is of: an object of another was put there. */
export function within(
  objects: Known<readonly RawObject[]>,
  file: string,
  namespace: string | undefined,
): Known<readonly RawObject[]> {
  if (!objects.known || namespace === undefined) return objects
  const stranger = objects.value.find((it) => it.metadata.namespace !== namespace)
  return stranger === undefined
    ? known(objects.value)
    : unknown('failed', `${file} holds an object of namespace ${stranger.metadata.namespace ?? 'none'}`)
}
