import type { Contact } from './contacts.ts'

/** What the probe's own pods get across, whatever the scope: each pod stands on it as it stands on DNS. */
export interface PodWays {
  readonly from: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly api: readonly ApiContact[]
  /** From the pod of one node to that of another. */
  readonly between: readonly PodPath[]
  /** Nodes that were to ask, and why nothing came of it. */
  readonly missing: readonly { readonly node: string; readonly why: string }[]
}

/**
 * Connects to the API server: once, and twice more where that failed. `service`: at the address that the kubelet tells
 * each pod (KUBERNETES_SERVICE_HOST); `endpoint`: at one that stands in the slice of default/kubernetes.
 */
export interface ApiContact {
  readonly node: string
  readonly via: 'service' | 'endpoint'
  readonly ip: string
  readonly port: number
  readonly tries: Contact['tries']
}

export interface PodPath {
  readonly node: string
  readonly to: string
  readonly ip: string
  /** Of the pod's own interface, and so the size of large datagrams; null where the kernel does not say. */
  readonly mtu: number | null
  /** null: not asked. */
  readonly datagrams: Carried | null
  readonly streams: Carried | null
}

/** How often each was asked, and what came. A stream that came once is not asked for again. */
export interface Carried {
  readonly asked: number
  /** Few bytes each way. */
  readonly small: number
  /** Many bytes from `node` to `to`, and a short word that they came. */
  readonly there: number
  /** Many bytes from `to` to `node`; of datagrams as many went there before. */
  readonly back: number
}
