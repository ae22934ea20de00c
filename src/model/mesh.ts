type Labels = Readonly<Record<string, string>>

/** What Istio's objects say, as far as the API server serves them: they are CRDs. Without any, every list is empty. */
export interface Mesh {
  /** Kinds that are served: `VirtualService`. */
  readonly served: readonly string[]
  /** Kinds of which only those of the namespace in scope may be listed. */
  readonly inScopeOnly: readonly string[]
  /** Of a file alone: kinds of which it holds nothing, or not all: what is not in their lists may be there. */
  readonly notHeld?: readonly string[]
  readonly virtualServices: readonly VirtualService[]
  readonly destinationRules: readonly DestinationRule[]
  readonly gateways: readonly MeshGateway[]
  readonly serviceEntries: readonly ServiceEntry[]
  readonly peerAuthentications: readonly PeerAuthentication[]
  readonly authorizationPolicies: readonly AuthorizationPolicy[]
  readonly sidecars: readonly SidecarScope[]
}

export interface VirtualService {
  readonly namespace: string
  readonly name: string
  readonly hosts: readonly string[]
  /** `mesh` is every sidecar; else `name` or `namespace/name`. */
  readonly gateways: readonly string[]
  readonly destinations: readonly MeshDestination[]
  /** Faults that its rules for HTTP make on purpose. Absent where there are none, and in old recordings. */
  readonly faults?: readonly MeshFault[]
  /** Times that its rules for HTTP give. Absent where there are none, and in old recordings. */
  readonly timeouts?: readonly MeshTimeout[]
  /**
   * What its rules for HTTP ask for, each of them: headers, a method, a query. Absent where one takes requests by their
   * path alone, or all, and in old recordings.
   */
  readonly onlyBy?: readonly MeshCondition[]
  /** Its rules for HTTP, in their order. Absent where none of them redirects, and in old recordings. */
  readonly http?: readonly MeshHttpRule[]
  /**
   * What its rules for HTTP take, all of them together; a path whose letters may be of either case is an expression.
   * Absent where it has no rule for HTTP, and in old recordings.
   */
  readonly takes?: readonly MeshHttpMatch[]
}

/** Fields of `http[].match[]` that clients decide, beside the path. */
export const meshConditions = ['headers', 'withoutHeaders', 'queryParams', 'method'] as const

export type MeshCondition = (typeof meshConditions)[number]

/** `http[].timeout`, or `http[].retries.perTryTimeout`, of a rule that leads to somebody. */
export interface MeshTimeout {
  readonly seconds: number
  /** Whether the rule takes every request of its hosts, or those that match. */
  readonly of: 'all' | 'some'
  /** `spec.http[0].timeout`. */
  readonly path: string
}

/** `http[]`, as far as it is asked where a redirect leads. */
export interface MeshHttpRule {
  /** Any of these; none = every request. */
  readonly matches: readonly MeshHttpMatch[]
  /** null = it serves, or leads where that can't be told. */
  readonly redirect: MeshRedirect | null
}

export interface MeshHttpMatch {
  readonly type: 'exact' | 'prefix' | 'regex'
  readonly path: string
  /** Whether headers, a port or a scheme decide as well. */
  readonly more: 'nothing' | 'more'
}

/** null = as the request has it. */
export interface MeshRedirect {
  readonly scheme: 'http' | 'https' | null
  readonly authority: string | null
  /** In the place of the whole path. */
  readonly uri: string | null
}

/** `http[].fault`: what the proxy of the caller does to a share of the requests of one rule. */
export interface MeshFault {
  readonly does: 'abort' | 'delay'
  /** Of an abort by HTTP; null where it is one of gRPC, and of a delay. */
  readonly status: number | null
  readonly percent: number
  /** Whether the rule takes every request of its hosts, or those that match. */
  readonly of: 'all' | 'some'
  /** `spec.http[0].fault`. */
  readonly path: string
}

export interface MeshDestination {
  readonly host: string
  readonly subset: string | null
  readonly port: number | null
  /** Where it stands: `spec.http[0].route[1]`. */
  readonly path: string
}

export type TlsMode = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL'

export interface DestinationRule {
  readonly namespace: string
  readonly name: string
  readonly host: string
  /** null: nothing is said, and the mesh decides by what the server's proxy takes. */
  readonly tls: TlsMode | null
  /** Ports have a TLS of their own, `portLevelSettings`, which is not kept. Absent in old recordings. */
  readonly portTls?: 'some'
  /** Limits of its `connectionPool` that are 1. Absent where none is, and in old recordings. */
  readonly ones?: readonly PoolLimit[]
  /** Namespaces whose callers it is for, `.` its own; absent = all, and in old recordings. */
  readonly exportTo?: readonly string[]
  /** It is for the workloads alone that a `workloadSelector` chooses, which is not kept. Absent in old recordings. */
  readonly workloads?: 'some'
  readonly subsets: readonly { readonly name: string; readonly labels: Labels; readonly tls: TlsMode | null }[]
}

/** Paths below `trafficPolicy.connectionPool`. */
export const poolLimits = ['tcp.maxConnections', 'http.http1MaxPendingRequests', 'http.http2MaxRequests'] as const

export type PoolLimit = (typeof poolLimits)[number]

export interface MeshGateway {
  readonly namespace: string
  readonly name: string
  readonly selector: Labels
  readonly servers: readonly {
    readonly port: number
    readonly protocol: string
    /** `*.example.com`, or `namespace/host`. */
    readonly hosts: readonly string[]
    /** The Secret of its certificate, `tls.credentialName`; absent where it names none, and in old recordings. */
    readonly credential?: string
  }[]
  /** The namespaces of its pods, where its Secrets must be; absent where these may not be listed. */
  readonly homes?: readonly string[]
  /** The pods that it selects, wherever they are; null where they may not be listed. */
  readonly pods: number | null
  /** Ports, and target ports, of the Services before these pods; null where they are not known. */
  readonly open: readonly number[] | null
}

export interface ServiceEntry {
  readonly namespace: string
  readonly name: string
  readonly hosts: readonly string[]
  /** Absent in old recordings. */
  readonly ports?: readonly number[]
  /** Those of protocol HTTPS or TLS: what callers send there is TLS already. Absent = none, or an old recording. */
  readonly tlsPorts?: readonly number[]
  /** Its resolution is STATIC, and it has neither endpoints nor a workloadSelector. Absent in old recordings. */
  readonly lacksEndpoints?: true
  /** The namespaces whose proxies see it: `.` its own, `*` all, `~` none. Absent = not said, or an old recording. */
  readonly exportTo?: readonly string[]
}

export type MtlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'

export interface PeerAuthentication {
  readonly namespace: string
  readonly name: string
  /** null: the whole namespace, or the whole mesh in its root namespace. */
  readonly selector: Labels | null
  readonly mode: MtlsMode
  readonly ports: readonly { readonly port: number; readonly mode: MtlsMode }[]
}

export interface AuthorizationPolicy {
  readonly namespace: string
  readonly name: string
  readonly selector: Labels | null
  readonly action: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'
  /** How many rules; none lets nobody in where the action is ALLOW. */
  readonly rules: number
  /** It holds at a waypoint or a Gateway, and not at pods. Absent in old recordings, as what follows. */
  readonly attached?: true
  /** Of each rule, whom it is about: any one of these. */
  readonly from?: readonly (readonly AuthorizationSource[])[]
  /** Which of these its spec has, as both may be left out. Absent in old recordings. */
  readonly written?: readonly ('action' | 'rules')[]
  /** Of each rule, the ports that it is for, of the pods; none = all. Absent where every rule is for all. */
  readonly ports?: readonly (readonly number[])[]
  /** How many rules go by what only HTTP has: methods, paths, headers, tokens. */
  readonly http?: number
  /** A condition of its status that is False. */
  readonly refused?: { readonly type: string; readonly reason: string; readonly message: string }
}

/** A caller must be in each list that is not empty; all empty, and other things decide, or nothing. */
export interface AuthorizationSource {
  readonly namespaces: readonly string[]
  readonly principals: readonly string[]
  /** `shop/web`, also where the policy leaves its own namespace out. Absent = none, or an old recording. */
  readonly serviceAccounts?: readonly string[]
}

export interface SidecarScope {
  readonly namespace: string
  readonly name: string
  readonly selector: Labels | null
  /** `./*`, `istio-system/*`, `shop/cart.shop.svc.cluster.local`; null: nothing is said, so everything. */
  readonly egress: readonly string[] | null
}
