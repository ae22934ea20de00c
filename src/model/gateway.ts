import type { Selector } from './network-policy.ts'

/**
 * Which of the kinds that route into a cluster its API server serves: they are CRDs, and where there are none, nobody
 * can have made one. A kind that is not served is an empty list.
 */
export interface GatewayApi {
  /** `HTTPRoute`, by its name alone. */
  readonly served: readonly string[]
  /** Kinds of which only those of the namespace in scope may be listed: what is not there may be elsewhere. */
  readonly inScopeOnly: readonly string[]
  /** Of a file alone: kinds of which it holds nothing, or not all: whether there are others is not known. */
  readonly notHeld?: readonly string[]
  /**
   * Services that lead to what carries the requests of Gateways and HTTPProxies. Absent where Services of other
   * namespaces could not be listed, where nothing routes, and in old recordings.
   */
  readonly dataPlanes?: readonly DataPlane[]
}

/** A Service by which a Gateway, or all that one controller serves, is asked from inside the cluster. */
export interface DataPlane {
  readonly namespace: string
  readonly name: string
  readonly ip: string
  /** Of TCP. */
  readonly ports: readonly { readonly port: number; readonly targetPort: number | string }[]
  /** null = whatever Contour serves that has no data plane of its own. */
  readonly gateway: { readonly namespace: string; readonly name: string } | null
  /**
   * Pods of its namespace that it selects, and the container that carries the requests, where that is a known one.
   * Absent where they could not be listed, and in old recordings.
   */
  readonly pods?: readonly { readonly name: string; readonly container: string }[]
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  /** `observedGeneration`; null where it says none. */
  readonly generation: number | null
}

export interface GatewayClass {
  readonly name: string
  readonly generation: number
  /** `spec.controllerName`. */
  readonly controller: string
  readonly conditions: readonly Condition[]
}

/** A reference as the API has it; a namespace of null is the referrer's own. */
export interface ObjectRef {
  readonly group: string
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
}

export interface Gateway {
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly className: string
  readonly listeners: readonly Listener[]
  /** ListenerSets may add to them, `spec.allowedListeners`. Absent where none may, and in old recordings. */
  readonly takesSets?: true
  /** Addresses that its status holds. */
  readonly addresses: readonly string[]
  readonly conditions: readonly Condition[]
}

export interface Listener {
  readonly name: string
  /** null = any host. */
  readonly hostname: string | null
  readonly port: number
  readonly protocol: string
  readonly tls: { readonly mode: 'Terminate' | 'Passthrough'; readonly certificates: readonly ObjectRef[] } | null
  readonly from: 'Same' | 'All' | 'Selector' | 'None'
  /** Of `from: Selector`. */
  readonly selector: Selector | null
  /** Kinds of routes that it takes; empty = those of its protocol. */
  readonly kinds: readonly string[]
  /** null where the status does not name this listener. */
  readonly status: { readonly attached: number; readonly conditions: readonly Condition[] } | null
}

export type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

export interface GatewayRoute {
  readonly kind: RouteKind
  readonly namespace: string
  readonly name: string
  readonly generation: number
  /** Seconds since 1970; absent where it says none, and in old recordings. */
  readonly created?: number
  /** Empty = every host of the listener. */
  readonly hostnames: readonly string[]
  readonly parents: readonly ParentRef[]
  readonly rules: readonly RouteRule[]
  readonly status: readonly ParentStatus[]
}

export interface ParentRef extends ObjectRef {
  readonly section: string | null
  readonly port: number | null
}

export interface ParentStatus {
  readonly parent: ParentRef
  readonly controller: string
  readonly conditions: readonly Condition[]
}

export interface RouteRule {
  readonly matches: readonly RouteMatch[]
  /** Types of the rule's filters: `RequestRedirect`, `URLRewrite`. */
  readonly filters: readonly string[]
  /** Of a `RequestRedirect`; absent where it has none, and in old recordings. */
  readonly redirect?: RouteRedirect
  /** Seconds, `timeouts` of GEP-1742; absent where it has none (0 is none), and in old recordings. */
  readonly timeouts?: { readonly request: number | null; readonly backend: number | null }
  readonly backends: readonly BackendRef[]
}

/** Where a rule sends its requests; null = as the request has it. */
export interface RouteRedirect {
  readonly scheme: 'http' | 'https' | null
  readonly hostname: string | null
  readonly port: number | null
  /** In the place of the whole path, or of what the rule matched. */
  readonly path: { readonly replaces: 'all' | 'prefix'; readonly by: string } | null
}

export interface RouteMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  readonly path: string
  /** Whether headers, a method or a query decide as well. */
  readonly more: 'nothing' | 'more'
}

export interface BackendRef extends ObjectRef {
  readonly port: number | null
  readonly weight: number
  /** Where in the object it stands: `spec.rules[0].backendRefs[1]`. */
  readonly path: string
}

export interface ReferenceGrant {
  readonly namespace: string
  readonly name: string
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[]
  /** A name of null = every object of that kind. */
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name: string | null }[]
}

export interface BackendTlsPolicy {
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly targets: readonly {
    readonly group: string
    readonly kind: string
    readonly name: string
    readonly section: string | null
  }[]
  /** ConfigMaps or Secrets that hold the CA. */
  readonly authorities: readonly { readonly group: string; readonly kind: string; readonly name: string }[]
  /** `System`: those of the controller's own image. */
  readonly wellKnown: string | null
  readonly hostname: string
  readonly status: readonly ParentStatus[]
}
