import { cannotTell, notApplicable, type Verdict } from '../../findings/verdict.ts'
import type { Mesh } from '../../model/mesh.ts'
import { some } from '../../phrases.ts'

type Listed = Pick<Mesh, 'inScopeOnly' | 'notHeld'>

/** Whether one that is not in the model may be there all the same. */
export function mayBeElsewhere({ inScopeOnly, notHeld = [] }: Listed, kind: string): boolean {
  return inScopeOnly.includes(kind) || notHeld.includes(kind)
}

/** Null where all of these kinds were looked for; else that a file without them says nothing of them. */
export function unseenKinds({ notHeld = [] }: Listed, kinds: readonly string[]): Verdict<never> | null {
  const lacking = kinds.filter((it) => notHeld.includes(it))
  return lacking.length === 0 ? null : cannotTell('cut-off', `the file holds no ${some(lacking)} of Istio, or not all`)
}

/** There is none of these here, or nobody knows. */
export function noneHere(mesh: Listed, kinds: readonly string[], why: string): Verdict<never> {
  return unseenKinds(mesh, kinds) ?? notApplicable(why)
}
