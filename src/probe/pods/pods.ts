import { randomBytes } from 'node:crypto'
import type { Cluster, RawObject } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import type { Why } from '../../model/known.ts'
import { owe } from '../../owed.ts'
import { isOurs } from './our-pod.ts'
import { deadlineSeconds, labels, ours, podName, type PodPlan } from './pod-manifest.ts'
import { createAdmitted } from './admitted.ts'
import { refusal, refuserOf } from './refusal.ts'
import { podState, type PodState, type RawPod } from './pod-state.ts'

/** A pod that was made, or that may have been: noted before the request that makes it. */
export interface MadePod {
  readonly namespace: string
  readonly name: string
  readonly run: string
  /** null until the API server has said so. */
  readonly uid: string | null
  readonly node: string
}

/** Eight hexadecimal digits, fit for a label and a pod name. */
export function newRunId(): string {
  return randomBytes(4).toString('hex')
}

/** The pods of a run, from before they are made until they are seen to be gone. */
export interface PodLedger {
  readonly note: (pod: MadePod) => void
  /** It was never made: the API server refused. */
  readonly strike: (name: string) => void
  /** Aborted when it is taken away: nobody holds it any more. */
  readonly leaves: (name: string) => AbortSignal
  /** The names of those that were not seen to go. */
  readonly removeAll: () => Promise<readonly string[]>
}

export function podLedger(cluster: Cluster): PodLedger {
  const pods = new Map<string, MadePod>()
  const paid = new Map<string, () => void>()
  const leaving = new Map<string, AbortController>()
  const leave = (name: string): void => {
    leaving.get(name)?.abort()
    leaving.delete(name)
  }
  const strike = (name: string): void => {
    leave(name)
    pods.delete(name)
    paid.get(name)?.()
  }
  return {
    note: (pod) => {
      pods.set(pod.name, pod)
      if (paid.has(pod.name)) return
      const what = `pod ${pod.namespace}/${pod.name}`
      paid.set(
        pod.name,
        owe({ what, pay: async () => (await removePods(cluster, [pods.get(pod.name) ?? pod])).length === 0 }),
      )
    },
    strike,
    leaves: (name) => {
      const its = leaving.get(name) ?? new AbortController()
      leaving.set(name, its)
      return its.signal
    },
    removeAll: async () => {
      for (const name of leaving.keys()) leave(name)
      const all = [...pods.values()]
      const left = await removePods(cluster, all)
      for (const it of all) if (!left.includes(`${it.namespace}/${it.name}`)) strike(it.name)
      return left
    },
  }
}

/** `made`, or why it could not be: admission, quota, no right, said in one line with what helps. */
export async function createPod(
  cluster: Cluster,
  plan: PodPlan,
  ledger: Pick<PodLedger, 'note' | 'strike'>,
): Promise<{ readonly made: MadePod } | { readonly why: Why }> {
  const { namespace, node, run } = plan
  const named: MadePod = { namespace, name: podName(run, node, plan.hostNetwork), run, uid: null, node }
  ledger.note(named)
  const created = await createAdmitted(cluster, plan)
  if ('unfit' in created) {
    ledger.strike(named.name)
    return { why: { reason: 'failed', detail: `${created.unfit} (--probe-namespace NS: another namespace)` } }
  }
  if (created.known) {
    const made = { ...named, name: created.value.metadata.name, uid: created.value.metadata.uid ?? null }
    ledger.note(made)
    return { made }
  }
  // An answer that was lost, or a 503 and then a 409, may stand for a pod that is there: only the cluster knows.
  const found = await cluster.list(pods, { namespace, labelSelector: `${labels.run}=${run}` }, (raw) =>
    isMine(raw, named) ? madeFrom(raw) : null,
  )
  const [there] = found.known ? found.value : []
  if (there !== undefined) {
    ledger.note(there)
    return { made: there }
  }
  const isRefused = created.why.reason === 'forbidden' || refuserOf(created.why) !== 'other'
  if (isRefused && found.known) ledger.strike(named.name)
  return { why: refusal(created.why, plan) }
}

/** States of one run's pods as they change; `next` resolves when anything did, or after a second. */
export interface PodWatch {
  readonly state: (name: string) => PodState | null
  readonly next: () => Promise<void>
  readonly end: () => void
}

/**
 * Watches, and lists every other second: a watch may be forbidden, or cut by a proxy, and a probe has no time to lose.
 */
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
    const found = await cluster.list(pods, where, (raw) => ({
      name: raw.metadata.name,
      state: podState(raw as RawPod),
    }))
    if (found.known && !ending.signal.aborted) for (const it of found.value) see(it.name, it.state)
  }
  const follow = async (): Promise<void> => {
    for await (const { type, object } of cluster.watch(pods, { ...where, signal: ending.signal }, (raw) => ({
      name: raw.metadata.name,
      state: podState(raw as RawPod),
    }))) {
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

/** Looks at the cluster until nothing is left; a request whose answer was lost may still be on its way to the store. */
const goneWithinMs = 5000
const settleMs = 1500

/**
 * Deletes pods at once, each only while it is the one that was made (its uid; else its name, its run's label and no
 * owner), and looks: the names of those that were not seen to go.
 */
export async function removePods(cluster: Cluster, made: readonly MadePod[]): Promise<readonly string[]> {
  const runs = Map.groupBy(made, (it) => `${it.namespace} ${it.run}`)
  return (await Promise.all([...runs.values()].map((it) => removeRun(cluster, it)))).flat()
}

async function removeRun(cluster: Cluster, made: readonly MadePod[]): Promise<readonly string[]> {
  const [first] = made
  if (first === undefined) return []
  const { namespace, run } = first
  const kill = (name: string, uid: string): Promise<unknown> =>
    cluster.delete(pods, namespace, name, { graceSeconds: 0, uid })
  const names = made.map((it) => `${namespace}/${it.name}`)
  const isUnclear = made.some((it) => it.uid === null)
  const began = performance.now()
  await Promise.all(made.map((it) => (it.uid === null ? null : kill(it.name, it.uid))))
  for (let pauseMs = 100; ; pauseMs *= 2) {
    const elapsed = performance.now() - began
    const seen = await cluster.list(pods, { namespace, labelSelector: `${labels.run}=${run}` }, (raw) =>
      made.some((it) => isMine(raw, it)) ? madeFrom(raw) : null,
    )
    const late = elapsed > goneWithinMs
    if (seen.known && seen.value.length === 0 && (!isUnclear || elapsed >= settleMs)) return []
    if (late) return seen.known ? seen.value.map((it) => `${namespace}/${it.name}`) : names
    await Promise.all((seen.known ? seen.value : []).map((it) => kill(it.name, it.uid ?? '')))
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, 1600)))
  }
}

/** Of that name and run, made by nobody else: a controller's pod has an owner, and another uid is another pod. */
function isMine({ metadata }: RawObject, pod: MadePod): boolean {
  const isNamed = metadata.name === pod.name && metadata.labels?.[labels.run] === pod.run
  return (
    isNamed &&
    (metadata.ownerReferences ?? []).length === 0 &&
    (pod.uid === null || metadata.uid === undefined || metadata.uid === pod.uid)
  )
}

/**
 * Removes what killed runs left in `namespace`: pods of hopscope's own that are older than any run can be. Younger
 * ones may belong to a run that goes on elsewhere.
 */
export async function removeLeftovers(cluster: Cluster, namespace: string): Promise<readonly string[]> {
  const found = await cluster.list(pods, { namespace, labelSelector: ours }, (raw) => ({ raw, pod: madeFrom(raw) }))
  const now = cluster.serverNow?.() ?? null
  if (!found.known || now === null) return []
  const old = found.value.flatMap(({ raw, pod }) => (isOurs(raw) && isLeftover(raw, now) ? [pod] : []))
  const left = await removePods(cluster, old)
  return old.map((it) => `${it.namespace}/${it.name}`).filter((it) => !left.includes(it))
}

/**
 * A minute more than its own deadline. `now` is the API server's, which wrote the pod's time as well: no two clocks to
 * differ.
 */
export function isLeftover(raw: RawObject, now: number): boolean {
  const { activeDeadlineSeconds: own } = (raw['spec'] ?? {}) as { readonly activeDeadlineSeconds?: unknown }
  const made: unknown = raw.metadata.creationTimestamp
  const seconds = typeof own === 'number' ? own : deadlineSeconds
  return typeof made === 'string' && now - Date.parse(made) > (seconds + 60) * 1000
}

export function madeFrom(raw: RawObject): MadePod {
  const spec = raw['spec'] as { readonly nodeName?: string } | undefined
  const { namespace, name, uid, labels: own } = raw.metadata
  return {
    namespace: namespace ?? '',
    name,
    run: own?.[labels.run] ?? '',
    uid: uid ?? null,
    node: spec?.nodeName ?? '',
  }
}
