import { checks } from '../checks/registry.ts'
import { type CheckResult, isNotAsked } from '../engine.ts'
import { type Level, type Model, sourceLevel } from '../model/sources.ts'
import type { Verification } from '../remedies/remedy.ts'

const order: readonly Level[] = ['read', 'probe', 'node']

/**
 * A cure is looked for where the finding was: at the level of every source that its checks need, and of every one that
 * they had when they found it. A remedy's own word can only ask for more.
 */
export function verifyLevel({ codes, level }: Verification, { sources }: Pick<Model, 'sources'>): Level {
  const of = checks.filter((it) => codes.includes(it.code))
  return highest([
    level,
    ...of
      .flatMap((it) => [...it.needs, ...it.wants.filter((name) => sources[name].known)])
      .map((it) => sourceLevel[it]),
  ])
}

/**
 * The look that would let a check tell that could not, because this one asked for too little: once a spec is fixed, it
 * no longer accuses, and only what stands in the pods can acquit. Null where no wider look would help. Never the node's
 * own level: who did not give it for the plan is not asked for it by the cure.
 */
export function settlingLevel({ codes, level }: Verification, results: readonly CheckResult[]): 'probe' | null {
  if (level !== 'read') return null
  const mine = results.filter((it) => codes.includes(it.check.code))
  const open = mine.flatMap((it) => it.cannotTell.filter(isNotAsked)).filter((it) => it.settle === '--probe')
  return open.length > 0 && mine.every((it) => it.findings.length === 0) ? 'probe' : null
}

function highest(levels: readonly Level[]): Level {
  return order[Math.max(...levels.map((it) => order.indexOf(it)))] ?? 'read'
}
