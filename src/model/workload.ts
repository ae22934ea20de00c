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
  /** Why it cannot make its pods, in the words of who refused: a quota, an admission webhook. */
  readonly refused?: string
  /** Changes to its template are not rolled out. */
  readonly paused?: true
  /** Of a StatefulSet, the Service that names its pods; null = none. Absent in old recordings. */
  readonly serviceName?: string | null
}
