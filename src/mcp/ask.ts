import { defaultImage } from '../model/probe-image.ts'
import type { ClusterAsk, ProbeAsk } from '../session/asks.ts'
import type { Caller, SessionEvent } from '../session/events.ts'
import type { Ended } from '../session/with-cluster.ts'
import { refused, type Told, told } from './told.ts'

/** What the server was started with: which cluster, and how far tools may go. */
export interface Allowed {
  readonly cluster: ClusterAsk
  readonly image: string | null
  /** Short-lived pods and execs. null of both: tools only read. */
  readonly probe: boolean
  /** Where runs are kept; null: nowhere. */
  readonly runs: string | null
  readonly plans: string
}

export interface Where {
  readonly namespace?: string | undefined
  readonly all_namespaces?: boolean | undefined
}

/** The cluster that the server was started for, in the namespace that is asked about. Which cluster is no argument. */
export function clusterAsk({ cluster }: Allowed, where: Where): ClusterAsk {
  const { namespace, ...rest } = cluster
  const asked = where.namespace ?? namespace
  return {
    ...rest,
    ...(asked === undefined ? {} : { namespace: asked }),
    ...(where.all_namespaces === true ? { allNamespaces: true } : {}),
  }
}

export function probeAsk(
  { image }: Allowed,
  how: { readonly probe: boolean; readonly nodeAccess?: boolean },
): ProbeAsk {
  return {
    image: image ?? defaultImage,
    probeName: 'example.com',
    timeout: 180_000,
    ...(how.probe ? { probe: true } : {}),
    ...(how.nodeAccess === true ? { nodeAccess: true } : {}),
  }
}

export function notAllowed(what: string): Told {
  return refused(
    `${what} starts short-lived pods or runs commands in pods, and this server was started to read only`,
    'a person can start it with --allow-probe, or run hopscope with --probe; what objects say can be asked without',
  )
}

/** Runs a use-case; what it announces was done to the cluster, and is told with the answer. */
export async function ran<T>(
  run: (caller: Caller) => Promise<Ended<T>>,
  signal: AbortSignal,
  answer: (value: T, done: readonly string[]) => Told,
): Promise<Told> {
  const said: string[] = []
  const tell = (event: SessionEvent): void => {
    if (event.kind === 'announce') said.push(event.line)
    if (event.kind === 'left') said.push(...event.what.map((it) => `NOT removed: ${it}; hopscope cleanup`))
  }
  const ended = await run({ signal, tell })
  const done = said.length === 0 ? [] : ['', 'done in the cluster:', ...said.map((it) => `- ${it}`)]
  if (ended.kind === 'done') return answer(ended.value, done)
  const left = ended.left.length === 0 ? [] : [`NOT removed: ${ended.left.join(', ')}; hopscope cleanup`]
  return { ...told('interrupted before there was an answer', ...left, ...done), isError: true }
}
