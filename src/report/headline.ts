import type { Diagnosis } from '../engine.ts'
import type { Scope } from '../model/sources.ts'
import { unmeasured } from '../relations/unmeasured.ts'
import { nameOf } from './name.ts'
import type { Paint } from './paint.ts'

/**
 * The answer in one sentence. Never "all is well" when something could not be seen: silence is not health.
 */
export function headline(diagnosis: Diagnosis): string {
  const root = diagnosis.roots.find((it) => it.finding.severity !== 'info') ?? null
  if (root !== null) {
    const check = diagnosis.results.find((it) => it.check.code === root.finding.code)?.check
    const others = diagnosis.roots.filter((it) => it !== root && it.finding.severity === 'error').length
    return `${check?.words.headline(root.finding) ?? root.finding.slug}${others === 0 ? '' : ` ${others} more root cause${others === 1 ? '' : 's'} below.`}`
  }
  const crashed = diagnosis.results.filter((it) => it.verdict === 'crashed').length
  if (crashed > 0) return `${crashed} check${crashed === 1 ? '' : 's'} crashed: hopscope can't say whether ${about(diagnosis.model.scope)} is well.`
  const silence = unmeasured(diagnosis.model)
  if (silence !== null) return `The probe measured nothing (${silence}): hopscope can't say whether ${about(diagnosis.model.scope)} is well.`
  const unsure = diagnosis.results.filter((it) => it.cannotTell.length > 0).length
  const fine = diagnosis.results.filter((it) => it.verdict === 'ok').length
  if (unsure > 0) return `No fault found in what could be seen of ${about(diagnosis.model.scope)}; ${unsure} check${unsure === 1 ? '' : 's'} could not tell.`
  if (fine === 0) return `Nothing to check: ${about(diagnosis.model.scope)} has nothing that these checks look at.`
  const told = diagnosis.roots.length
  const rest = told === 0 ? '.' : `; ${told === 1 ? 'one thing is' : `${told} things are`} worth knowing, below.`
  return fine === 1 ? `The one check that applies to ${about(diagnosis.model.scope)} is fine${rest}` : `All ${fine} checks that apply to ${about(diagnosis.model.scope)} are fine${rest}`
}

function about(scope: Scope): string {
  if (scope.target.kind === 'dns') return "the cluster's DNS"
  if (scope.target.kind === 'object') return nameOf(scope.target.object)
  return scope.namespace === null ? 'the cluster' : `namespace ${scope.namespace} and the cluster's DNS`
}

export function tally(diagnosis: Diagnosis, paint: Paint): string {
  const explained = diagnosis.roots.reduce((sum, it) => sum + it.consequences.length, 0)
  const roots = diagnosis.roots.length
  const count = (verdict: string): number => diagnosis.results.filter((it) => it.verdict === verdict).length
  const unsure = diagnosis.results.filter((it) => it.cannotTell.length > 0).length
  const parts = [
    `${count('ok')} ok`,
    `${roots} finding${roots === 1 ? '' : 's'}${explained === 0 ? '' : ` (+${explained} explained)`}`,
    `${unsure} cannot tell`,
    `${count('not-applicable')} not applicable`,
    ...(count('crashed') === 0 ? [] : [`${count('crashed')} crashed`]),
  ]
  return parts.join(` ${paint.dot} `)
}
