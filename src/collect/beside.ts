import type { Held, RawObject, Resource } from '../kube/cluster.ts'
import { besideKinds, configMaps } from '../kube/resources.ts'
import type { Beside, ControllerSettings, HeldWorkload, LinkerdPolicies, LinkerdProof } from '../model/beside.ts'
import type { BackendTlsPolicy } from '../model/gateway.ts'
import type { IngressController } from '../model/ingress.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { Workload } from '../model/workload.ts'
import { isReadInPart } from '../relations/read-in-part.ts'
import type { Intern } from '../wire/intern.ts'
import { controllerRights } from './controller-rights.ts'
import type { Reader } from './few-at-once.ts'
import { workloads } from './in-scope.ts'
import { inOrder } from './order.ts'
import { policiesNotHeld } from './other-policies.ts'
import {
  projectAdvertisement,
  projectApiService,
  projectClaim,
  projectConversion,
  projectControllerSettings,
  projectMeshSettings,
  projectPodNetwork,
  projectPool,
  projectWebhooks,
} from './project/beside.ts'
import { projectIpPool } from './project/calico-pool.ts'
import { projectCiliumAnnouncer, projectCiliumPool } from './project/cilium-announcer.ts'
import { projectCertificate, projectIssuer, projectIssuerName } from './project/cert-manager.ts'
import { projectAttachedPolicy } from './project/attached-policy.ts'
import { projectClientProtocol } from './project/client-protocol.ts'
import { projectDecider, projectKongPlugin } from './project/deciders.ts'
import { fields, text } from './project/json.ts'
import { projectAuthorized, projectLinkerdServer, projectProof, projectServiceRoutes } from './project/linkerd.ts'
import { projectMonitor, projectMonitorReader } from './project/monitor.ts'
import { projectRollout } from './project/rollout.ts'
import { projectScaler } from './project/scaler.ts'
import { projectKeys, projectSecret } from './project/secret.ts'
import {
  projectIngressRoute,
  projectStreamRoute,
  projectTlsOption,
  projectTraefikService,
  projectTransport,
} from './project/traefik.ts'
import { projectWorkload } from './project/workload.ts'
import { workloadKinds } from './workloads.ts'

interface Around {
  readonly namespace: string | null
  readonly intern: Intern
  readonly controllers: Known<readonly IngressController[]>
  readonly policies: Known<readonly BackendTlsPolicy[]>
  readonly workloads: Known<readonly Workload[]>
}

/** More than these are named by no file that somebody looks at by hand. */
const mostClaims = 5000
/** Of the kinds that are read for one question: what else is in the file takes no room of theirs. */
const mostObjects = 5000
/** Objects of any kind, of which those are kept that are attached to something. */
const mostPolicies = 20_000

/** What a file holds beside what is read of a cluster. A cluster is not asked for any of it. */
export async function collectBeside(held: Held | undefined, reader: Reader, around: Around): Promise<Known<Beside>> {
  if (held === undefined) return unknown('not-asked', 'it is read of files alone')
  const { namespace, intern } = around
  const now = reader.serverNow?.() ?? null

  /** All that is there, be it a part; null where there is none, or it can't be read. */
  const some = async <T>(resource: Resource, project: (raw: RawObject) => T | null): Promise<readonly T[] | null> => {
    const all = await reader.list(resource, {}, project)
    if (all.known) return all.value
    if (namespace === null || !resource.namespaced) return null
    const own = await reader.list(resource, { namespace }, project)
    return own.known ? own.value : null
  }

  const [
    secrets,
    routes,
    oldRoutes,
    validating,
    mutating,
    conversions,
    apiServices,
    pools,
    l2,
    bgp,
    servers,
    authorizations,
    ofServers,
    maps,
  ] = await Promise.all([
    some(besideKinds.Secret, (raw) => projectSecret(raw, intern, now)),
    some(besideKinds.IngressRoute, (raw) => projectIngressRoute(raw, besideKinds.IngressRoute.group, intern)),
    some(besideKinds.OldIngressRoute, (raw) => projectIngressRoute(raw, besideKinds.OldIngressRoute.group, intern)),
    some(besideKinds.ValidatingWebhookConfiguration, (raw) =>
      projectWebhooks('ValidatingWebhookConfiguration', raw, intern),
    ),
    some(besideKinds.MutatingWebhookConfiguration, (raw) =>
      projectWebhooks('MutatingWebhookConfiguration', raw, intern),
    ),
    some(besideKinds.CustomResourceDefinition, projectConversion),
    some(besideKinds.APIService, projectApiService),
    some(besideKinds.IPAddressPool, (raw) => projectPool(raw, intern)),
    some(besideKinds.L2Advertisement, (raw) => projectAdvertisement('L2Advertisement', raw, intern)),
    some(besideKinds.BGPAdvertisement, (raw) => projectAdvertisement('BGPAdvertisement', raw, intern)),
    some(besideKinds.Server, (raw) => projectLinkerdServer(raw, intern)),
    some(besideKinds.LinkerdAuthorizationPolicy, (raw) => projectAuthorized(raw, intern)),
    some(besideKinds.ServerAuthorization, (raw) => projectAuthorized(raw, intern)),
    some(configMaps, (raw) => settingsOf(raw)),
  ])

  const settings = maps ?? []
  const rollouts = held.withStatus(namespace).flatMap((raw) => projectRollout(raw, intern) ?? [])
  // Each call may read the files anew.
  const all = held.strangers(null)
  const own = namespace === null ? all : held.strangers(namespace)
  const everywhere = all.filter(isListed).slice(0, mostObjects)
  const here = own.filter(isListed).slice(0, mostObjects)
  return known({
    secrets: whole(besideKinds.Secret, (of) =>
      secrets === null ? null : { namespace: of, held: secrets.toSorted(inOrder) },
    ),
    ingressRoutes: together(routes, oldRoutes)?.toSorted(inOrder) ?? null,
    streamRoutes: here.flatMap((raw) => projectStreamRoute(raw, intern) ?? []),
    ciliumAnnouncers: everywhere.flatMap((raw) => projectCiliumAnnouncer(raw) ?? []),
    ciliumPools: everywhere.flatMap((raw) => projectCiliumPool(raw) ?? []),
    ipPools: everywhere.flatMap((raw) => projectIpPool(raw) ?? []),
    transports: here.flatMap((raw) => projectTransport(raw, intern) ?? []),
    tlsOptions: everywhere.flatMap((raw) => projectTlsOption(raw, intern) ?? []),
    traefikServices: here.flatMap((raw) => projectTraefikService(raw, intern) ?? []),
    certificates: here.flatMap((raw) => projectCertificate(raw, intern) ?? []),
    issuers: everywhere.flatMap((raw) => projectIssuer(raw) ?? []),
    deciders: here.flatMap((raw) => projectDecider(raw, intern) ?? []),
    kongPlugins: everywhere.flatMap((raw) => projectKongPlugin(raw) ?? []),
    attachedPolicies: all.slice(0, mostPolicies).flatMap((raw) => projectAttachedPolicy(raw, intern) ?? []),
    clientProtocols: everywhere.flatMap((raw) => projectClientProtocol(raw, intern) ?? []),
    issuerNames: everywhere.flatMap((raw) => projectIssuerName(raw) ?? []),
    claims: own.slice(0, mostClaims).flatMap((raw) => projectClaim(raw, intern) ?? []),
    webhooks: [validating, mutating, conversions].flatMap((it) => (it ?? []).flat()),
    apiServices: apiServices ?? [],
    pools: whole(besideKinds.IPAddressPool, () => pools),
    advertisements: together(l2, bgp),
    ...(await monitored(some, intern)),
    bgpPeers: everywhere.filter(isPeer).length,
    bgpPeerNames: everywhere.flatMap(peerName),
    podNetworks: settings.flatMap((it) => it.network ?? []),
    controllerSettings: settings.flatMap((it) => it.settings ?? []),
    controllerRights: await controllerRights(reader, held, around.controllers),
    settingsNotThere: settingsNotThere(settings.flatMap((it) => it.settings ?? [])),
    authorityMaps: whole(configMaps, () => settings.flatMap((it) => it.keys ?? [])),
    linkerd: linkerdOf(
      servers,
      together(authorizations, ofServers),
      everywhere.flatMap((raw) => projectProof(raw, intern) ?? []),
    ),
    serviceRoutes: here.flatMap((raw) => projectServiceRoutes(raw, intern)),
    scalers: held.withStatus(namespace).flatMap((raw) => projectScaler(raw, intern) ?? []),
    ...(rollouts.length === 0 ? {} : { rollouts }),
    policiesNotHeld: policiesNotHeld(held, namespace),
    meshSettings: settings.flatMap((it) => it.mesh ?? []),
    ...(around.workloads.known ? {} : { heldWorkloads: await heldWorkloads() }),
  })

  /** Half of the kinds says nothing of who is not there, and still what is. */
  async function heldWorkloads(): Promise<readonly HeldWorkload[]> {
    const lists = workloadKinds.map((kind) =>
      some(workloads[kind], (raw) => heldOf(projectWorkload(kind, raw, intern))),
    )
    return (await Promise.all(lists)).flatMap((it) => (it ?? []).toSorted(inOrder))
  }

  function whole<T>(resource: Resource, of: (namespace: string | null) => T | null): T | null {
    if (held?.isWhole(resource, null) === true) return of(null)
    return namespace !== null && held?.isWhole(resource, namespace) === true ? of(namespace) : null
  }

  function settingsNotThere(there: readonly ControllerSettings[]): readonly { namespace: string; name: string }[] {
    const told = (around.controllers.known ? around.controllers.value : []).flatMap((it) => it.configMap ?? [])
    const isHeld = (of: string): boolean =>
      held?.isWhole(configMaps, null) === true || held?.isWhole(configMaps, of) === true
    const missing = told.filter(
      (it) => isHeld(it.namespace) && !there.some((one) => one.namespace === it.namespace && one.name === it.name),
    )
    return [...new Map(missing.map((it) => [`${it.namespace}/${it.name}`, it])).values()]
  }

  function settingsOf(raw: RawObject) {
    const { name, namespace: home = '' } = raw.metadata
    const { controllers, policies } = around
    const isSetting =
      controllers.known &&
      controllers.value.some((it) => it.configMap?.namespace === home && it.configMap.name === name)
    const isAuthority =
      policies.known &&
      policies.value.some(
        (it) => it.namespace === home && it.authorities.some((one) => one.kind === 'ConfigMap' && one.name === name),
      )
    return {
      network: name === 'kube-flannel-cfg' ? projectPodNetwork(raw, intern) : null,
      settings: isSetting ? projectControllerSettings(raw, intern) : null,
      // A revision has its own: istio-canary (istio, manifests/charts/istio-control/istio-discovery).
      mesh: /^istio(?:-|$)/.test(name) ? projectMeshSettings(raw, intern) : null,
      keys: isAuthority ? projectKeys(raw, intern) : null,
    }
  }
}

type Some = <T>(resource: Resource, project: (raw: RawObject) => T | null) => Promise<readonly T[] | null>

async function monitored(some: Some, intern: Intern): Promise<Pick<Beside, 'monitors' | 'monitorReaders'>> {
  const [monitors, readers] = await Promise.all([
    Promise.all(
      (['ServiceMonitor', 'PodMonitor', 'Probe'] as const).map((kind) =>
        some(besideKinds[kind], (raw) => projectMonitor(kind, raw, intern)),
      ),
    ),
    Promise.all(
      (['Prometheus', 'PrometheusAgent'] as const).map((kind) =>
        some(besideKinds[kind], (raw) => projectMonitorReader(kind, raw, intern)),
      ),
    ),
  ])
  return {
    monitors: monitors.flatMap((it) => it ?? []).toSorted(inOrder),
    monitorReaders: readers.flatMap((it) => it ?? []).toSorted(inOrder),
  }
}

/** Whether it is of a kind that the answer says was read for one question: no other is read so. */
function isListed(raw: unknown): boolean {
  const { apiVersion, kind } = fields(raw)
  return isReadInPart({ kind: text(kind) ?? '', group: (text(apiVersion) ?? '').split('/', 1)[0] ?? '' })
}

/** metallb.io: BGPPeer; FRR-K8s, which MetalLB may share with others: FRRConfiguration. */
function peerName(raw: unknown): readonly string[] {
  const { kind, metadata } = fields(raw)
  return kind === 'BGPPeer' ? [text(fields(metadata)['name']) ?? ''] : []
}

function isPeer(raw: unknown): boolean {
  const { kind } = fields(raw)
  return kind === 'BGPPeer' || kind === 'FRRConfiguration'
}

function heldOf(it: Workload | null): HeldWorkload | null {
  if (it === null) return null
  const { kind, namespace, name, desired, ready, serves, owner, templateLabels } = it
  const known = { kind, namespace, name, desired, ready, owner, templateLabels }
  return { ...known, ...(serves === undefined ? {} : { serves }) }
}

/** null where the file holds none of either kind. */
function together<T>(one: readonly T[] | null, other: readonly T[] | null): readonly T[] | null {
  return one === null && other === null ? null : [...(one ?? []), ...(other ?? [])]
}

function linkerdOf(
  servers: LinkerdPolicies['servers'] | null,
  authorized: LinkerdPolicies['authorized'] | null,
  proofs: readonly LinkerdProof[],
): LinkerdPolicies | null {
  if (servers === null && authorized === null) return null
  return { servers: servers ?? [], authorized: authorized ?? [], proofs }
}
