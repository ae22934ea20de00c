import type { ListOptions, RawObject } from '../kube/cluster.ts'
import { type MeshKind, meshKinds } from '../kube/resources.ts'
import { type Known, known } from '../model/known.ts'
import type { Mesh, MeshGateway } from '../model/mesh.ts'
import { hasPairs } from '../relations/selector.ts'
import type { Intern } from '../wire/intern.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { inOrder } from './order.ts'
import {
  projectAuthorizationPolicy,
  projectDestinationRule,
  projectMeshGateway,
  projectPeerAuthentication,
  projectServiceEntry,
  projectSidecarScope,
  projectVirtualService,
} from './project/istio.ts'
import { type Serving, servedKinds } from './served-kinds.ts'

const allMeshKinds = Object.keys(meshKinds) as readonly MeshKind[]

/** Gateways whose pods are looked for: each is a list. */
const mostGateways = 20
/** Each costs a read of its Services. */
const mostHomes = 4

interface Around {
  readonly inScope: InScope
  readonly namespace: string | null
  readonly intern: Intern
}

/**
 * Istio's objects, as far as the API server serves them. What decides for the namespace in scope may stand in another:
 * all are listed, or as many as may be, and of which kinds these are not all is said. A kind that may not be listed at
 * all makes the whole unknown: half of what a mesh is told is no ground for a judgement. Of a file, what it holds is
 * judged, and the kinds that it does not hold are named: what would need them cannot be told.
 */
export async function collectMesh(
  cluster: Serving,
  reader: Reader,
  { inScope, namespace, intern }: Around,
): Promise<Known<Mesh>> {
  const served = await servedKinds(cluster, meshKinds, { namespace, across: allMeshKinds })
  if (!served.known) return served
  const { notHeld } = served.value
  const [unseen] = served.value.silent.values()
  if (notHeld.length > 0 && served.value.versions.size === 0 && unseen !== undefined) return unseen
  const partial = new Set<MeshKind>()
  const within: ListOptions = namespace === null ? {} : { namespace }

  const read = async <T extends { readonly namespace: string; readonly name: string }>(
    kind: MeshKind,
    project: (raw: RawObject, intern: Intern) => T | null,
  ): Promise<Known<readonly T[]>> => {
    const version = served.value.versions.get(kind)
    if (version === undefined && notHeld.includes(kind)) return known([])
    if (version === undefined) return served.value.silent.get(kind) ?? known([])
    const list = (options: ListOptions): Promise<Known<T[]>> =>
      reader.list({ ...meshKinds[kind], version }, options, (raw) => project(raw, intern))
    const all = await list({})
    // Of a file: all of the namespace, and of others none or a part.
    const isOfScope = !notHeld.includes(kind) && cluster.held?.isWhole(meshKinds[kind], null) === false
    if (all.known && isOfScope) partial.add(kind)
    if (all.known) return known(all.value.toSorted(inOrder))
    // A part of the policies may lack the one that shuts or opens: none of them is judged then.
    if (notHeld.includes(kind)) return known([])
    if (namespace === null || !(all.why.reason === 'forbidden' || isOfScope)) return all
    const some = await list(within)
    if (!some.known) return some
    partial.add(kind)
    return known(some.value.toSorted(inOrder))
  }

  const [virtualServices, destinationRules, gateways, serviceEntries, peers, authorizations, sidecars] =
    await Promise.all([
      read('VirtualService', projectVirtualService),
      read('DestinationRule', projectDestinationRule),
      read('Gateway', projectMeshGateway),
      read('ServiceEntry', projectServiceEntry),
      read('PeerAuthentication', projectPeerAuthentication),
      read('AuthorizationPolicy', projectAuthorizationPolicy),
      read('Sidecar', projectSidecarScope),
    ])
  for (const it of [virtualServices, destinationRules, gateways, serviceEntries, peers, authorizations, sidecars])
    if (!it.known) return it
  return known({
    served: [...served.value.versions.keys()].toSorted(),
    inScopeOnly: [...partial].toSorted(),
    ...(notHeld.length === 0 ? {} : { notHeld: notHeld.toSorted() }),
    virtualServices: valueOf(virtualServices),
    destinationRules: valueOf(destinationRules),
    gateways: await Promise.all(
      valueOf(gateways).map((it, index) => (index < mostGateways ? withPods(it, inScope) : it)),
    ),
    serviceEntries: valueOf(serviceEntries),
    peerAuthentications: valueOf(peers),
    authorizationPolicies: valueOf(authorizations),
    sidecars: valueOf(sidecars),
  })
}

function valueOf<T>(it: Known<readonly T[]>): readonly T[] {
  return it.known ? it.value : []
}

/** What a label may be (apimachinery, IsQualifiedName and IsValidLabelValue): anything else selects nothing. */
const isKey = (it: string): boolean => /^(?:[a-z0-9][a-z0-9.-]{0,252}\/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(it)
const isValue = (it: string): boolean => /^[A-Za-z0-9_.-]{0,63}$/.test(it)

/** An Istio Gateway takes pods of every namespace (istiod, PILOT_SCOPE_GATEWAY_TO_NAMESPACE is off). */
async function withPods(gateway: MeshGateway, inScope: InScope): Promise<MeshGateway> {
  const pairs = Object.entries(gateway.selector)
  if (pairs.length === 0 || !pairs.every(([key, value]) => isKey(key) && isValue(value))) return gateway
  const pods = await inScope.podsWith({
    namespace: null,
    labels: Object.fromEntries(pairs.map(([key, value]) => [key, [value]])),
  })
  if (!pods.known) return gateway
  const homes = [...new Set(pods.value.map((it) => it.namespace))]
  // Half of the Services before them would call ports closed that are not: nothing is said of such a one.
  if (homes.length > mostHomes) return gateway
  const seen = { ...gateway, pods: pods.value.length, homes: homes.toSorted() }
  const services = await Promise.all(homes.map((it) => inScope.servicesIn(it)))
  if (!services.every((it) => it.known)) return seen
  const before = services
    .flatMap(valueOf)
    .filter(
      ({ namespace, selector }) =>
        selector !== null &&
        Object.keys(selector).length > 0 &&
        pods.value.some((it) => it.namespace === namespace && hasPairs(selector, it.labels)),
    )
  const ports = before.flatMap((it) => it.ports).flatMap(({ port, targetPort }) => [port, targetPort])
  return {
    ...seen,
    open:
      before.length === 0 ? null : [...new Set(ports.filter((it) => typeof it === 'number'))].toSorted((a, b) => a - b),
  }
}
