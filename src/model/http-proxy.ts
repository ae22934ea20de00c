import type { Condition } from './gateway.ts'

/** Contour's own way to route, `projectcontour.io/v1`. */
export interface HttpProxy {
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly className: string | null
  /** null for one that only others include. */
  readonly host: {
    readonly fqdn: string
    readonly tls: { readonly secret: string | null; readonly namespace: string | null } | null
  } | null
  /**
   * Fields of the host and its routes by which requests are refused: `ipAllowPolicy`. Absent = none, or an old
   * recording.
   */
  readonly refusesBy?: readonly string[]
  readonly includes: readonly ProxyInclude[]
  readonly routes: readonly ProxyRoute[]
  /** `status.currentStatus`: `valid`, `invalid`, `orphaned`; null where nobody wrote one. */
  readonly current: string | null
  readonly description: string
  readonly conditions: readonly ProxyCondition[]
}

export interface ProxyInclude {
  readonly namespace: string | null
  readonly name: string
  readonly prefix: string | null
  /** `spec.includes[0]`. */
  readonly path: string
}

export interface ProxyRoute {
  readonly prefix: string | null
  readonly exact: string | null
  /** What answers where no Service does. */
  readonly answers: 'services' | 'redirect' | 'response'
  /** Seconds, `timeoutPolicy.response`; absent where it has none or waits for ever, and in old recordings. */
  readonly timeout?: number
  /** Seconds, `timeoutPolicy.idle`: Envoy ends a request of which nothing is heard for so long. As `timeout`. */
  readonly idle?: number
  /** Whether a header or a query decides as well; absent where none does, and in old recordings. */
  readonly more?: true
  readonly services: readonly ProxyService[]
}

export interface ProxyService {
  readonly name: string
  readonly port: number
  readonly weight: number | null
  /** A copy of the requests goes there, and nobody waits for its answer. */
  readonly mirror: 'mirror' | 'answers'
  /** Names of which the certificate of the pods has to bear one, `validation`; absent where nobody looks at it. */
  readonly wants?: readonly string[]
  /** `spec.routes[0].services[1]`. */
  readonly path: string
}

export interface ProxyCondition extends Condition {
  readonly errors: readonly ProxyProblem[]
  readonly warnings: readonly ProxyProblem[]
}

export interface ProxyProblem {
  readonly type: string
  readonly reason: string
  readonly message: string
}

/** Which Secrets of its namespace HTTPProxies of others may serve with. */
export interface TlsDelegation {
  readonly namespace: string
  readonly name: string
  /** A namespace of `*` is every one. */
  readonly delegations: readonly { readonly secret: string; readonly namespaces: readonly string[] }[]
}
