import type { Beside } from './beside.ts'
import type { Capture } from './capture.ts'
import type { ClusterDns } from './cluster-dns.ts'
import type { Contacts } from './contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from './counters.ts'
import type { Crossing, TraceAsk } from './crossing.ts'
import type { BackendTlsPolicy, Gateway, GatewayApi, GatewayClass, GatewayRoute, ReferenceGrant } from './gateway.ts'
import type { HttpProxy, TlsDelegation } from './http-proxy.ts'
import type { Ingress, IngressClass, IngressController, Middleware } from './ingress.ts'
import type { IngressConfigs } from './ingress-config.ts'
import type { InsideView } from './inside.ts'
import type { Known } from './known.ts'
import type { ObjectEvent } from './event.ts'
import type { DnsProbe } from './lookups.ts'
import type { Mesh } from './mesh.ts'
import type { NameAnswers } from './name-answers.ts'
import type { Namespace, NetworkPolicy, OtherPolicy, OtherPolicyKind } from './network-policy.ts'
import type { NodeNetworks } from './node-network.ts'
import type { Node } from './node.ts'
import type { Outside } from './outside.ts'
import type { PodWays } from './pod-ways.ts'
import type { Pod } from './pod.ts'
import type { ProgramLog } from './program-log.ts'
import type { ProxyLog } from './proxy-log.ts'
import type { DnsServerLog } from './server-log.ts'
import type { EndpointSlice, Service } from './service.ts'
import type { Spans } from './spans.ts'
import type { ObjectStatus } from './status.ts'
import type { Subject } from './subject.ts'
import type { Workload } from './workload.ts'

/** Everything that a check may ask for, by name. A check sees what it declares, and nothing else. */
export interface Sources {
  // read
  readonly nodes: readonly Node[]
  readonly namespaces: readonly Namespace[]
  /** Pods, Services and so on of the namespaces in scope. */
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
  readonly workloads: readonly Workload[]
  readonly ingresses: readonly Ingress[]
  /** Those of other namespaces that share a host with these; none where all namespaces are in scope. */
  readonly ingressesBeside: readonly Ingress[]
  readonly ingressClasses: readonly IngressClass[]
  readonly ingressControllers: readonly IngressController[]
  /** Of Traefik, of every namespace. */
  readonly middlewares: readonly Middleware[]
  readonly gatewayApi: GatewayApi
  readonly gatewayClasses: readonly GatewayClass[]
  readonly gateways: readonly Gateway[]
  readonly gatewayRoutes: readonly GatewayRoute[]
  readonly referenceGrants: readonly ReferenceGrant[]
  readonly backendTlsPolicies: readonly BackendTlsPolicy[]
  readonly httpProxies: readonly HttpProxy[]
  readonly tlsDelegations: readonly TlsDelegation[]
  /** Istio's objects. */
  readonly mesh: Mesh
  readonly networkPolicies: readonly NetworkPolicy[]
  /** Policies of other kinds that this API server has: of tiers, of Cilium, Calico, Antrea. */
  readonly otherPolicies: readonly OtherPolicy[]
  readonly clusterDns: ClusterDns
  /** Slices of Service default/kubernetes, whatever the scope. */
  readonly apiSlices: readonly EndpointSlice[]
  /** Warnings about objects of the namespaces in scope. */
  readonly events: readonly ObjectEvent[]
  /** Of a file alone: kinds that a cluster is not asked for. */
  readonly beside: Beside
  /** Of a file: conditions of objects that nothing else here reads. */
  readonly statuses: readonly ObjectStatus[]
  // probe
  readonly dnsProbe: DnsProbe
  readonly nameAnswers: NameAnswers
  readonly contacts: Contacts
  /** What the probe's own pods reach, whatever the scope. */
  readonly podWays: PodWays
  readonly insideViews: readonly InsideView[]
  /** Connects out of the pod that a trace starts from; without one, of pods to what they are told to call. */
  readonly crossings: readonly Crossing[]
  /** The URL of the scope, as somebody outside asks it. */
  readonly outside: Outside
  readonly coreDnsWindows: readonly CoreDnsWindow[]
  readonly dnsServerLogs: readonly DnsServerLog[]
  /** What programs in pods wrote of connections of theirs that failed. */
  readonly programLogs: readonly ProgramLog[]
  readonly ingressConfigs: IngressConfigs
  /** Proxies that carry users' requests and have no error log: Envoy, Traefik, HAProxy. */
  readonly proxyLogs: readonly ProxyLog[]
  // node access
  readonly conntrack: readonly ConntrackWindow[]
  readonly nodeNetworks: NodeNetworks
  /** Of packets: files that were named. Checks of it are not run where nobody asked for one. */
  readonly capture: Capture
  /**
   * Of traces: of a tracing server or a file that was named, or, of a probe, of what is asked about. Checks of it are
   * run where there was something to read.
   */
  readonly spans: Spans
}

export type SourceName = keyof Sources

export type Level = 'read' | 'probe' | 'node'

/** The level of access that a source costs, in one table: `diagnose` says which one would settle a check. */
export const sourceLevel: Readonly<Record<SourceName, Level>> = {
  nodes: 'read',
  namespaces: 'read',
  pods: 'read',
  services: 'read',
  endpointSlices: 'read',
  workloads: 'read',
  ingresses: 'read',
  ingressesBeside: 'read',
  ingressClasses: 'read',
  ingressControllers: 'read',
  middlewares: 'read',
  gatewayApi: 'read',
  gatewayClasses: 'read',
  gateways: 'read',
  gatewayRoutes: 'read',
  referenceGrants: 'read',
  backendTlsPolicies: 'read',
  httpProxies: 'read',
  tlsDelegations: 'read',
  mesh: 'read',
  networkPolicies: 'read',
  otherPolicies: 'read',
  clusterDns: 'read',
  apiSlices: 'read',
  events: 'read',
  beside: 'read',
  statuses: 'read',
  dnsProbe: 'probe',
  nameAnswers: 'probe',
  contacts: 'probe',
  podWays: 'probe',
  insideViews: 'probe',
  crossings: 'probe',
  outside: 'probe',
  coreDnsWindows: 'probe',
  dnsServerLogs: 'probe',
  programLogs: 'probe',
  ingressConfigs: 'probe',
  proxyLogs: 'probe',
  conntrack: 'node',
  nodeNetworks: 'node',
  capture: 'node',
  spans: 'probe',
}

export const sourceNames = Object.keys(sourceLevel) as readonly SourceName[]

/** What the user asked about. */
export interface Scope {
  /** null = every namespace. */
  readonly namespace: string | null
  /** `dns` looks at the cluster's DNS alone; an object narrows findings to what touches it. */
  readonly target:
    | { readonly kind: 'everything' }
    | { readonly kind: 'dns' }
    | { readonly kind: 'object'; readonly object: Subject; readonly url: string | null }
  /** A URL whose host is the target, a Service: it is asked of its endpoints as it stands here. */
  readonly serviceUrl?: string
  readonly level: Level
  /** Only of `trace`: who is to reach the target. */
  readonly trace?: TraceAsk
}

export interface ClusterFacts {
  readonly context: string
  readonly version: string
  readonly tool: string
  /** Of what another tool wrote: a file tells nothing of a kind by holding none of it, and holds more than is read. */
  readonly file?: FileKinds
}

export interface FileKinds {
  /** Policies beside NetworkPolicy of which it holds none, or not all: there may be others. */
  readonly policiesNotHeld: readonly OtherPolicyKind[]
  readonly unread: readonly UnreadKind[]
}

/** Objects of a kind that is not read, and that may have a say on traffic. */
export interface UnreadKind {
  readonly kind: string
  /** Empty for the core group. */
  readonly group: string
  readonly objects: number
}

/** The model is the snapshot: every source, each with its value or the reason why there is none. */
export interface Model {
  readonly scope: Scope
  readonly cluster: ClusterFacts
  /** Names of namespaces, kept even when listing Namespaces is forbidden. */
  readonly sources: { readonly [K in SourceName]: Known<Sources[K]> }
}
