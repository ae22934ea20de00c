export interface Node {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly ip: string | null
  readonly ready: 'True' | 'False' | 'Unknown'
  readonly readyMessage: string | null
  readonly unschedulable: boolean
  readonly taints: readonly { readonly key: string; readonly value: string | null; readonly effect: string }[]
  readonly kernel: string
  readonly os: string
  readonly kubelet: string
  /** Whole cores that the node has. */
  readonly cpus: number | null
  /** Set where its condition NetworkUnavailable is true: why. */
  readonly networkUnavailable?: string
  /** `spec.podCIDRs`; absent where it has none. */
  readonly podCidrs?: readonly string[]
  /** The cloud that made it, the scheme of `spec.providerID`: `gce`, `aws`, `azure`. Absent where it names none. */
  readonly provider?: string
  /** The ranges of its pods' addresses. Absent where the API names none: the CNI may keep its own. */
  readonly podCidrs?: readonly string[]
}
