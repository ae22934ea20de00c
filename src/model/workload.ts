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
  /** Of a controller that is known, by its template: also where it has no pod. Absent of all others. */
  readonly serves?: ServedClasses
}

export interface ServedClasses {
  /** `spec.controller` of IngressClasses, `spec.controllerName` of GatewayClasses. */
  readonly controllers: readonly string[]
  /** Of Ingresses alone; '' = those that name no class. */
  readonly classNames: readonly string[]
}
