import type { RawObject } from '../../kube/cluster.ts'
import { plainText } from '../../wire/plain.ts'

/** How a container fares, by the pod's status; it lags behind by a second or two. */
export interface ContainerState {
  /** How often it was started again. */
  readonly run: number
  readonly phase: 'waiting' | 'running' | 'terminated'
  /** Of the run before, or of this one where it has ended. */
  readonly exit: { readonly code: number | null; readonly reason: string | null } | null
  /** When this run began, and when it ended: in whole seconds since 1970, by the clock of its node. */
  readonly started: number | null
  readonly finished: number | null
}

export interface PodSeen {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly node: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly containers: ReadonlyMap<string, ContainerState>
  /** Its last state is the last: Succeeded or Failed. */
  readonly hasEnded: boolean
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? plainText(value) : null
}

/** What of a pod matters to who reads its logs. `kinds`: which lists of containers. */
export function podSeen(raw: RawObject): PodSeen {
  const { metadata } = raw
  const [spec, status] = [fields(raw['spec']), fields(raw['status'])]
  const phase = status['phase']
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    node: text(spec['nodeName']),
    labels: metadata.labels ?? {},
    containers: new Map(
      ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((kind) =>
        list(status[kind]).flatMap((it) => {
          const name = text(fields(it)['name'])
          return name === null ? [] : [[name, containerState(fields(it))] as const]
        }),
      ),
    ),
    hasEnded: phase === 'Succeeded' || phase === 'Failed',
  }
}

function containerState(it: Fields): ContainerState {
  const state = fields(it['state'])
  const run = it['restartCount']
  const isRunning = state['running'] !== undefined && state['running'] !== null
  const ended = fields(state['terminated'] ?? fields(it['lastState'])['terminated'])
  const code = ended['exitCode']
  const now = fields(state['running'] ?? state['terminated'])
  return {
    run: typeof run === 'number' && Number.isInteger(run) && run >= 0 ? run : 0,
    phase: phaseOf(isRunning, state),
    exit:
      Object.keys(ended).length === 0
        ? null
        : { code: typeof code === 'number' ? code : null, reason: text(ended['reason']) },
    started: secondOf(now['startedAt']),
    finished: secondOf(now['finishedAt']),
  }
}

function secondOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : ms / 1000
}

function phaseOf(isRunning: boolean, state: Fields): ContainerState['phase'] {
  if (isRunning) return 'running'
  return state['terminated'] === undefined || state['terminated'] === null ? 'waiting' : 'terminated'
}
