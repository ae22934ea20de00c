import type { Pod } from './pod.ts'

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
  /** Of a StatefulSet, how it makes its pods. Absent in old recordings. */
  readonly order?: PodOrder
  /** Of a controller that is known, by its template: also where it has no pod. Absent of all others. */
  readonly serves?: ServedClasses
  /**
   * Of one that wants no pods now and may again, what its next pod would be told to call; absent of all others, where
   * that is nobody, and in old recordings.
   */
  readonly next?: NextPod
}

/** Of a template that no pod is made of now. */
export interface NextPod extends Pick<Pod, 'hostNetwork' | 'dnsPolicy' | 'dnsConfig' | 'hostAliases' | 'containers'> {
  readonly idle: Idle
}

/** It waits for its time, somebody has suspended it, or it is scaled to 0. */
export type Idle = 'scheduled' | 'suspended' | 'scaled'

/** spec.podManagementPolicy, spec.minReadySeconds and spec.ordinals.start of a StatefulSet. */
export interface PodOrder {
  /** All at once; else each after the one before it. */
  readonly parallel: boolean
  /** For so long one must have been ready before the next is made. */
  readonly minReadySeconds: number
  /** The number of the first. */
  readonly start: number
}

export interface ServedClasses {
  /** `spec.controller` of IngressClasses, `spec.controllerName` of GatewayClasses. */
  readonly controllers: readonly string[]
  /** Of Ingresses alone; '' = those that name no class. */
  readonly classNames: readonly string[]
}
