/** Whatever makes pods: the desired count says whether an empty Service is empty on purpose. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'CronJob'
  readonly namespace: string
  readonly name: string
  readonly owner: { readonly kind: string; readonly name: string } | null
  /** Desired and ready pods. */
  readonly desired: number
  readonly ready: number
  readonly templateLabels: Readonly<Record<string, string>>
}
