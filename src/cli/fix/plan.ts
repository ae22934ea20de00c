import type { Finding } from '../../findings/finding.ts'
import { subjectKey } from '../../model/subject.ts'
import { planText } from '../../report/plan/plan-text.ts'
import { foldersOf } from '../../session/folders.ts'
import { type Listed, listFixes, type Offer, type OffersEvent } from '../../session/fix/list.ts'
import type { NoFinding } from '../../session/fix/look.ts'
import { makePlan, type Planned, type Refusal } from '../../session/fix/plan.ts'
import type { FixFlags } from './fix.ts'
import { terminalPaint } from '../terminal/look.ts'
import { onTerminal } from '../terminal/on-terminal.ts'
import { say } from '../terminal/say.ts'
import { tableLines } from '../../report/table.ts'

const showing = { quiet: false, nothingLeft: 'nothing was changed' }

/**
 * `hopscope fix [CODE]`: for each finding the remedies, offered or with the reason why not. Writes nothing anywhere.
 */
export function listCommand(code: string | null, flags: FixFlags): Promise<number> {
  return onTerminal<Listed, OffersEvent>((caller) => listFixes(code, flags, caller), {
    ...showing,
    also: ({ finding, title, offers }, progress) => {
      progress.done()
      say(`${finding.code}  ${subjectKey(finding.subject)}  ${title}`)
      if (offers.length === 0) say(`    no known remedy; hopscope explain ${finding.code}`)
      for (const offer of offers) say(...linesOf(offer, finding, flags))
      say('')
    },
    print(it) {
      if (it.kind === 'no-finding') return sayNoFinding(it)
      const { remedies } = it
      if (remedies.length > 0)
        say(`when not to use one, and the same by hand:  hopscope explain ${remedies.join(' | ')}`)
      say('Nothing has been changed.')
      return 1
    },
  })
}

/** `hopscope fix CODE --plan`: works the plan out, keeps it, prints it. */
export function planCommand(code: string, flags: FixFlags): Promise<number> {
  const ask = { ...flags, plansIn: foldersOf(process.env).plans, filesIn: process.cwd() }
  return onTerminal((caller) => makePlan(code, ask, caller), { ...showing, print: (it) => sayPlanned(it, flags) })
}

function sayPlanned(it: Planned, flags: FixFlags): number {
  if (it.kind === 'no-finding') return sayNoFinding(it)
  if (it.kind === 'plan') {
    const paint = terminalPaint(process.stdout)
    process.stdout.write(planText(it.plan, { paint, verbose: flags.verbose === true, files: it.files }))
    return 0
  }
  say(
    `No plan for ${it.code}: nothing is offered that could do harm or does not help here.`,
    ...it.refusals.flatMap(({ remedy, reason }) => notHere(remedy, reason)),
    `by hand, if you know better:  hopscope explain ${it.refusals.map(({ remedy }) => remedy.id).join(' | ')}`,
  )
  return 1
}

function linesOf(offer: Offer, finding: Finding, flags: FixFlags): readonly string[] {
  const { remedy } = offer
  if (offer.kind === 'not-here') return notHere(remedy, offer.reason)
  const command =
    `hopscope fix ${finding.code} --subject ${subjectKey(finding.subject)} ` +
    `--remedy ${remedy.id}${accessFlag(flags)}${kept(flags)} --plan`
  return offerLines([remedy.id, offer.applicability, remedy.title], command)
}

function notHere({ id }: Refusal['remedy'], { why, instead }: Refusal['reason']): readonly string[] {
  return offerLines([id, 'not here', why], instead)
}

function offerLines(row: readonly [string, string, string], below: string | null): readonly string[] {
  return tableLines([row, ...(below === null ? [] : [['', '', below]])], { least: [18, 10], indent: 4, gap: 1 })
}

function accessFlag({ nodeAccess, probe }: FixFlags): string {
  if (nodeAccess === true) return ' --node-access'
  return probe === true ? ' --probe' : ''
}

/** What the user left out or put elsewhere stays so in the commands that are named. */
function kept({ exec, probeNamespace }: FixFlags): string {
  return [
    exec === false ? ' --no-exec' : '',
    probeNamespace === undefined ? '' : ` --probe-namespace ${probeNamespace}`,
  ].join('')
}

function sayNoFinding({ code, unsure, note }: NoFinding): number {
  const others = unsure === 0 ? '' : `; ${unsure} checks could not tell: hopscope diagnose says why`
  if (code === null) say(`Nothing was found that needs a remedy${others}.`)
  else say(`${code} finds nothing here, so there is nothing to fix${note === null ? '' : `: ${note}`}.`)
  return 0
}
