import type { RawObject, Resource } from '../kube/cluster.ts'
import {
  clusterRoleBindings,
  clusterRoles,
  besideKinds,
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  events,
  gatewayKinds,
  ingressClasses,
  ingresses,
  jobs,
  localRedirectPolicies,
  meshKinds,
  middlewareKinds,
  namespaces,
  networkPolicies,
  nodes,
  otherPolicyResources,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '../kube/resources.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { mostObjects } from '../kube/limits.ts'
import { type Known, known, unknown } from '../model/known.ts'

/** What every API server has, at its one version. */
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
  ['ClusterRole', clusterRoles],
  ['ClusterRoleBinding', clusterRoleBindings],
  ['CiliumLocalRedirectPolicy', localRedirectPolicies],
]

/** What an API server must be asked for whether it has it: at any version, as `kubectl` writes the preferred one. */
const custom: readonly (readonly [kind: string, Resource])[] = [
  ...Object.entries<Resource>(gatewayKinds),
  ...Object.entries<Resource>(meshKinds),
  ...Object.values<Resource>(middlewareKinds).map((it) => ['Middleware', it] as const),
  ...Object.entries<Resource>(besideKinds).map(([kind, it]) => [kind.replace(/^(?:Old|Linkerd)/, ''), it] as const),
  // A CalicoNetworkPolicy of ours is a NetworkPolicy of Calico's group.
  ...Object.entries<Resource>(otherPolicyResources).map(
    ([kind, it]) => [kind.replace(/^(?:Calico|Antrea)/, ''), it] as const,
  ),
]

/** Calico's own API server has the same objects in a group of its own. */
const otherGroups: Readonly<Record<string, string>> = { 'projectcalico.org': 'crd.projectcalico.org' }

const byGroup: ReadonlyMap<string, Resource> = new Map(custom.map(([kind, it]) => [`${it.group}/${kind}`, it]))

/** Of `httproutes.gateway.networking.k8s.io`, as bundles name files and folders; null for what is not read. */
export function customKind(key: string): Resource | null {
  return byKey.get(key) ?? null
}

const byName: ReadonlyMap<string, Resource> = new Map(
  kinds.map(([kind, it]) => [`${it.group === '' ? '' : `${it.group}/`}${it.version}/${kind}`, it]),
)

export function keyOf({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`
}

const byKey: ReadonlyMap<string, Resource> = new Map(custom.map(([, it]) => [keyOf(it), it]))

const { HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute, Gateway, ReferenceGrant } = gatewayKinds
const { VirtualService, DestinationRule, Gateway: MeshGateway, ServiceEntry } = meshKinds

/**
 * Kinds of which one object is judged by itself, and which say of each absence that it may be none: of these a part is
 * read, where it would be a trap of others, as of policies one of which shuts what the next opens.
 */
const partial: ReadonlySet<string> = new Set(
  [
    HTTPRoute,
    GRPCRoute,
    TLSRoute,
    TCPRoute,
    UDPRoute,
    Gateway,
    ReferenceGrant,
    VirtualService,
    DestinationRule,
    MeshGateway,
    ServiceEntry,
    ...Object.values<Resource>(otherPolicyResources),
    ...Object.values<Resource>(besideKinds),
  ].map(keyOf),
)

export function isPartial(resource: Resource): boolean {
  return partial.has(keyOf(resource))
}

const kindByKey: ReadonlyMap<string, Named> = new Map(
  [...kinds, ...custom].map(([kind, it]) => [
    keyOf(it),
    { apiVersion: it.group === '' ? it.version : `${it.group}/${it.version}`, kind },
  ]),
)

interface Named {
  readonly apiVersion: string
  readonly kind: string
}

/** What items of a list of their own kind leave out. */
export function named<T extends object>(object: T, key: string): T & Partial<Named> {
  return { ...kindByKey.get(key), ...object }
}

/** Kinds that are read in part, or as no more than a name, and say in a condition what is wrong with them. */
export function speaksOfItself(key: string): boolean {
  return partial.has(key) || key === keyOf(deployments) || key === keyOf(replicaSets) || key.includes('istio.io')
}

export const namespacedKeys: ReadonlySet<string> = new Set(
  [...kinds, ...custom].flatMap(([, it]) => (it.namespaced ? keyOf(it) : [])),
)

/** Its resource; null for what is of no use here. */
export function resourceOf(apiVersion: unknown, kind: unknown): Resource | null {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return null
  const group = groupOf(apiVersion)
  const own = Object.hasOwn(otherGroups, group) ? (otherGroups[group] ?? group) : group
  return byName.get(`${apiVersion}/${kind}`) ?? byGroup.get(`${own}/${kind}`) ?? null
}

/** Empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
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

/** `items[4], of kind List`: where to look for it in the file. */
function itemText(item: unknown, at: number): string {
  const kind = asDocument(item)?.kind
  if (kind === 'List') return `items[${at}] is a List itself, whose items belong into the one around it`
  const isKind = typeof kind === 'string' && /^[A-Za-z][A-Za-z0-9]{0,62}$/.test(kind)
  return `items[${at}]${isKind ? `, of kind ${kind},` : ''} has no name`
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
  if (objects.length < items.length) {
    const at = items.findIndex((it: unknown) => asRawObject(it) === null)
    return unknown('failed', `${what} holds what is no object: ${itemText(items[at], at)}`)
  }
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
