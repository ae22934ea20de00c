import type { Finding } from '../../findings/finding.ts'
import { buildPlan } from '../../plan/build.ts'
import type { Plan } from '../../plan/plan.ts'
import { remediesFor } from '../../remedies/registry.ts'
import type { NotOffered, Remedy } from '../../remedies/remedy.ts'
import type { Caller, SessionEvent } from '../events.ts'
import { findCheck } from '../select.ts'
import type { Ended } from '../with-cluster.ts'
import { askOf, checkNamed, findingsOf, type FixAsk, type Look, type NoFinding, noFinding, withLook } from './look.ts'

/** A remedy for a finding: offered, or the reason why not. */
export type Offer =
  | {
      readonly kind: 'offered'
      readonly remedy: Pick<Remedy, 'id' | 'title'>
      readonly applicability: Plan['applicability']
    }
  | { readonly kind: 'not-here'; readonly remedy: Pick<Remedy, 'id' | 'title'>; readonly reason: NotOffered }

/** Told for each finding as its offers are known. */
export interface OffersEvent {
  readonly kind: 'offers'
  readonly finding: Finding
  /** The title of its check. */
  readonly title: string
  readonly offers: readonly Offer[]
}

/** `remedies`: all that were told of. */
export type Listed = { readonly kind: 'listed'; readonly remedies: readonly string[] } | NoFinding

/** For each finding the remedies. Writes nothing anywhere. */
export async function listFixes(
  code: string | null,
  ask: FixAsk,
  { signal: stop, tell }: Caller<SessionEvent | OffersEvent>,
): Promise<Ended<Listed>> {
  const only = code === null ? null : checkNamed(code).code
  return withLook<Listed>(only, ask, { signal: stop, tell }, async (look) => {
    const findings = findingsOf(look.diagnosis, only)
    if (findings.length === 0) return noFinding(only, look.diagnosis)
    const remedies = new Set<string>()
    for (const finding of findings) {
      look.signal.throwIfAborted()
      const offers: Offer[] = []
      for (const remedy of remediesFor(finding.code)) {
        remedies.add(remedy.id)
        offers.push(await offerOf(look, remedy, finding, ask))
      }
      tell({ kind: 'offers', finding, title: findCheck(finding.code)?.title ?? finding.slug, offers })
    }
    return { kind: 'listed', remedies: [...remedies] }
  })
}

async function offerOf({ cluster, diagnosis }: Look, remedy: Remedy, finding: Finding, ask: FixAsk): Promise<Offer> {
  const asked = await askOf(cluster, diagnosis.model, { findings: [finding], named: [] }, ask)
  const plan = await buildPlan(cluster, remedy, asked, { now: new Date() })
  return 'kind' in plan
    ? { kind: 'not-here', remedy, reason: plan }
    : { kind: 'offered', remedy, applicability: plan.applicability }
}
