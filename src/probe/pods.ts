import { randomBytes } from 'node:crypto'
import type { Cluster, RawObject } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import { deadlineSeconds, labels, ours, podManifest, type PodPlan } from './pod-manifest.ts'
import { podState, type PodState, type RawPod } from './pod-state.ts'

export interface MadePod {
  readonly namespace: string
  readonly name: string
  readonly uid: string | null
  readonly node: string
}

/** Eight hexadecimal digits, fit for a label and a pod name. */
export function newRunId(): string {
  return randomBytes(4).toString('hex')
}

/** `made`, or why the API server would not have it: admission, quota, no right. */
export async function createPod(cluster: Cluster, plan: PodPlan): Promise<{ readonly made: MadePod } | { readonly why: string }> {
  const created = await cluster.create(pods, plan.namespace, podManifest(plan))
  if (!created.known) return { why: created.why.reason === 'forbidden' ? `not allowed: ${created.why.detail}` : created.why.detail }
  const { name, uid } = created.value.metadata
  return { made: { namespace: plan.namespace, name, uid: uid ?? null, node: plan.node } }
}

/** States of one run's pods as they change; `next` resolves when anything did, or after a second. */
export interface PodWatch {
  readonly state: (name: string) => PodState | null
  readonly next: () => Promise<void>
  readonly end: () => void
}

/** Watches, and lists every other second: a watch may be forbidden, or cut by a proxy, and a probe has no time to lose. */
export function watchPods(cluster: Cluster, namespace: string, run: string, listEveryMs = 2000): PodWatch {
  const ending = new AbortController()
  const states = new Map<string, PodState>()
  const where = { namespace, labelSelector: `${labels.run}=${run}` }
  const waiters = new Set<() => void>()
  const wake = (): void => {
    for (const it of waiters) it()
    waiters.clear()
  }
  const see = (name: string, state: PodState): void => {
    const before = states.get(name)
    if (before?.kind === 'ended' || JSON.stringify(before) === JSON.stringify(state)) return
    states.set(name, state)
    wake()
  }
  const list = async (): Promise<void> => {
    const found = await cluster.list(pods, where, (raw) => ({ name: raw.metadata.name, state: podState(raw as RawPod) }))
    if (found.known && !ending.signal.aborted) for (const it of found.value) see(it.name, it.state)
  }
  const follow = async (): Promise<void> => {
    for await (const { type, object } of cluster.watch(pods, { ...where, signal: ending.signal }, (raw) => ({ name: raw.metadata.name, state: podState(raw as RawPod) }))) {
      see(object.name, type === 'DELETED' ? { kind: 'ended', why: 'the pod was deleted' } : object.state)
    }
  }
  follow().catch(() => {})
  const timer = setInterval(() => void list().catch(() => {}), listEveryMs)
  return {
    state: (name) => states.get(name) ?? null,
    next: () =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, 1000)
        waiters.add(() => {
          clearTimeout(late)
          resolve()
        })
      }),
    end: () => {
      clearInterval(timer)
      ending.abort()
      wake()
    },
  }
}

/** Deletes pods at once, each only while it is still the one that was made; the names of those that stay behind. */
export async function removePods(cluster: Cluster, made: readonly MadePod[]): Promise<readonly string[]> {
  const results = await Promise.all(
    made.map(async (it) => {
      const options = it.uid === null ? { graceSeconds: 0 } : { graceSeconds: 0, uid: it.uid }
      const first = await cluster.delete(pods, it.namespace, it.name, options)
      const done = first.known || (await cluster.delete(pods, it.namespace, it.name, options)).known
      return done ? [] : [`${it.namespace}/${it.name}`]
    }),
  )
  return results.flat()
}

/**
 * Removes what killed runs left in `namespace`: pods of hopscope's own that are older than any run can be. Younger
 * ones may belong to a run that goes on elsewhere.
 */
export async function removeLeftovers(cluster: Cluster, namespace: string, now: number): Promise<readonly string[]> {
  const found = await cluster.list(pods, { namespace, labelSelector: ours }, (raw) => (isLeftover(raw, now) ? madeFrom(raw) : null))
  if (!found.known) return []
  await removePods(cluster, found.value)
  return found.value.map((it) => `${it.namespace}/${it.name}`)
}

/** A minute more than its own deadline, for clocks that differ. */
function isLeftover(raw: RawObject, now: number): boolean {
  const { activeDeadlineSeconds } = (raw['spec'] ?? {}) as { readonly activeDeadlineSeconds?: number }
  return now - Date.parse(raw.metadata.creationTimestamp ?? '') > ((activeDeadlineSeconds ?? deadlineSeconds) + 60) * 1000
}

export function madeFrom(raw: RawObject): MadePod {
  const spec = raw['spec'] as { readonly nodeName?: string } | undefined
  return { namespace: raw.metadata.namespace ?? '', name: raw.metadata.name, uid: raw.metadata.uid ?? null, node: spec?.nodeName ?? '' }
}
