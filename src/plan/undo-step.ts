import { isObject, at, type Manifest } from '../manifest/object.ts'
import { diff } from '../manifest/diff.ts'
import type { StepHistory } from './history.ts'
import { planLabel, stateOf } from './look.ts'
import type { Plan, Step } from './plan.ts'
import { bare, same, uidOf } from '../manifest/server-owned.ts'
import { takeBack } from './three-way.ts'

/** What undo has to do about one step, judged by the cluster as it is now. */
export type Todo =
  /** `say`: why something is left as it is; null when it is as it was. */
  | { readonly kind: 'nothing'; readonly say: string | null }
  /** What the plan made goes. */
  | { readonly kind: 'delete'; readonly live: Manifest }
  /** What the plan deleted comes back. */
  | { readonly kind: 'create'; readonly object: Manifest }
  /**
   * The plan's own fields as they were, and all others as they are now. `kept`: fields that stay as somebody else set
   * them.
   */
  | { readonly kind: 'replace'; readonly live: Manifest; readonly object: Manifest; readonly kept: readonly string[] }

export interface Judged {
  readonly todo: Todo
  /** Why a person must have seen this: it takes somebody else's change away. null when it takes none. */
  readonly against: { readonly why: string; readonly lines: readonly string[] } | null
}

/**
 * Three-way: what was recorded before, what was recorded after, and what is there now. An object that has another uid
 * was created again by somebody else, and is never written to, whatever is forced.
 */
export function judgeStep(step: Step, live: Manifest | null, plan: Plan, history: StepHistory): Judged {
  if (step.inverse.verb === 'gone') return { todo: { kind: 'nothing', say: step.inverse.why }, against: null }
  switch (step.verb) {
    case 'create':
      return created(step, live, plan, history)
    case 'delete':
      return deleted(step, live)
    case 'replace':
      return replaced(step, live, history)
  }
}

function nothing(say: string | null): Judged {
  return { todo: { kind: 'nothing', say }, against: null }
}

function created(
  step: Extract<Step, { verb: 'create' }>,
  live: Manifest | null,
  plan: Plan,
  history: StepHistory,
): Judged {
  const { stored, expected } = history
  if (live === null) return nothing(null)
  const isOurs =
    at(live, 'metadata', 'labels', planLabel) === plan.id && (stored === null || uidOf(live) === stored.uid)
  if (!isOurs) return nothing('it is not what this plan created')
  const wanted = stored?.object ?? expected ?? step.after
  const isChanged =
    stored === null
      ? stateOf(step, live, plan, history).kind !== 'written'
      : !same(withoutReplicas(live), withoutReplicas(wanted))
  if (!isChanged || at(live, 'metadata', 'deletionTimestamp') !== undefined)
    return { todo: { kind: 'delete', live }, against: null }
  return {
    todo: { kind: 'delete', live },
    against: {
      why: 'it was changed since',
      lines: linesOf(wanted, live, 'since changed, and would be deleted with it'),
    },
  }
}

function deleted(step: Extract<Step, { verb: 'delete' }>, live: Manifest | null): Judged {
  const former = step.before.object
  if (live === null) return { todo: { kind: 'create', object: former }, against: null }
  if (same(live, former))
    return isLeaving(live) ? { todo: { kind: 'create', object: former }, against: null } : nothing(null)
  if (uidOf(live) !== step.before.uid) return nothing('somebody created it again')
  // It was never deleted, or is on its way out, and somebody wrote to it.
  return isLeaving(live)
    ? { todo: { kind: 'create', object: former }, against: null }
    : nothing('it was changed by someone else, and not deleted')
}

function replaced(
  step: Extract<Step, { verb: 'replace' }>,
  live: Manifest | null,
  { stored, expected }: StepHistory,
): Judged {
  const former = step.before.object
  if (live === null)
    return {
      todo: { kind: 'create', object: former },
      against: { why: 'it was deleted', lines: ['it was deleted since, and would be made again'] },
    }
  if (isLeaving(live))
    return {
      todo: { kind: 'create', object: former },
      against: { why: 'it is being deleted', lines: ['it is being deleted, and would be made again'] },
    }
  if (uidOf(live) !== step.before.uid) return nothing('it was deleted and made again by someone else')
  const wanted = stored?.object ?? expected ?? step.after
  const kept: string[] = []
  const merged = takeBack(former, bare(wanted), bare(live), (path) => {
    // Who scales a workload knows its load now; what it had before the plan is nobody's wish.
    if (path !== 'spec.replicas') return 'former'
    kept.push(path)
    return 'theirs'
  })
  const clashes = merged.clashes.filter((it) => !kept.includes(it.path))
  if (same(merged.value, live)) return nothing(kept.length === 0 ? null : keptWords(kept))
  const against =
    clashes.length === 0
      ? null
      : {
          why: `it was changed: ${clashes.map((it) => it.path).join(', ')}`,
          lines: linesOf(live, merged.value, 'now -> as it would be'),
        }
  return { todo: { kind: 'replace', live, object: merged.value, kept }, against }
}

export function keptWords(kept: readonly string[]): string {
  return `${kept.join(', ')} stays as someone else set it`
}

function linesOf(from: Manifest, to: Manifest, title: string): readonly string[] {
  return [`${title}:`, ...diff(bare(from), bare(to)).map((it) => `${it.sign} ${it.text}`)]
}

/** An autoscaler writes them, and a person in a hurry. */
function withoutReplicas(object: Manifest): Manifest {
  const { spec, ...rest } = object
  if (!isObject(spec)) return object
  const { replicas: _replicas, ...others } = spec
  return { ...rest, spec: others }
}

function isLeaving(live: Manifest): boolean {
  return at(live, 'metadata', 'deletionTimestamp') !== undefined
}
