import * as v from 'valibot'
import type { RawObject } from '../../kube/cluster.ts'
import { told } from '../../phrases.ts'

/** What the API server says of a pod, as far as its life is told from it. */
export interface RawPod extends RawObject {
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
    readonly initContainerStatuses?: readonly RawContainerStatus[]
    readonly containerStatuses?: readonly RawContainerStatus[]
  }
}

interface RawContainerStatus {
  readonly name?: string
  readonly ready?: boolean
  readonly restartCount?: number
  readonly state?: RawContainerState
  readonly lastState?: RawContainerState
}

interface RawContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: object
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string }
}

/**
 * `waiting`: not yet, with the last word on why. `stuck`: will not start within a run's time. `started`: there is a
 * log to read. `ended`: no log will come or go on (`why` is null after exit code 0).
 */
export type PodState =
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'started' }
  | { readonly kind: 'ended'; readonly why: string | null }

/**
 * Reasons for which the kubelet keeps a container waiting and that time alone does not heal. ErrImagePull is not among
 * them: the first failure of a pull is followed by ImagePullBackOff within seconds, or by success.
 */
const hopeless: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

export function podState(raw: RawPod): PodState {
  const status = statusOf(raw)
  const container = status.containerStatuses?.[0]?.state
  if (status.phase === 'Succeeded') return { kind: 'ended', why: null }
  if (status.phase === 'Failed') return { kind: 'ended', why: failure(status) }
  if (container?.terminated !== undefined)
    return { kind: 'ended', why: container.terminated.exitCode === 0 ? null : failure(status) }
  if (container?.running !== undefined) return { kind: 'started' }
  const scheduled = status.conditions?.find((it) => it.type === 'PodScheduled')
  if (scheduled?.status === 'False') return { kind: 'stuck', why: reasonOf(scheduled.reason, scheduled.message) }
  const waiting = container?.waiting
  if (waiting?.reason !== undefined && hopeless.has(waiting.reason))
    return { kind: 'stuck', why: reasonOf(waiting.reason, waiting.message) }
  return { kind: 'waiting', why: reasonOf(waiting?.reason ?? 'not scheduled yet', waiting?.message) }
}

/** An eviction and a deadline are told by the pod, an OOM kill by its container. */
function failure(status: NonNullable<RawPod['status']>): string {
  if (status.reason !== undefined) return reasonOf(status.reason, status.message)
  const ended = status.containerStatuses?.[0]?.state?.terminated
  if (ended === undefined) return 'the pod failed'
  const reason = ended.reason ?? 'ended'
  return isBlank(ended.message) ? `${reason}: exit code ${ended.exitCode}` : reasonOf(reason, ended.message)
}

function reasonOf(reason: string | undefined, message: string | undefined): string {
  return isBlank(message) ? (reason ?? 'no reason given') : `${reason ?? 'waiting'}: ${firstLine(message)}`
}

/** What a component or a program says is its own: it stands between quotation marks. */
function firstLine(message: string): string {
  return told(message.trim().split('\n')[0] ?? '')
}

function isBlank(message: string | null | undefined): message is '' | null | undefined {
  return message === null || message === undefined || message.trim() === ''
}

export interface Failing {
  readonly reason: string
  /** As part of a sentence: what is somebody else's is between quotation marks. */
  readonly message: string | null
  /** Time alone does not heal it. */
  readonly hopeless: boolean
  /** A container that ran and ended: its log has the reason. */
  readonly crashed: string | null
}

/** Why a pod of a workload, with its restarts, is not at work; null for one that is, or that is still being made. */
export function failing(raw: RawPod): Failing | null {
  const status = statusOf(raw)
  const scheduled = status.conditions?.find((it) => it.type === 'PodScheduled')
  if (scheduled?.status === 'False')
    return {
      reason: scheduled.reason ?? 'Pending',
      message: isBlank(scheduled.message) ? null : firstLine(scheduled.message),
      hopeless: false,
      crashed: null,
    }
  return containerFailing([...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
}

type RawContainer = NonNullable<ReturnType<typeof statusOf>['containerStatuses']>[number]

type Ended = NonNullable<RawContainer['state']>['terminated']

function endText(name: string, ended: Ended): string | null {
  if (ended === undefined) return null
  return `container ${name} ended with ${ended.reason === 'OOMKilled' ? 'OOMKilled' : `code ${ended.exitCode}`}`
}

/** The first container that keeps its pod from work. */
function containerFailing(containers: readonly RawContainer[]): Failing | null {
  for (const { name = '', state, lastState, ready } of containers) {
    const ended = state?.terminated ?? lastState?.terminated
    const reason = state?.waiting?.reason
    if (reason === 'CrashLoopBackOff' || (ready !== true && ended !== undefined && ended.exitCode !== 0)) {
      return {
        reason: reason ?? 'Error',
        message: endText(name, ended),
        hopeless: reason === 'CrashLoopBackOff',
        crashed: name,
      }
    }
    const said = state?.waiting?.message
    if (reason !== undefined && (hopeless.has(reason) || reason === 'ErrImagePull'))
      return { reason, message: isBlank(said) ? null : firstLine(said), hopeless: true, crashed: null }
  }
  return null
}

const text = v.fallback(v.optional(v.string()), undefined)
const number = v.fallback(v.optional(v.number()), undefined)
const state = v.fallback(
  v.optional(
    v.object({
      waiting: v.fallback(v.optional(v.object({ reason: text, message: text })), undefined),
      running: v.fallback(v.optional(v.object({})), undefined),
      terminated: v.fallback(v.optional(v.object({ exitCode: number, reason: text, message: text })), undefined),
    }),
  ),
  undefined,
)
const isReady = v.fallback(v.optional(v.boolean()), undefined)
const containers = v.fallback(
  v.array(v.fallback(v.object({ name: text, ready: isReady, state, lastState: state }), {})),
  [],
)
const conditions = v.fallback(
  v.array(v.fallback(v.object({ type: text, status: text, reason: text, message: text }), {})),
  [],
)
const anyStatus = v.fallback(
  v.object({
    phase: text,
    reason: text,
    message: text,
    conditions,
    containerStatuses: containers,
    initContainerStatuses: containers,
  }),
  { conditions: [], containerStatuses: [], initContainerStatuses: [] },
)

/** Whatever stands there: a proxy or an aggregated API may garble any field, and the pod must still be seen to go. */
function statusOf(raw: RawPod): NonNullable<RawPod['status']> {
  return v.parse(anyStatus, raw.status) as NonNullable<RawPod['status']>
}
