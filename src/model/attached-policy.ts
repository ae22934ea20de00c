/** What a policy of another kind may be attached to, of what is read here. */
export const attachedTo = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute', 'Gateway', 'Service'] as const

/** A policy that is attached by `targetRef` (GEP-713). */
export interface AttachedPolicy {
  readonly kind: string
  readonly group: string
  readonly namespace: string
  readonly name: string
  readonly targets: readonly {
    readonly kind: (typeof attachedTo)[number]
    /** null: its own. */
    readonly namespace: string | null
    readonly name: string
    /** A listener, a rule of a route or a port; null: the whole. */
    readonly section: string | null
    /** `spec.targetRefs[0]`. */
    readonly path: string
  }[]
  /** `Accepted` of its status, of any that wrote there. */
  readonly accepted: 'yes' | 'no' | 'unsaid'
  /** What it does to requests by itself, of Envoy Gateway's kinds. */
  readonly does: readonly PolicyEffect[]
}

export const policyEffects = ['denies', 'aborts', 'delays', 'limits'] as const

export interface PolicyEffect {
  readonly is: (typeof policyEffects)[number]
  /** `spec.faultInjection.abort`. */
  readonly path: string
  /** Of requests, 0 to 100. */
  readonly percent: number
  /** What the client gets; null: none, or a status of gRPC. */
  readonly code: number | null
  readonly seconds: number | null
}
