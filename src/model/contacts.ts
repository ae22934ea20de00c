/** How a TCP connect ended: `refused` is an RST or ICMP port unreachable, `no-route` an ICMP host unreachable. */
export type ConnectResult = 'open' | 'refused' | 'timeout' | 'no-route' | 'error'

export interface Contact {
  readonly node: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  /** The Service's own address, or one pod behind it. */
  readonly via: { readonly kind: 'service' } | { readonly kind: 'endpoint'; readonly pod: string | null }
  readonly ip: string
  readonly port: number
  readonly tries: readonly { readonly result: ConnectResult; readonly ms: number }[]
}

export interface HttpContact {
  readonly node: string
  readonly ingress: { readonly namespace: string; readonly name: string }
  readonly host: string
  readonly path: string
  readonly via: { readonly controllerPod: string; readonly ip: string; readonly port: number }
  readonly status: number | null
  readonly error: string | null
  readonly ms: number
}

/** What the probe pods saw of Services and Ingresses, and from where. */
export interface Contacts {
  readonly from: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly connects: readonly Contact[]
  readonly http: readonly HttpContact[]
}
