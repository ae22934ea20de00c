import type { Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { page } from '../visible.ts'
import type { Verification } from '../../remedies/remedy.ts'
import { redactText } from '../../wire/secrets.ts'
import { enoughLookups, type Measure } from '../../plan/measure.ts'
import { diff, yamlLines } from '../../manifest/diff.ts'
import { isReversible, lifetimeMs, type Plan, type Step } from '../../plan/plan.ts'

export interface PlanText {
  readonly paint: Paint
  /** Whole manifests of what is added, however long. */
  readonly verbose: boolean
  /** Where the files to commit are; null when nobody keeps these objects in Git. */
  readonly files: string | null
}

/** New objects longer than this are shown by `-v` only: a plan is read on one screen. */
const shortManifest = 30

/** The plan as a person reads it before deciding: what changes, what it does, what may go wrong, the way back. */
export function planText(plan: Plan, { paint, verbose, files }: PlanText): string {
  const { add, change, destroy } = counts(plan)
  const dot = ` ${paint.dot} `
  const changes = [
    add > 0 ? `${add} ${objects(add)} to add` : null,
    change > 0 ? `${change} to change` : null,
    destroy > 0 ? `${destroy} to destroy` : null,
  ]
  const head = [
    `Plan ${plan.id}`,
    `fixes ${plan.code}`,
    plan.remedy,
    ...changes.filter((it) => it !== null),
    isReversible(plan) ? 'reversible' : 'NOT reversible',
    `expires in ${lifetimeMs / 60_000} min`,
  ]
  const names = tableLines(
    plan.steps.map((it) => [`${signs[it.verb]} ${it.object.kind}`, objectName(it), ...sayOf(it, paint)]),
    { least: [16] },
  )
  const lines = [
    paint.strong(head.join(dot)),
    '',
    ...plan.steps.flatMap((step, index) => [names[index] ?? '', ...stepLines(step, verbose)]),
    '',
    ...row('Effect', plan.effect, paint),
    ...row('Risk', `${plan.risk.level}: ${plan.risk.why}`, paint),
    ...row('Undo', undoLine(plan), paint),
    ...row('Verify', verifyLine(plan.verify), paint),
    ...(plan.measured === null ? [] : row('Before', beforeLine(plan.measured), paint)),
    ...(plan.applicability === 'safe'
      ? []
      : row('Decide', 'this has a price, so a person must weigh it: --yes does not apply it', paint)),
    ...plan.owners.flatMap((it) =>
      row(
        'Warning',
        `${it.object} is kept by ${it.by} (${it.what}): it will put its own state back` +
          (files === null ? '' : `. The same change, as files to commit, is in ${files}`),
        paint,
      ),
    ),
    ...plan.notes.flatMap((it) => row('Note', it, paint)),
    ...row('Page', `hopscope explain ${plan.remedy}: when not to use it, what can break, the same by hand`, paint),
    '',
    paint.strong(`${add} to add, ${change} to change, ${destroy} to destroy.   Nothing has been changed.`),
    `apply:  hopscope fix --apply ${plan.id}`,
  ]
  return page(lines, paint)
}

function counts(plan: Plan): { readonly add: number; readonly change: number; readonly destroy: number } {
  const of = (verb: Step['verb']): number => plan.steps.filter((it) => it.verb === verb).length
  return { add: of('create'), change: of('replace'), destroy: of('delete') }
}

function undoLine(plan: Plan): string {
  if (isReversible(plan))
    return `hopscope fix --undo ${plan.id}${plan.undoFirst === undefined ? '' : `; but first ${plan.undoFirst}`}`
  const gone = plan.steps.flatMap((it) => (it.inverse.verb === 'gone' ? [it.inverse.why] : []))
  return gone.length === plan.steps.length
    ? `none: ${gone.join('; ')}`
    : `hopscope fix --undo ${plan.id}, but not all of it: ${gone.join('; ')}`
}

function verifyLine({ codes, level, p99Ms, inside }: Verification): string {
  if (inside !== undefined)
    return (
      `${enoughLookups} lookups inside the new pods, with their own C library, none of which may take a second; ` +
      `\`${inside.option}\` must be in their resolv.conf; else undo is offered`
    )
  const again = codes.length === 1 ? 'runs again and finds nothing' : 'run again and find nothing'
  const enough = p99Ms === null ? 'lookups' : `${enoughLookups} lookups and more`
  const how = {
    read: ', with a probe where reading alone cannot tell',
    probe: `, with ${enough} from every node`,
    node: `, with ${enough} and the counters from every node`,
  }[level]
  return (
    `${codes.join(' and ')} ${again}${how}` +
    (p99Ms === null ? '' : `; none may take a second, p99 must be under ${p99Ms} ms`) +
    '; else undo is offered'
  )
}

/** What it is to be compared with: the places where it is bad by name, the others as a count. */
function beforeLine({ lookups, slow, lost, parts }: Measure): string {
  const bad = parts.filter((it) => it.slow > 0)
  const where =
    bad.length === 0 || parts.length === 1
      ? ''
      : `: ${bad
          .slice(0, 5)
          .map((it) => `${it.slow} of ${it.lookups} at ${it.where}`)
          .join(', ')}${bad.length < parts.length ? ', none elsewhere' : ''}`
  return (
    `${slow} of ${lookups} lookups took longer than a second` +
    `${parts.length === 1 ? ` at ${parts[0]?.where}` : ''}${where}` +
    `${lost > slow ? `; ${lost} lost a packet or failed` : ''}. Kept with the plan, to compare with`
  )
}

const signs = { create: '+', replace: '~', delete: '-' } as const

/** What the step writes, below its name. */
function stepLines(step: Step, verbose: boolean): readonly string[] {
  if (step.verb === 'delete') return []
  if (step.verb === 'replace')
    return diff(step.before.object, step.after).map((it) => `      ${it.sign} ${redactText(it.text)}`)
  const manifest = yamlLines(step.after)
  return verbose || manifest.length <= shortManifest ? manifest.map((it) => `      + ${it}`) : []
}

function objectName({ object }: Step): string {
  return `${object.namespace === null ? '' : `${object.namespace}/`}${object.name}`
}

function sayOf({ say }: Step, paint: Paint): readonly string[] {
  return say === null ? [] : [paint.dim(say)]
}

function row(label: string, text: string, paint: Paint): readonly string[] {
  const indent = 11
  return tableLines(
    wrap(redactText(text), Math.max(40, paint.width - indent)).map((line, index) => [index === 0 ? label : '', line]),
    { least: [indent], indent: 0, gap: 0 },
  )
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function objects(count: number): string {
  return count === 1 ? 'object' : 'objects'
}
