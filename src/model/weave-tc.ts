/**
 * A container that holds AAAA queries back for some milliseconds, so that they don't race with A (Quentin-M/weave-tc),
 * and what it stands on, as its DaemonSet declares it.
 */
export interface WeaveTc {
  readonly workload: { readonly kind: 'DaemonSet'; readonly namespace: string; readonly name: string }
  readonly container: string
  /** Its place among the containers, from 0. */
  readonly index: number
  readonly privileged: boolean
  readonly hostNetwork: boolean
  /** NET_OVERLAY_IF and DNSMASQ_PORT; null where it does not say. */
  readonly overlay: string | null
  readonly dnsPort: string | null
  readonly mounts: readonly { readonly volume: string; readonly mountPath: string }[]
  /** Of the pod; `hostPath` is null for volumes of other kinds. */
  readonly volumes: readonly { readonly volume: string; readonly hostPath: string | null }[]
}
