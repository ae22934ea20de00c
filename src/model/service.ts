import type { Protocol } from './pod.ts'

export interface ServicePort {
  readonly name: string | null
  readonly port: number
  readonly protocol: Protocol
  /** A number, or the name of a container port. */
  readonly targetPort: number | string
  readonly nodePort: number | null
  /** As the spec has it: `http`, `kubernetes.io/h2c`. Absent where it says nothing. */
  readonly appProtocol?: string
}

/** A probe by HTTP: any answer but 200 takes the node out (cloud-provider-azure, azure_loadbalancer_healthprobe.go). */
export interface AzureProbe {
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly path: string
}

/** A health check by HTTP of another cloud, by annotations. */
export interface HealthAsk extends AzureProbe {
  readonly by: 'aws' | 'hetzner'
}

/** Where a load balancer ends TLS, by ports of its Service. */
export interface TlsEnded {
  readonly ports: readonly number[]
  /** Whether it tells of it, by `X-Forwarded-Proto`: one that knows connections alone does not. */
  readonly header: 'sent' | 'none' | 'unsure'
}

export const internalClouds = ['aws', 'azure', 'gce', 'openstack', 'oci'] as const

/** Whether a load balancer is to have private addresses alone, as one cloud's controller reads it. */
export interface InternalAsk {
  /** The annotation. */
  readonly by: string
  /** Whose it is, as `providerID` of nodes calls it. */
  readonly cloud: (typeof internalClouds)[number]
  /** `unread`: its value is none that this cloud's controller knows. */
  readonly wants: 'internal' | 'public' | 'unread'
  /** What stands in the place of the annotation, nearly its name. */
  readonly written?: string
}

export interface LoadBalancer {
  readonly addresses: readonly string[]
  /** Calls from inside leave the cluster: each of its addresses is a name, or of `ipMode: Proxy`. Absent = not so. */
  readonly fromInside?: 'by way of it'
  /** `spec.loadBalancerClass`; null = the cloud's own. */
  readonly class: string | null
  /** What the condition `LoadBalancerPortsError` says. */
  readonly problem: string | null
  /** Why nobody gives it an address, in the words of who is asked to (Cilium's LB IPAM). Absent where none says so. */
  readonly refused?: string
  /** Whom alone it lets in: `loadBalancerSourceRanges`. Absent = everybody. */
  readonly sourceRanges?: readonly string[]
  /** `allocateLoadBalancerNodePorts: false`. */
  readonly nodePorts?: 'none'
  /**
   * The controller that its annotations hand it to, so that the cloud's own leaves it alone. Absent = none, or an old
   * recording.
   */
  readonly handedTo?: 'aws'
  /** Its annotations say that it sends to pods themselves, so that no node port is in its way. */
  readonly sendsTo?: 'pods'
  /** Its annotations have what it sends come under the client's address. Absent = not said, or an old recording. */
  readonly keepsClients?: true
  /** Its annotations ask the load balancer to tell clients' addresses by the PROXY protocol. */
  readonly proxyProtocol?: 'asked'
  /** What Azure's load balancer would ask its ports for, by its annotations and theirs. Absent where for nothing. */
  readonly azureProbes?: readonly AzureProbe[]
  /** The same of other clouds; absent where they are told to ask for nothing, and in old recordings. */
  readonly healthAsks?: readonly HealthAsk[]
  /** Its annotations have it end TLS, and speak without it to what is behind. Absent = not, or an old recording. */
  readonly tlsEnded?: TlsEnded
  /** What its annotations ask of its kind. Absent where none does, and in old recordings. */
  readonly internal?: readonly InternalAsk[]
  /** It asks MetalLB for a pool or an address by name. */
  readonly asksFor?: 'something'
  /** The pool and the addresses that it asks MetalLB for. Absent where it names none, and in old recordings. */
  readonly asksPool?: string
  readonly asksAddresses?: readonly string[]
  /** MetalLB's key: Services with the same one may have one address. Absent = none, and in old recordings. */
  readonly sharesBy?: string
  /** An annotation of MetalLB's prefix that is about sharing, and that it does not know. */
  readonly nearlyShares?: string
}

export interface Service {
  readonly namespace: string
  readonly name: string
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  /** `None` for a headless Service, null for ExternalName. */
  readonly clusterIP: string | null
  readonly selector: Readonly<Record<string, string>> | null
  readonly ports: readonly ServicePort[]
  readonly externalName: string | null
  readonly internalTrafficPolicy: 'Cluster' | 'Local'
  /** For NodePorts and load balancers; absent where each node forwards to every endpoint. */
  readonly externalTrafficPolicy?: 'Local'
  /** Absent when each connection gets a server by itself. */
  readonly sessionAffinity?: 'ClientIP'
  readonly publishNotReadyAddresses: boolean
  /** Of a Service of type LoadBalancer, what its status says; absent in old recordings. */
  readonly loadBalancer?: LoadBalancer
  /** What follows is absent where the spec says nothing of it, and in old recordings. */
  readonly externalIPs?: readonly string[]
  /** `IPv4`, `IPv6`, in the order of preference. */
  readonly families?: readonly ('IPv4' | 'IPv6')[]
  readonly familyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  /** `PreferSameZone`, `PreferSameNode`, `PreferClose`. */
  readonly trafficDistribution?: string
  /** Seconds since it was made, when it was read, by the API server's clock; only of one younger than a day. */
  readonly youngSeconds?: number
  /** Its own labels, by which a DNS server may choose whom it serves; absent where it bears none. */
  readonly labels?: Readonly<Record<string, string>>
  /** What has to let go of it before it is gone; only of one that is being deleted. */
  readonly deleting?: readonly string[]
  /** How Traefik is told to speak to it: `service.serversscheme`. Absent where it is not, and in old recordings. */
  readonly serversScheme?: ServersScheme
  /** Annotations that have controllers speak TLS to it. Absent = none, and in old recordings. */
  readonly tlsBy?: readonly TlsAnnotation[]
  /**
   * Names of ports to which GKE's load balancer speaks TLS, `cloud.google.com/app-protocols`; `*` where the annotation
   * can't be read. Absent = to none, and in old recordings.
   */
  readonly gceTls?: readonly string[]
  /** `networking.istio.io/exportTo`: the namespaces whose proxies know of it. Absent = all, or an old recording. */
  readonly exportTo?: readonly string[]
  /** It has endpoints in other clusters too, `service.cilium.io/global`. Absent = it has none, or an old recording. */
  readonly global?: true
  /** What an ALB sends to, `alb.ingress.kubernetes.io/target-type`, before what its Ingress says. */
  readonly albTarget?: 'instance' | 'ip'
  /** `alb.ingress.kubernetes.io/healthcheck-port`, before what its Ingress says; null = the port of the traffic. */
  readonly albHealthPort?: number | string | null
  /** What it asks external-dns for. Absent = nothing, and in old recordings. */
  readonly externalDns?: ExternalDns
  /** What Contour's Envoys open to it at most, `projectcontour.io/max-*`; absent where none is set. */
  readonly breakers?: readonly Breaker[]
}

/** What annotations of an Ingress or a Service ask external-dns for. */
export interface ExternalDns {
  /** `others`: its annotation `controller` names another than external-dns, which leaves it alone. */
  readonly by: 'it' | 'others'
  /** Those of `hostname`. */
  readonly hosts: readonly string[]
  /** `target` names what a record is to lead to, in the place of what the status says. Absent in old recordings. */
  readonly target?: 'named'
}

/** One limit of Envoy's circuit breakers (projectcontour.io, annotations of a Service). */
export interface Breaker {
  readonly of: 'connections' | 'pending-requests' | 'requests' | 'retries'
  readonly most: number
}

/**
 * Annotations by which controllers other than ingress-nginx are told to speak TLS to pods; of Kong at a Service, of the
 * rest at an Ingress or a Service. From the products' documentation.
 */
export const tlsAnnotations = [
  'alb.ingress.kubernetes.io/backend-protocol',
  'appgw.ingress.kubernetes.io/backend-protocol',
  'haproxy-ingress.github.io/backend-protocol',
  'haproxy-ingress.github.io/secure-backends',
  'haproxy.org/server-ssl',
  'konghq.com/protocol',
] as const

export type TlsAnnotation = (typeof tlsAnnotations)[number]

/** `h2c`: HTTP/2 without TLS, from the first byte. */
export type ServersScheme = 'http' | 'https' | 'h2c'

export interface Endpoint {
  readonly ip: string
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly node: string | null
  readonly pod: string | null
  /** By which DNS names it below the Service; absent where it has none. */
  readonly hostname?: string
  /** Zones that it is hinted for; absent where it bears no hint. */
  readonly zones?: readonly string[]
}

export interface EndpointSlice {
  readonly namespace: string
  readonly name: string
  /** The label `kubernetes.io/service-name`; null where a hand-made slice lacks it. */
  readonly service: string | null
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly ports: readonly { readonly name: string | null; readonly port: number | null; readonly protocol: Protocol }[]
  readonly endpoints: readonly Endpoint[]
  /** The label of its own by which kube-proxy leaves it out; absent where it bears none, and in old recordings. */
  readonly leftOut?: LeftOut
  /** No slice: Endpoints of this name, of which a file holds no slice. Absent of all slices. */
  readonly from?: 'Endpoints'
  /** The control plane made it of the Endpoints of this name, and makes it so again. Absent in old recordings. */
  readonly mirrorOf?: string
  /** Endpoints whose label `endpointslice.kubernetes.io/skip-mirror` keeps slices from being made of them. */
  readonly unmirrored?: true
}

/** `service.kubernetes.io/…`: of what bears one of these kube-proxy makes no rule (cmd/kube-proxy/app/server.go). */
export const leavingOut = ['service-proxy-name', 'headless'] as const

export type LeftOut = (typeof leavingOut)[number]
