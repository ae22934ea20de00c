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
  /**
   * Labels of its own, and of a CronJob's jobTemplate, that its pods do not bear: no policy and no Service sees these.
   * Absent where there is none, where another object owns it, and in old recordings.
   */
  readonly outerLabels?: Readonly<Record<string, string>>
  /** Of a Job, as far as it went. Absent in old recordings. */
  readonly run?: JobRun
  /** Of a CronJob. Absent in old recordings. */
  readonly cron?: CronState
  /** Why it cannot make its pods, in the words of who refused: a quota, an admission webhook. */
  readonly refused?: string
  /**
   * Of a Deployment, what its controller says where the rollout has made no progress for spec.progressDeadlineSeconds.
   * Absent where it has, and in old recordings.
   */
  readonly timedOut?: string
  /** Changes to its template are not rolled out. */
  readonly paused?: true
  /** A change of its template that some of its pods do not get by themselves. Absent = none, or an old recording. */
  readonly held?: HeldChange
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

/** What holds it back, how many pods are without it, and the TCP ports that the template declares. */
export interface HeldChange {
  readonly by: 'paused' | 'OnDelete' | 'partition'
  readonly pods: number
  readonly ports: readonly { readonly name: string | null; readonly port: number }[]
}

/** status.conditions, status.startTime and status.failed of a Job (batch/v1 types.go, JobStatus). */
export interface JobRun {
  readonly end: 'complete' | 'failed' | null
  /** `BackoffLimitExceeded`, `DeadlineExceeded`; null where it has not failed. */
  readonly reason: string | null
  /** Seconds since 1970; null where it has not started. */
  readonly started: number | null
  /** Pods of it that failed. */
  readonly failedPods: number
}

export interface CronState {
  readonly suspended: boolean
  /** status.lastSuccessfulTime, in seconds since 1970; null: no run of it has ever ended well. */
  readonly lastSuccess: number | null
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
