import type { Cluster } from '../kube/cluster.ts'
import type { Known } from '../model/known.ts'
import { at, isList, isObject, type Json, type Manifest, put, own } from '../manifest/object.ts'
import type { StepHistory } from './history.ts'
import type { Plan, Step } from './plan.ts'
import { bare, holds, same, uidOf } from '../manifest/server-owned.ts'

/** Where a step stands, judged by the cluster and not by what we remember. */
export type State =
  /** As it was before the plan. */
  | { readonly kind: 'untouched'; readonly live: Manifest | null }
  /** As the plan wants it. */
  | { readonly kind: 'written'; readonly live: Manifest | null }
  /** Neither: someone else had a hand in it. */
  | { readonly kind: 'altered'; readonly live: Manifest | null; readonly why: string }

export const planLabel = 'hopscope.dev/plan'
/** Not `hopscope`: that label is for probe pods, which `hopscope cleanup` deletes. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'hopscope-fix' } as const

/** The object that a create step writes: marked with its plan, so that undo deletes nobody else's. */
export function marked(step: Extract<Step, { verb: 'create' }>, plan: Plan): Manifest {
  const labels = { ...managedBy, [planLabel]: plan.id }
  return Object.entries(labels).reduce<Manifest>(
    (object, [key, value]) => put(object, ['metadata', 'labels', key], value),
    step.after,
  )
}

/** The object now; null when it is not there. Unknown when it could not be looked at. */
export async function fetchLive(
  cluster: Cluster,
  { resource, object }: Pick<Step, 'resource' | 'object'>,
): Promise<Known<Manifest | null>> {
  const found = await cluster.get(resource, object.namespace, object.name, (raw) => raw as unknown as Manifest)
  if (!found.known && found.why.reason === 'not-there') return { known: true, value: null }
  return found
}

/**
 * What was sent, in the server's own spelling: it leaves out `readOnly: false`, writes quantities its way. The dry run
 * told how; what it made up beside (an address, defaults) is not asked for, as the real write may have got another.
 */
function asTheServerHas(sent: Json, expected: Json | null): Json {
  if (expected === null) return sent
  if (isObject(sent) && isObject(expected))
    return Object.fromEntries(
      Object.entries(sent).flatMap(([key, value]) => {
        const theirs = own(expected, key)
        return theirs === undefined ? [] : [[key, asTheServerHas(value, theirs)]]
      }),
    )
  if (isList(sent) && isList(expected))
    return sent.length === expected.length
      ? sent.map((it, index) => asTheServerHas(it, expected[index] ?? null))
      : expected
  return expected
}

export function stateOf(step: Step, live: Manifest | null, plan: Plan, history: StepHistory): State {
  switch (step.verb) {
    case 'create':
      return stateOfCreate(step, live, plan, history)
    case 'replace':
      return stateOfReplace(step, live, history)
    case 'delete':
      return stateOfDelete(step, live, history)
  }
}

type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>

const altered = (live: Manifest | null, why: string): State => ({ kind: 'altered', live, why })

function stateOfCreate(step: StepOf<'create'>, live: Manifest | null, plan: Plan, history: StepHistory): State {
  if (live === null) return history.done ? altered(live, 'it was deleted since') : { kind: 'untouched', live }
  if (at(live, 'metadata', 'labels', planLabel) !== plan.id) return altered(live, 'there is one of that name already')
  if (history.stored !== null && uidOf(live) !== history.stored.uid)
    return altered(live, 'it was deleted and made again since')
  if (at(live, 'metadata', 'deletionTimestamp') !== undefined) return { kind: 'written', live }
  const ours =
    history.stored === null
      ? holds(bare(live), asTheServerHas(bare(marked(step, plan)), history.expected))
      : same(live, history.stored.object)
  return ours ? { kind: 'written', live } : altered(live, 'it was changed since')
}

function stateOfReplace(step: StepOf<'replace'>, live: Manifest | null, history: StepHistory): State {
  if (live === null) return altered(live, 'it was deleted')
  if (uidOf(live) !== step.before.uid) return altered(live, 'it was deleted and made again')
  if (same(live, step.before.object)) return { kind: 'untouched', live }
  const wanted = history.stored?.object ?? history.expected
  return wanted !== null && same(live, wanted) ? { kind: 'written', live } : altered(live, 'it was changed')
}

function stateOfDelete(step: StepOf<'delete'>, live: Manifest | null, history: StepHistory): State {
  const asWanted = (why: string): State => (history.intended ? { kind: 'written', live } : altered(live, why))
  if (live === null) return asWanted('it is gone already')
  if (uidOf(live) !== step.before.uid) return asWanted('it was deleted and made again')
  if (at(live, 'metadata', 'deletionTimestamp') !== undefined) return asWanted('it is being deleted')
  return same(live, step.before.object) ? { kind: 'untouched', live } : altered(live, 'it was changed')
}
