import type { Condition, Gateway } from '../../model/gateway.ts'
import { goodWhenFalse, goodWhenTrue } from '../../model/gateway-words.ts'

/**
 * What is wrong with one condition. `stale`: it speaks of an older object than is there, so that nobody knows of this
 * one. Of conditions that the API does not define nobody knows which way they are good.
 */
export interface BadCondition {
  readonly kind: 'bad' | 'waiting' | 'stale' | 'absent'
  readonly type: string
  readonly reason: string
  readonly message: string
}

/**
 * Conditions that are not as they are when all is well; `wanted` are those without which nothing is said at all. Empty
 * = as it should be.
 */
export function badConditions(
  conditions: readonly Condition[],
  generation: number,
  wanted: readonly string[],
): readonly BadCondition[] {
  const there = new Set(conditions.map((it) => it.type))
  const absent = wanted
    .filter((it) => !there.has(it))
    .map((type): BadCondition => ({ kind: 'absent', type, reason: '', message: '' }))
  return [...conditions.flatMap((it) => judge(it, generation)), ...absent]
}

function judge(it: Condition, generation: number): readonly BadCondition[] {
  const { type, reason, message } = it
  const isGood = goodWhenTrue.has(type)
  if (!isGood && !goodWhenFalse.has(type)) return []
  // A generation of 0 is none: kinds whose objects are not counted, and files that were cut.
  const isStale = it.generation !== null && generation > 0 && it.generation < generation
  if (isStale) return [{ kind: 'stale', type, reason, message }]
  if (it.status === 'Unknown') return isGood ? [{ kind: 'waiting', type, reason, message }] : []
  return (it.status === 'True') === isGood ? [] : [{ kind: 'bad', type, reason, message }]
}

/**
 * Whether some controller has looked at this Gateway, for good or ill: then its class is served, also by one that
 * writes into no GatewayClass, as Contour does not where a Gateway is given to it by name (`gateway.gatewayRef`). The
 * CRD itself writes Unknown.
 */
export function isLookedAt({ conditions }: Gateway): boolean {
  return conditions.some((it) => it.status !== 'Unknown')
}

/** `Accepted is False (NotAllowedByListeners)`, as `kubectl describe` shows it. */
export function conditionText({ kind, type, reason }: BadCondition): string {
  if (kind === 'absent') return `${type} is not in its status`
  if (kind === 'stale') return `${type} is of an older generation`
  if (kind === 'waiting') return `${type} is Unknown${reason === '' ? '' : ` (${reason})`}`
  return `${type} is ${goodWhenFalse.has(type) ? 'True' : 'False'}${reason === '' ? '' : ` (${reason})`}`
}
