import type { AttachedPolicy } from './attached-policy.ts'
import type { RouteMatch } from './gateway.ts'
import type { IngressAuth } from './ingress.ts'
import type { Monitor, MonitorReader } from './monitor.ts'
import type { OtherPolicyKind, Selector } from './network-policy.ts'
import type { ServersScheme } from './service.ts'
import type { Workload } from './workload.ts'
import type { RuleFault } from '../wire/traefik-rule-faults.ts'

/**
 * What is read of files alone: to list it of a cluster would take rights that hopscope does not ask for. A list of
 * null: the file holds none of the kind, so that there may be some.
 */
export interface Beside {
  readonly secrets: HeldSecrets | null
  readonly ingressRoutes: readonly IngressRoute[] | null
  /** Routes of Traefik's for connections. Absent in old recordings. */
  readonly streamRoutes?: readonly StreamRoute[]
  /** Traefik's ServersTransports, by their names alone. Absent in old recordings. */
  readonly transports?: readonly { readonly namespace: string; readonly name: string }[]
  /** Traefik's TLSOptions and TraefikServices. Absent in old recordings. */
  readonly tlsOptions?: readonly TlsOption[]
  readonly traefikServices?: readonly TraefikService[]
  /** Objects of kinds that are not evaluated, with the hosts that they mention. */
  readonly claims: readonly HostClaim[]
  /** Of cert-manager: what it is to have issued, and by whom. Absent in old recordings. */
  readonly certificates?: readonly WantedCertificate[]
  readonly issuers?: readonly AcmeIssuer[]
  /** Objects by which proxies ask a Service about each request. Absent in old recordings. */
  readonly deciders?: readonly Decider[]
  /** KongPlugins, and with a namespace of null KongClusterPlugins. Absent in old recordings. */
  readonly kongPlugins?: readonly KongPlugin[]
  /**
   * Of Envoy Gateway: whose backends get the protocol of their clients (`useClientProtocol`). Absent in old
   * recordings.
   */
  readonly clientProtocols?: readonly ClientProtocol[]
  /** Policies of any kind that are attached to routes, Gateways or Services. Absent in old recordings. */
  readonly attachedPolicies?: readonly AttachedPolicy[]
  /** All of its issuers, whatever they ask. Absent in old recordings. */
  readonly issuerNames?: readonly IssuerName[]
  readonly webhooks: readonly AdmissionWebhook[]
  readonly apiServices: readonly ApiService[]
  readonly pools: readonly AddressPool[] | null
  /** null where the file holds none of either kind. */
  readonly advertisements: readonly Advertisement[] | null
  /** BGPPeers of MetalLB in the file, and settings of FRR. Absent in old recordings. */
  readonly bgpPeers?: number
  /** The names of these BGPPeers, by which an advertisement chooses. Absent in old recordings. */
  readonly bgpPeerNames?: readonly string[]
  /** Of the operator of Prometheus: whom it asks, and who takes which of these. Absent in old recordings. */
  readonly monitors?: readonly Monitor[]
  readonly monitorReaders?: readonly MonitorReader[]
  readonly podNetworks: readonly PodNetwork[]
  /** Of Calico. Absent in old recordings. */
  readonly ipPools?: readonly IpPool[]
  /** Of Cilium: who tells others of Services' addresses, and ranges of these. Absent in old recordings. */
  readonly ciliumAnnouncers?: readonly CiliumAnnouncer[]
  readonly ciliumPools?: readonly string[]
  /** ConfigMaps beside the controllers of Ingresses. */
  readonly controllerSettings: readonly ControllerSettings[]
  /** Those that controllers name and that are not there, of namespaces of which the file holds all ConfigMaps. */
  readonly settingsNotThere?: readonly { readonly namespace: string; readonly name: string }[]
  /** What ClusterRoles of controllers lack; only where the file holds all of these. Absent in old recordings. */
  readonly controllerRights?: readonly ControllerRights[]
  /** ConfigMaps that policies name as holding authorities, with their keys. */
  readonly authorityMaps: readonly KeyedObject[] | null
  readonly meshSettings: readonly MeshSettings[]
  /**
   * The workloads of those kinds that the file holds, where it does not hold each kind. Absent where it does, and in
   * files of an older hopscope.
   */
  readonly heldWorkloads?: readonly HeldWorkload[]
  /** What Linkerd is told of who may come in; null where the file holds nothing of it. */
  readonly linkerd: LinkerdPolicies | null
  /** HTTPRoutes of Linkerd's own for Services, which it has accepted. Absent in old recordings. */
  readonly serviceRoutes?: readonly ServiceRoute[]
  /** What sets how many pods workloads have. Absent in old recordings. */
  readonly scalers?: readonly Scaler[]
  /** Rollouts of Argo's, with the Services that they name. Absent where the file holds none, and in old recordings. */
  readonly rollouts?: readonly NamedServices[]
  /** Kinds of policies of which the file holds none, or not all. */
  readonly policiesNotHeld: readonly OtherPolicyKind[]
}

export interface NamedServices {
  readonly namespace: string
  readonly name: string
  readonly services: readonly string[]
}

export const scalerKinds = ['HorizontalPodAutoscaler', 'ScaledObject', 'HTTPScaledObject', 'Canary'] as const

export interface Scaler {
  /** `HTTPScaledObject` is of KEDA's HTTP add-on; a `Canary` of Flagger keeps its target at 0 between two releases. */
  readonly kind: (typeof scalerKinds)[number]
  readonly namespace: string
  readonly name: string
  readonly target: { readonly kind: string; readonly name: string }
  /** How many pods it wants at least. */
  readonly least: number
  /** Of KEDA: kept at so many, whatever else it says. */
  readonly pausedAt?: number
}

export interface HeldSecrets {
  /** null: those of every namespace. */
  readonly namespace: string | null
  readonly held: readonly HeldSecret[]
}

export type HeldWorkload = Pick<Workload, 'kind' | 'namespace' | 'name' | 'desired' | 'ready' | 'serves'> &
  Partial<Pick<Workload, 'owner' | 'templateLabels'>>

export interface KeyedObject {
  readonly namespace: string
  readonly name: string
  /** Names of what it holds, never a value. */
  readonly keys: readonly string[]
}

export interface HeldSecret extends KeyedObject {
  readonly type: string
  /** What anybody who connects is shown. null: there is none, or it can't be read, as where it was blacked out. */
  readonly certificate: HeldCertificate | null
  /** What `tls.crt` holds in place of a certificate. Absent where it holds one, or nobody knows, or of old. */
  readonly content?: HeldContent
}

/**
 * `sure`: nobody who takes secrets out of files writes so. `twice`: base64 of base64; `binary`: DER, where PEM is
 * wanted; `broken`: PEM of a certificate that does not parse.
 */
export interface HeldContent {
  readonly is: (typeof heldContents)[number]
  readonly sure: boolean
}

export const heldContents = ['empty', 'request', 'key', 'twice', 'binary', 'broken', 'other'] as const

export interface HeldCertificate {
  /** Names and addresses that it is for, and nothing else: clients no longer heed its subject. */
  readonly hosts: readonly string[]
  readonly until: string
  /**
   * Whether its time had run out at the newest time in the file, which is no later than that of its making; `unsure`
   * where there is none.
   */
  readonly when: 'valid' | 'over' | 'unsure'
  /** Whether `tls.key` is its key; `unread`: that was not in the file. Absent in old recordings. */
  readonly key?: 'fits' | 'other' | 'unread'
  /**
   * Who issued it, where that one's certificate is not beside it in `tls.crt`, and is not known to be a root. `looks`:
   * by its name, or as it says where clients are to fetch that one. Absent = all is there, and in old recordings.
   */
  readonly issuer?: { readonly name: string; readonly looks: 'intermediate' | 'unsure' }
}

/** Traefik's own way to route. */
export interface IngressRoute {
  /** `traefik.io`, or `traefik.containo.us` of releases before 3. */
  readonly group: string
  readonly namespace: string
  readonly name: string
  /** `kubernetes.io/ingress.class`. */
  readonly className: string | null
  /** Absent where it has none, and in old recordings. */
  readonly labels?: Readonly<Record<string, string>>
  /** Where its requests come in; absent where it names none, so that it is for all, and in old recordings. */
  readonly entryPoints?: readonly string[]
  readonly routes: readonly TraefikRoute[]
  /** null = no TLS is asked for. */
  readonly tls: {
    readonly secret: string | null
    /** `certResolver`. Absent where it names none, and in old recordings. */
    readonly resolver?: string
    /** `options`; a namespace of null is its own. Absent where it names none, and in old recordings. */
    readonly options?: { readonly namespace: string | null; readonly name: string }
  } | null
}

/** How Traefik speaks TLS to clients. */
export interface TlsOption {
  readonly namespace: string
  readonly name: string
  /** `clientAuth.secretNames`: authorities of clients' certificates. */
  readonly authorities: readonly string[]
  /** Certificates of clients are held against them, `clientAuthType`. Absent = not. */
  readonly verifies?: true
}

/** Several Services as one, by weights or copies. */
export interface TraefikService {
  readonly namespace: string
  readonly name: string
  readonly to: readonly (TraefikTarget & { /** `spec.weighted.services[0]`. */ readonly path: string })[]
}

export interface TraefikRoute {
  /** Hosts of `Host(…)`. */
  readonly hosts: readonly string[]
  /** Of `Path(…)` and `PathPrefix(…)`; none = every path. */
  readonly paths: readonly { readonly type: 'exact' | 'prefix'; readonly path: string }[]
  /** Whether something else decides as well, so that the request may be another's. */
  readonly more: 'nothing' | 'more'
  readonly services: readonly TraefikTarget[]
  readonly middlewares: readonly TraefikTarget[]
  /** `spec.routes[0]`. */
  readonly path: string
  /** `product`: it takes the requests of one of its hosts with one of its paths. Absent = unknown, old recordings. */
  readonly form?: 'product' | 'mixed'
  /** Its `priority`, else the length of its rule: the highest is asked first. Absent in old recordings. */
  readonly weight?: number
  /** What not each release of Traefik reads in its rule. Absent where nothing is, and in old recordings. */
  readonly odd?: readonly RuleFault[]
  /** `syntax`: the release by which its rule is read, where it says so. */
  readonly syntax?: 'v2' | 'v3'
}

/** Of these no more than this is read. */
export interface StreamRoute {
  readonly kind: 'IngressRouteTCP' | 'IngressRouteUDP'
  readonly namespace: string
  readonly name: string
  readonly entryPoints: readonly string[]
  /** Hosts that a rule chooses by, and by the name in TLS, of a route without TLS. Absent where none does. */
  readonly unseenHosts?: readonly { readonly path: string; readonly host: string }[]
}

export interface TraefikTarget {
  readonly kind: 'Service' | 'TraefikService' | 'Middleware'
  /** null = the IngressRoute's own. */
  readonly namespace: string | null
  readonly name: string
  readonly port: number | string | null
  /** Of a Service. Absent where it says none, and in old recordings. */
  readonly scheme?: ServersScheme
  /** Of a Service: its `serversTransport`. Absent where it names none, and in old recordings. */
  readonly transport?: string
}

/** A Certificate of cert-manager: the Secret that it keeps, and the hosts that this is to be for. */
export interface WantedCertificate {
  readonly namespace: string
  readonly name: string
  readonly secret: string
  readonly hosts: readonly string[]
  readonly issuer: { readonly kind: 'Issuer' | 'ClusterIssuer'; readonly name: string } | null
}

export interface IssuerName {
  readonly kind: 'Issuer' | 'ClusterIssuer'
  /** null = a ClusterIssuer. */
  readonly namespace: string | null
  readonly name: string
}

/** An Issuer or ClusterIssuer of cert-manager that asks an ACME server. */
export interface AcmeIssuer {
  readonly kind: 'Issuer' | 'ClusterIssuer'
  /** null = a ClusterIssuer. */
  readonly namespace: string | null
  readonly name: string
  /** The host of `spec.acme.server`. */
  readonly server: string
  /** `staging`: what it issues is trusted by no browser. */
  readonly is: 'staging' | 'other'
}

/** Of Envoy Gateway, of Contour, and of Kong. */
/** A BackendTrafficPolicy: it holds in its own namespace, for these, and for routes of a Gateway among them. */
export interface ClientProtocol {
  readonly namespace: string
  readonly name: string
  readonly targets: readonly { readonly kind: string; readonly name: string }[]
}

export const deciderKinds = ['SecurityPolicy', 'ExtensionService', 'KongPlugin'] as const
export type DeciderKind = (typeof deciderKinds)[number]

export interface KongPlugin {
  readonly namespace: string | null
  readonly name: string
}

export interface Decider {
  readonly kind: DeciderKind
  readonly namespace: string
  readonly name: string
  readonly asks: readonly AskedService[]
  /** Requests go on where nobody answers, `failOpen`. Absent = they are refused. */
  readonly lets?: 'all'
}

/** By its name, in a namespace of null that of who asks; or by a host, and then both are null. */
export interface AskedService {
  readonly namespace: string | null
  readonly name: string | null
  readonly host: string | null
  readonly port: number | null
  /** `spec.extAuth.http.backendRef`, or an annotation. */
  readonly field: string
}

export interface HostClaim {
  readonly kind: string
  readonly group: string
  readonly namespace: string
  readonly name: string
  readonly hosts: readonly string[]
}

/** One that the API server asks, before it takes a change, or to convert what is stored in another version. */
export interface AdmissionWebhook {
  readonly kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration' | 'CustomResourceDefinition'
  readonly name: string
  /** Of the one that is asked: `validate.nginx.ingress.kubernetes.io`. */
  readonly webhook: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  /** `Fail` is what the API server takes where none is said. */
  readonly onFailure: 'Fail' | 'Ignore'
  /** What can't be made or changed: `ingresses`. */
  readonly resources: readonly string[]
  /** Whether namespaces or objects are chosen by labels. */
  readonly chooses: 'all' | 'some'
  /** By which it chooses namespaces. Absent where it takes all, and in old recordings. */
  readonly namespaces?: Selector
  /** All that it is asked about is in namespaces, so that `namespaces` says of whom. Absent otherwise, and as above. */
  readonly inNamespaces?: true
  /** Versions of a CustomResourceDefinition, served or stored; absent for all else, and in old recordings. */
  readonly versions?: number
  /**
   * It names no authority, though it is of a cluster: what a manifest leaves out somebody may fill in once it is there.
   * `injected`: cert-manager's cainjector, or OpenShift, is asked to. Absent where it names one.
   */
  readonly authority?: 'none' | 'injected'
}

export interface ApiService {
  readonly name: string
  readonly service: { readonly namespace: string; readonly name: string } | null
  readonly available: 'True' | 'False' | 'Unknown' | null
  readonly reason: string
  readonly message: string
}

/** Of MetalLB. */
export interface AddressPool {
  readonly namespace: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly assigns: 'itself' | 'when asked'
  /** By which advertisements choose it; absent where it bears none, and in old recordings. */
  readonly labels?: Readonly<Record<string, string>>
  /** Whose Services alone have its addresses, `serviceAllocation`. Absent = all, and in old recordings. */
  readonly only?: {
    readonly namespaces: readonly string[]
    readonly namespacesBy: readonly Selector[]
    readonly servicesBy: readonly Selector[]
  }
}

export interface Advertisement {
  readonly kind: 'L2Advertisement' | 'BGPAdvertisement'
  readonly namespace: string
  readonly name: string
  /** Empty = every pool, where no selector chooses them. */
  readonly pools: readonly string[]
  readonly selectsPools: 'by name' | 'labels'
  /** Nodes that announce; null: all of them. */
  readonly nodes: readonly Readonly<Record<string, string>>[] | null
  /** Whether an expression chooses nodes as well. */
  readonly choosesNodes: 'labels' | 'expressions'
  /** What chooses pools and nodes, expressions too. Absent where nothing does, and in old recordings. */
  readonly poolsBy?: readonly Selector[]
  /** The interfaces that it announces on; absent where it names none, so that it is each, and in old recordings. */
  readonly interfaces?: readonly string[]
  /** The BGPPeers that it is told to; absent where it names none, so that it is each, and in old recordings. */
  readonly peers?: readonly string[]
  readonly nodesBy?: readonly Selector[]
}

export interface CiliumAnnouncer {
  readonly kind: (typeof ciliumAnnouncerKinds)[number]
  readonly name: string
  /** Whether it announces addresses of load balancers that it chooses, or of none. */
  readonly services: 'some' | 'none'
}

export const ciliumAnnouncerKinds = [
  'CiliumBGPPeeringPolicy',
  'CiliumBGPAdvertisement',
  'CiliumL2AnnouncementPolicy',
] as const

/** A pool from which Calico gives pods their addresses. */
export interface IpPool {
  readonly name: string
  readonly cidr: string
  /** Whether what leaves the pools goes under the address of its node: `natOutgoing`. */
  readonly nat: 'on' | 'off'
  /** Whether packets between nodes go in others, so that nobody outside has a route to the pods. */
  readonly encapsulated: 'always' | 'sometimes' | 'never'
  /** No new pod gets an address of it. */
  readonly disabled?: true
}

/** The range that flannel gives to pods. */
export interface PodNetwork {
  readonly namespace: string
  readonly name: string
  readonly ranges: readonly string[]
}

/** What a controller's ConfigMap sets; of its values no more than this. */
export interface ControllerSettings {
  readonly namespace: string
  readonly name: string
  /** null where it sets none. */
  readonly proxyProtocol: 'on' | 'off' | null
  /** `use-forwarded-headers`: the client's address comes in a header of whoever is before it. */
  readonly forwarded?: 'on'
  /** Ranges that nobody comes from, `block-cidrs`; of Ingresses without lists of their own. */
  readonly blocked?: readonly string[]
  /** What holds for Ingresses without such a list: as `allowed` and `denied` of these. */
  readonly allowed?: readonly string[]
  readonly denied?: readonly string[]
  /** Whom it asks before each request, `global-auth-url`, where an Ingress does not say otherwise. */
  readonly auth?: IngressAuth
  /** What Ingresses that say nothing of it do from http to https. Absent = where there is a certificate. */
  readonly sslRedirect?: 'forced' | 'off'
  /** `bind-address`: nothing but loopbacks, where nobody else than the pod comes in. */
  readonly bound?: 'loopback'
  readonly snippets: 'on' | 'off' | null
  /** `annotations-risk-level`: up to which risk annotations are heeded. */
  readonly risk: 'Critical' | 'High' | 'Medium' | 'Low' | null
}

/** Of the service account of ingress-nginx. `role` null: no ClusterRole is bound to it. */
export interface ControllerRights {
  readonly namespace: string
  readonly account: string
  readonly role: string | null
  readonly lacks: readonly (typeof neededByNginx)[number][]
}

/** What ingress-nginx lists and watches in every namespace, where it is not told of one (its store, informers). */
export const neededByNginx = ['endpointslices', 'services', 'ingresses', 'ingressclasses'] as const

export interface MeshSettings {
  readonly namespace: string
  readonly name: string
  readonly outbound: 'REGISTRY_ONLY' | 'ALLOW_ANY' | null
  /** Labels of the namespaces that istiod looks at, any of these; null where they are not read. Absent = all. */
  readonly discovers?: readonly Readonly<Record<string, string>>[] | null
}

export interface LinkerdPolicies {
  readonly servers: readonly LinkerdServer[]
  /** Whom an authorization is for: a Server by its name, all of a namespace, or something that is not evaluated. */
  readonly authorized: readonly {
    readonly namespace: string
    readonly of: 'Server' | 'Namespace' | 'other'
    readonly name: string
    /** All of which a caller has to meet. Absent where it names none, and in old recordings. */
    readonly requires?: readonly LinkerdProof[]
  }[]
  /** Absent in old recordings. */
  readonly proofs?: readonly LinkerdProof[]
}

/** Who a caller is, or where it comes from: of such an object no more than its name is read. */
export interface LinkerdProof {
  readonly kind: 'MeshTLSAuthentication' | 'NetworkAuthentication'
  readonly namespace: string
  readonly name: string
}

export interface ServiceRoute {
  readonly namespace: string
  readonly name: string
  readonly service: { readonly namespace: string; readonly name: string }
  readonly port: number | null
  readonly rules: number
  /** Of all rules. */
  readonly matches: readonly RouteMatch[]
}

export interface LinkerdServer {
  readonly namespace: string
  readonly name: string
  /** null where expressions choose its pods. */
  readonly selector: Readonly<Record<string, string>> | null
  /** By its number, or by the name that the pod gives it. */
  readonly port: number | string
  /** What becomes of requests that nothing authorizes. */
  readonly otherwise: 'deny' | 'allow'
}
