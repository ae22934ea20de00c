import { createHash } from 'node:crypto'
import type { Resource } from '../kube/cluster.ts'
import type { Subject } from '../model/subject.ts'
import type { Applicability, Proposal, Reload, Verification } from '../remedies/remedy.ts'
import type { Manifest } from '../manifest/object.ts'
import { canonical } from '../manifest/canonical.ts'
import { apiVersionOf, resourceOf } from './kinds.ts'
import type { Measure } from './measure.ts'
import { type Owner, ownersOf } from '../manifest/owners.ts'
import { bare, uidOf, versionOf } from '../manifest/server-owned.ts'

export const planSchema = 1

/** What undo does about a step. `gone`: nothing can be restored, and why. */
export type Inverse =
  | { readonly verb: 'delete' }
  | { readonly verb: 'restore' }
  | { readonly verb: 'create' }
  | { readonly verb: 'gone'; readonly why: string }

interface StepBase {
  readonly resource: Resource
  readonly object: Subject
  /** A few words for the reader beside the object's name. */
  readonly say: string | null
  readonly inverse: Inverse
}

/** The object as it was read, without what the server owns, and which one it was. */
export interface Before {
  readonly uid: string
  readonly resourceVersion: string
  readonly object: Manifest
}

export type Step =
  | (StepBase & { readonly verb: 'create'; readonly before: null; readonly after: Manifest })
  | (StepBase & {
      readonly verb: 'replace'
      readonly before: Before
      readonly after: Manifest
      readonly reload?: Reload
    })
  | (StepBase & { readonly verb: 'delete'; readonly before: Before; readonly after: null })

/**
 * A remedy, worked out for one cluster at one moment. Nothing in it is a promise that the cluster has not moved since.
 */
export interface Plan {
  readonly schema: typeof planSchema
  /** The first letters of a hash over everything else: a plan file that was edited is no longer that plan. */
  readonly id: string
  readonly code: string
  readonly subject: Subject
  readonly remedy: string
  readonly applicability: Applicability
  readonly cluster: {
    readonly context: string
    readonly server: string
    /** of namespace kube-system: names a cluster for good */ readonly uid: string
  }
  readonly createdAt: string
  readonly expiresAt: string
  readonly steps: readonly Step[]
  readonly effect: string
  readonly risk: Proposal['risk']
  readonly verify: Verification
  /** What was measured before, to compare with; null where nothing was probed. */
  readonly measured: Measure | null
  readonly notes: readonly string[]
  /** What a person must have done by hand before undo, or undo does harm. */
  readonly undoFirst?: string
  readonly owners: readonly Owner[]
}

/** Long enough to read and discuss, short enough that the measurements behind it still hold. */
export const lifetimeMs = 30 * 60_000

export interface About {
  readonly code: string
  readonly subject: Subject
  readonly remedy: string
  readonly cluster: Plan['cluster']
  readonly now: Date
  readonly measured: Measure | null
  /** Raw objects next to which new ones are put: who keeps those keeps these. */
  readonly neighbours: readonly Manifest[]
}

/** Pure: same input, same plan, byte for byte. */
export function planOf(proposal: Proposal, about: About): Plan {
  const steps = proposal.changes.map(stepOf)
  const { code, subject, remedy, cluster, now, measured } = about
  const body: Omit<Plan, 'id'> = {
    schema: planSchema,
    code,
    subject,
    remedy,
    applicability: proposal.applicability,
    cluster,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifetimeMs).toISOString(),
    steps,
    effect: proposal.effect,
    risk: proposal.risk,
    verify: proposal.verify,
    measured,
    notes: proposal.notes,
    ...(proposal.undoFirst === undefined ? {} : { undoFirst: proposal.undoFirst }),
    owners: ownersOf([
      ...proposal.changes.flatMap((it) => (it.verb === 'create' ? [] : [it.before])),
      ...about.neighbours,
    ]),
  }
  return { ...body, id: idOf(body) }
}

/** 16 of 64 digits: nobody finds another plan of the same name, and a person can still paste it. */
export function idOf({ ...plan }: Omit<Plan, 'id'> & { readonly id?: string }): string {
  delete plan.id
  return createHash('sha256').update(canonical(plan)).digest('hex').slice(0, 16)
}

function stepOf(change: Proposal['changes'][number]): Step {
  const { object, say } = change
  const resource = resourceOf(object.kind)
  const kind = { apiVersion: apiVersionOf(resource), kind: object.kind }
  if (change.verb === 'create') {
    return {
      verb: 'create',
      resource,
      object,
      say,
      before: null,
      after: { ...kind, ...change.after },
      inverse: { verb: 'delete' },
    }
  }
  const before: Before = {
    uid: uidOf(change.before),
    resourceVersion: versionOf(change.before),
    object: { ...kind, ...bare(change.before) },
  }
  if (change.verb === 'replace') {
    return {
      verb: 'replace',
      resource,
      object,
      say,
      before,
      after: { ...kind, ...bare(change.after) },
      inverse: { verb: 'restore' },
      ...(change.reload === undefined ? {} : { reload: change.reload }),
    }
  }
  return {
    verb: 'delete',
    resource,
    object,
    say,
    before,
    after: null,
    inverse: change.forGood === null ? { verb: 'create' } : { verb: 'gone', why: change.forGood },
  }
}

/** Whether undo brings everything back. */
export function isReversible(plan: Plan): boolean {
  return plan.steps.every((it) => it.inverse.verb !== 'gone')
}
