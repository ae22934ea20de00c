import { doubtIn } from '../../answers/undecided.ts'
import { type Diagnosis, isBlind, isNotAsked } from '../../engine.ts'
import type { Model } from '../../model/sources.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, readable, some } from '../../phrases.ts'
import { unmeasured, unseenWhole } from '../../relations/unmeasured.ts'
import { lookedAt } from './looked-at.ts'
import { nameOf } from '../name.ts'
import type { Paint } from '../paint.ts'
import { together, unlookedParts } from './unlooked.ts'

/**
 * The answer in one sentence. Never "all is well" when something could not be seen: silence is not health.
 */
export function headline(diagnosis: Diagnosis): string {
  const root = diagnosis.roots.find((it) => it.finding.severity !== 'info') ?? null
  if (root !== null) {
    const check = diagnosis.results.find((it) => it.check.code === root.finding.code)?.check
    const more = diagnosis.roots.filter((it) => it !== root && it.finding.severity === 'error')
    // The same fault in other places is no other cause.
    const others = new Set(more.map((it) => it.finding.code).filter((it) => it !== root.finding.code)).size
    const own = nameOf(root.finding.subject)
    const alike = more.filter((it) => it.finding.code === root.finding.code).map((it) => nameOf(it.finding.subject))
    const same = [...new Set(alike)].filter((it) => it !== own)
    const also =
      same.length === 0
        ? ''
        : ` The same at ${same.slice(0, 4).join(', ')}${same.length > 4 ? ` and ${same.length - 4} more` : ''}.`
    const below = others === 0 ? '' : ` ${count(others, 'more root cause')} below.`
    return `${readable(check?.words.headline(root.finding) ?? root.finding.slug)}${also}${below}`
  }
  return withoutFault(diagnosis)
}

function withoutFault(diagnosis: Diagnosis): string {
  const { model, results, roots, elsewhere = 0 } = diagnosis
  const what = about(model)
  const crashed = results.filter((it) => it.verdict === 'crashed').length
  if (crashed > 0)
    return `${crashed} check${crashed === 1 ? '' : 's'} crashed: hopscope can't say whether ${what} is well.`
  const silence = unmeasured(model)
  if (silence !== null) return `The probe measured nothing (${silence}): hopscope can't say whether ${what} is well.`
  const blank = withoutSight(diagnosis, what)
  if (blank !== null) return blank
  const rest = restOf(diagnosis)
  const isMore = roots.length + elsewhere > 0 || results.some((it) => it.verdict === 'cannot-tell')
  if (isEmpty(diagnosis)) return `Nothing to check: 0 Services and 0 pods in ${what}: is -n right?`
  if (!results.some((it) => it.verdict === 'ok') && !isMore)
    return `Nothing to check: ${what} has nothing that these checks look at.`
  const seen = lookedAt(model)
  const measured = model.scope.level === 'read' && !isOfFile(model) ? 'nothing was measured' : null
  const tail = [...(seen === '' ? [] : [seen]), ...(measured === null ? [] : [measured]), ...rest].join('; ')
  return `Nothing wrong was seen in ${what}${tail === '' ? '' : `: ${tail}`}.`
}

/** What stays open, and what was seen that is no fault of what was asked about. */
function restOf(diagnosis: Diagnosis): readonly string[] {
  const { results, roots, elsewhere = 0 } = diagnosis
  const unsure = results.filter((it) => it.verdict === 'cannot-tell').length
  const left = results.reduce((sum, it) => sum + it.ignored.length, 0)
  return [
    ...(left > 0 ? [`${count(left, 'finding')} ignored`] : []),
    ...(unsure > 0 ? [`${unsure} check${unsure === 1 ? '' : 's'} could not tell${notLookedAt(diagnosis)}`] : []),
    ...(roots.length > 0
      ? [`${roots.length === 1 ? 'one thing is' : `${roots.length} things are`} worth knowing, below`]
      : []),
    ...(elsewhere > 0 ? [`${count(elsewhere, 'fault')} elsewhere, beside what was asked about`] : []),
  ]
}

/** ` (Gateway API and Istio were not looked at)`: the number alone does not say that it is all of something. */
function notLookedAt({ results }: Diagnosis): string {
  const words = unlookedParts(results).map((it) => it.words)
  return words.length === 0 ? '' : ` (${together(words)} not looked at)`
}

/** Where too little was seen, or something stays in doubt: that is no health. Null where all of it was seen. */
function withoutSight(diagnosis: Diagnosis, what: string): string | null {
  const doubt = doubtIn(diagnosis)
  if (doubt !== null) return `hopscope can't say whether ${what} is well: ${doubt}.`
  if (isBlind(diagnosis)) return `hopscope could see nothing of ${what}: ${whyBlind(diagnosis)}.`
  const unseen = unseenWhole(diagnosis.model)
  return unseen === null ? null : `hopscope can't say whether ${what} is well: ${unseen}.`
}

/** A namespace of the scope that was read, and has nothing in it: more often a slip of -n than a wish. */
function isEmpty({ model: { scope, sources } }: Diagnosis): boolean {
  if (scope.target.kind !== 'everything' || scope.namespace === null) return false
  const lists = [sources.services, sources.pods, sources.ingresses, sources.workloads]
  return lists.every((it) => it.known && it.value.length === 0)
}

function whyBlind({ results }: Diagnosis): string {
  const whys = new Set(
    results.flatMap((it) =>
      it.cannotTell.map((one) => (isNotAsked(one) ? `${one.why}, ${wayTo(one.settle ?? '')}` : one.why)),
    ),
  )
  const said = [...whys].slice(0, 3).join('; ')
  return said === '' ? 'no check applies to it' : `${said}${whys.size > 3 ? ` and ${whys.size - 3} more` : ''}`
}

/** A flag to add, or a run without one. */
function wayTo(settle: string): string {
  return settle.startsWith('--') ? `add ${settle}` : `it takes ${settle}`
}

/** Packets and spans were measured by somebody else, before: they are what is judged. */
function isOfFile({ sources: { capture, services, spans } }: Model): boolean {
  return (capture.known || spans.known) && !services.known
}

function about({ scope, sources: { capture, services, spans } }: Model): string {
  if (capture.known && !services.known)
    return count(capture.value.points.filter((it) => it.idle === undefined).length, 'capture')
  if (spans.known && !services.known) return count(spans.value.traces, 'trace')
  if (scope.target.kind === 'dns') return "the cluster's DNS"
  if (scope.target.kind === 'object') return nameOf(scope.target.object)
  return scope.namespace === null ? 'the cluster' : `namespace ${scope.namespace} and the cluster's DNS`
}

/** What is well of two nodes of three is not well of three. */
function inPart({ results }: Diagnosis): string {
  const its = results.filter((it) => it.without.length > 0)
  const whom = [...new Set(its.flatMap((it) => it.without.map((one) => one.who)))].toSorted(textOrder)
  return its.length === 0 ? '' : ` (${its.length} without ${some(whom)})`
}

/** A flag that is in the way: `leave out --conntrack-from kube-proxy`. */
function runWith(flag: string): string {
  const out = 'leave out '
  return flag.startsWith(out) ? `a run without ${flag.slice(out.length)}` : flag
}

export function tally(diagnosis: Diagnosis, paint: Paint): string {
  const explained = diagnosis.roots.reduce((sum, it) => sum + it.consequences.length, 0)
  const roots = diagnosis.roots.length
  const count = (verdict: string): number => diagnosis.results.filter((it) => it.verdict === verdict).length
  const parts = [
    `${count('ok')} ok${inPart(diagnosis)}`,
    `${roots} finding${roots === 1 ? '' : 's'}${explained === 0 ? '' : ` (+${explained} explained)`}`,
    `${diagnosis.results.filter(isUnsure).length} cannot tell`,
    ...[
      ...Map.groupBy(
        diagnosis.results.filter((it) => it.verdict === 'not-asked'),
        flagOf,
      ),
    ].map(([flag, its]) => `${its.length} need ${runWith(flag)}`),
    `${count('not-applicable')} not applicable`,
    ...(count('ignored') === 0 ? [] : [`${count('ignored')} ignored`]),
    ...(count('crashed') === 0 ? [] : [`${count('crashed')} crashed`]),
  ]
  return parts.join(` ${paint.dot} `)
}

/** Something that was asked for could not be told; what nobody asked for is another thing. */
export function isUnsure(it: Diagnosis['results'][number]): boolean {
  return !it.cannotTell.every(isNotAsked)
}

function flagOf(it: Diagnosis['results'][number]): string {
  const flags = it.cannotTell.flatMap((one) => (one.settle === null ? [] : [one.settle]))
  return flags.includes('--node-access') ? '--node-access' : (flags[0] ?? '--probe')
}
