import { type CheckResult, type Diagnosis, isNotAsked } from '../../engine.ts'
import type { Finding } from '../../findings/finding.ts'
import { headline, isUnsure } from './headline.ts'
import { lookedAt } from './looked-at.ts'

/** One object, versioned; the same bytes for the same diagnosis. The field names are the contract for scripts. */
export function json(diagnosis: Diagnosis, run: Readonly<Record<string, unknown>> = {}): string {
  const { model, results, roots } = diagnosis
  const ids = new Map(
    roots.flatMap((root) => [root.finding, ...root.consequences]).map((finding, index) => [finding, `f${index + 1}`]),
  )
  const words = new Map(results.map((it) => [it.check.code, it.check.words]))
  const row = (finding: Finding, explains: readonly Finding[]): object => ({
    id: ids.get(finding),
    code: finding.code,
    slug: finding.slug,
    severity: finding.severity,
    confidence: finding.confidence,
    subject: finding.subject,
    args: finding.args,
    text: words.get(finding.code)?.headline(finding),
    evidence: finding.evidence,
    explains: explains.map((it) => ids.get(it)),
    remedies: finding.remedies,
  })
  const out = {
    schema: 'hopscope/v1',
    verdict: verdictOf(diagnosis),
    headline: headline(diagnosis),
    scope: model.scope,
    cluster: model.cluster,
    ...run,
    findings: roots.map((root) => row(root.finding, root.consequences)),
    explained: roots.flatMap((root) =>
      root.consequences.map((it) => ({ ...row(it, []), cause: ids.get(root.finding) })),
    ),
    cannotTell: unsure(results, (it) => !isNotAsked(it)),
    notAsked: unsure(results, isNotAsked),
    crashed: results.flatMap((it) => (it.crash === null ? [] : [{ code: it.check.code, stack: it.crash }])),
    ok: results.filter((it) => it.verdict === 'ok').map((it) => it.check.code),
    ignored: results.filter((it) => it.verdict === 'ignored').map((it) => it.check.code),
    lookedAt: lookedAt(model),
    notApplicable: results.filter((it) => it.verdict === 'not-applicable').map((it) => it.check.code),
  }
  return `${JSON.stringify(out, null, 2)}\n`
}

function unsure(
  results: readonly CheckResult[],
  which: (it: CheckResult['cannotTell'][number]) => boolean,
): readonly object[] {
  return results.flatMap((it) =>
    it.cannotTell.filter(which).map(({ reason, why, settle }) => ({ code: it.check.code, reason, why, settle })),
  )
}

function verdictOf({ results, roots }: Diagnosis): string {
  if (results.some((it) => it.verdict === 'crashed')) return 'crashed'
  if (roots.length > 0) return 'findings'
  return results.some(isUnsure) ? 'cannot-tell' : 'ok'
}
