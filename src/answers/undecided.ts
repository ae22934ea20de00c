import type { RootCause } from '../findings/finding.ts'
import type { Model } from '../model/sources.ts'
import { unheard, unjudgedTarget } from '../relations/unmeasured.ts'
import { isUntold, traceOf } from './trace/trace.ts'

/** Of a diagnosis, what tells whether something stays in doubt. */
interface Doubtful {
  readonly model: Model
  readonly roots: readonly RootCause[]
  readonly results: readonly {
    readonly check: { readonly code: string; readonly doubts?: boolean }
    readonly verdict: string
    readonly cannotTell: readonly { readonly reason: string; readonly why: string }[]
  }[]
}

/** What was asked was not measured, or something was seen that may be a fault, and nothing settles it. */
export function doubtIn({ model, results, roots }: Doubtful): string | null {
  const doubters = new Set(results.flatMap(({ check }) => (check.doubts === true ? [check.code] : [])))
  const possible = roots.find(({ finding }) => finding.confidence === 'possible' && doubters.has(finding.code))
  const its = results.filter((it) => it.check.doubts === true && it.verdict === 'cannot-tell')
  const unsettled = its.flatMap((it) => it.cannotTell).find((it) => it.reason === 'ambiguous')?.why
  const shown = possible === undefined ? null : `what ${possible.finding.code} below says may be so`
  return unheard(model) ?? unjudgedTarget(model) ?? unsettled ?? shown ?? untriedIn(model)
}

/** What was asked is whether it opens. */
function untriedIn(model: Model): string | null {
  const trace = traceOf(model, [])
  return trace !== null && isUntold(trace) ? 'whether the connection opens was not measured' : null
}

/**
 * Whether a URL, or a way from one place to another, was asked about, and the answer is that nobody can say: the very
 * sentence that the report begins with. Whoever goes by the exit code must not read it as health.
 */
export function isUndecided(diagnosis: Doubtful): boolean {
  const { target, trace } = diagnosis.model.scope
  const isWay = trace !== undefined || (target.kind === 'object' && target.url !== null)
  return isWay && diagnosis.roots.every(({ finding }) => finding.severity === 'info') && doubtIn(diagnosis) !== null
}
