import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Cluster } from '../kube/cluster.ts'
import { leases } from '../kube/resources.ts'
import { at, type Manifest, put, text } from '../manifest/object.ts'
import { owe } from '../owed.ts'
import { managedBy, planLabel } from './look.ts'
import { uidOf, versionOf } from '../manifest/server-owned.ts'

const namespace = 'kube-system'
const lockName = 'hopscope-fix'
export const lockSubject = { kind: 'Lease', namespace, name: lockName } as const

/** Renewed three times in this. */
const heldForSeconds = 15

/** The right to write, held in the cluster, so that two people on two machines do not apply at once. */
export interface Lock {
  /** Why the lock is no longer ours; null while it is. To be asked before each write. */
  readonly lost: () => string | null
  /** False when the Lease may still be there: the cluster did not answer, or another run holds it. */
  readonly release: () => Promise<boolean>
}

export type Taking =
  | { readonly kind: 'taken'; readonly lock: Lock }
  | { readonly kind: 'held'; readonly why: string; readonly hint: string | null }

export interface LockAsk {
  readonly plan: string
  /** Different for every process. */
  readonly run: string
  readonly sleep: (ms: number) => Promise<void>
  readonly isDead: (run: string) => boolean
}

/** This process, so that another one on this machine can see whether it still runs. */
export function thisRun(nonce: string): string {
  return `${machine()}/${process.pid}/${nonce}`
}

/**
 * Process ids mean something within one PID namespace only: containers may share a machine's name, not its processes.
 */
function machine(): string {
  try {
    return `${hostname()}~${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`
  } catch {
    return hostname()
  }
}

/** Whether a run is known to have ended: only for runs on this machine; elsewhere nobody can know. */
export function isDeadHere(run: string): boolean {
  const [host, pid] = run.split('/')
  if (host !== machine() || pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/**
 * Creates the Lease, or takes it over from a killed run of the same plan. Another plan's is never taken: its run may
 * have left the cluster half-way, which only its own resume or undo puts right.
 */
export async function takeLock(cluster: Cluster, ask: LockAsk): Promise<Taking> {
  const holder = `${ask.plan}/${ask.run}`
  const made = await cluster.create(leases, namespace, leaseOf(ask.plan, holder))
  if (made.known) return { kind: 'taken', lock: holding(cluster, made.value as unknown as Manifest) }
  const found = await look(cluster)
  if (found === null)
    return {
      kind: 'held',
      why: `the lock (Lease ${namespace}/${lockName}) could not be taken: ${made.why.detail}`,
      hint: made.why.reason === 'forbidden' ? `ask for the right to ${made.why.detail}` : 'try again',
    }

  const heldBy = text(at(found, 'spec', 'holderIdentity')) ?? ''
  const [plan = '', ...rest] = heldBy.split('/')
  const other = rest.join('/')
  // The create's answer may have been lost on the way: then this is our own.
  if (heldBy === holder) return { kind: 'taken', lock: holding(cluster, found) }
  if (plan !== ask.plan) {
    const since =
      `since ${text(at(found, 'spec', 'acquireTime')) ?? 'a time that it does not say'}, ` +
      `last heard of ${text(at(found, 'spec', 'renewTime')) ?? 'never'}`
    return {
      kind: 'held',
      why: `plan ${plan} is being applied or undone (by ${other}, ${since}; Lease ${namespace}/${lockName})`,
      hint:
        `if that run was killed: hopscope fix --undo ${plan}, where the plan is kept; ` +
        `if the plan is lost: kubectl -n ${namespace} delete lease ${lockName}`,
    }
  }
  if (!ask.isDead(other)) {
    // Not by the clock: two machines' clocks may differ. A holder that lives renews, and that can be seen.
    await ask.sleep(heldForSeconds * 1000)
    const later = await look(cluster)
    if (later !== null && versionOf(later) !== versionOf(found))
      return { kind: 'held', why: `plan ${plan} is being applied or undone right now (by ${other})`, hint: null }
  }
  const taken = await cluster.replace(leases, namespace, lockName, held(found, holder))
  if (taken.known) return { kind: 'taken', lock: holding(cluster, taken.value as unknown as Manifest) }
  return {
    kind: 'held',
    why: `the lock of the earlier run could not be taken over: ${taken.why.detail}`,
    hint: 'try again',
  }
}

function holding(cluster: Cluster, first: Manifest): Lock {
  let lease = first
  let trouble: string | null = null
  let renewed = performance.now()
  let timer: NodeJS.Timeout | null = null
  let renewing: Promise<void> = Promise.resolve()

  const renew = async (): Promise<void> => {
    const next = await cluster.replace(
      leases,
      namespace,
      lockName,
      held(lease, text(at(lease, 'spec', 'holderIdentity')) ?? ''),
    )
    if (next.known) {
      lease = next.value as unknown as Manifest
      renewed = performance.now()
    } else if (next.why.reason === 'not-there') {
      // Someone deleted the Lease: from now on another run may make its own.
      trouble = 'the lock is gone from the cluster'
    } else {
      const now = await look(cluster)
      if (now !== null && at(now, 'spec', 'holderIdentity') !== at(lease, 'spec', 'holderIdentity'))
        trouble = 'another run took the lock'
      else if (now !== null) lease = now
    }
  }
  const again = (): void => {
    timer = setTimeout(
      () => {
        renewing = renew().then(again)
      },
      (heldForSeconds * 1000) / 3,
    )
    timer.unref()
  }
  again()

  const debt = { what: `Lease ${namespace}/${lockName}`, pay: () => release() }
  const settled = owe(debt)
  const release = async (): Promise<boolean> => {
    if (timer !== null) clearTimeout(timer)
    await renewing
    if (timer !== null) clearTimeout(timer)
    if (trouble !== null) return false
    const gone = await cluster.delete(leases, namespace, lockName, {
      uid: uidOf(lease),
      resourceVersion: versionOf(lease),
    })
    if (gone.known) return true
    // A renewal whose answer was lost may have moved it.
    const now = await look(cluster)
    if (now === null || at(now, 'spec', 'holderIdentity') !== at(lease, 'spec', 'holderIdentity')) return false
    return (await cluster.delete(leases, namespace, lockName, { uid: uidOf(now), resourceVersion: versionOf(now) }))
      .known
  }
  return {
    lost: () =>
      trouble ??
      (performance.now() - renewed > heldForSeconds * 1000
        ? `the lock could not be renewed for ${heldForSeconds} s`
        : null),
    release: async () => {
      const released = await release()
      // Not ours any more, or gone: in both cases nothing that another try would take away.
      settled()
      return released
    },
  }
}

async function look(cluster: Cluster): Promise<Manifest | null> {
  const found = await cluster.get(leases, namespace, lockName, (raw) => raw as unknown as Manifest)
  return found.known ? found.value : null
}

function leaseOf(plan: string, holder: string): Manifest {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: lockName, namespace, labels: { ...managedBy, [planLabel]: plan } },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: heldForSeconds,
      acquireTime: microTime(),
      renewTime: microTime(),
    },
  }
}

function held(lease: Manifest, holder: string): Manifest {
  return put(put(lease, ['spec', 'holderIdentity'], holder), ['spec', 'renewTime'], microTime())
}

/** metav1.MicroTime: RFC 3339 with exactly six decimals. */
function microTime(): string {
  return new Date().toISOString().replace(/Z$/, '000Z')
}
