import { subjectKey } from '../../model/subject.ts'
import { planText } from '../../report/plan/plan-text.ts'
import { type Applied, applyPlan } from '../../session/fix/apply.ts'
import type { Cut, Plan, RunAsk, RunCaller, RunEvent } from '../../session/fix/run.ts'
import { type Undone, undoPlan } from '../../session/fix/undo.ts'
import { type Verified, verifyPlan } from '../../session/fix/verify.ts'
import { foldersOf } from '../../session/folders.ts'
import type { SessionEvent } from '../../session/events.ts'
import type { Ended } from '../../session/with-cluster.ts'
import { asker } from './asker.ts'
import type { FixFlags } from './fix.ts'
import { ending } from '../terminal/interrupt.ts'
import { terminalPaint } from '../terminal/look.ts'
import { onTerminal } from '../terminal/on-terminal.ts'
import { say, tell } from '../terminal/say.ts'
import { tableLines } from '../../report/table.ts'

const paint = terminalPaint(process.stdout)

export function applyCommand(id: string, flags: FixFlags, verifyAfter: boolean): Promise<number> {
  return running<Applied>(
    flags,
    (caller) => applyPlan({ ...askOf(id, flags), verifyAfter }, caller),
    (it) => {
      if (it.kind === 'taken-back') {
        say('Not applied: what the plan changed is as it was.')
        return 2
      }
      if (it.kind !== 'applied') return sayCut(it)
      return it.verified === null ? 0 : sayVerified(it.verified)
    },
  )
}

export function undoCommand(id: string, flags: FixFlags): Promise<number> {
  const ask = { ...askOf(id, flags), force: flags.force === true }
  return running<Undone>(
    flags,
    (caller) => undoPlan(ask, caller),
    (it) => {
      if (it.kind === 'undone') say('Undone: what the plan changed is as it was.')
      else if (it.kind === 'not-undone')
        say(`Not undone: ${it.gone.map(({ object, why }) => `${object.kind} ${object.name}: ${why}`).join('; ')}.`)
      else return sayCut(it)
      return 0
    },
  )
}

export function verifyCommand(id: string, flags: FixFlags): Promise<number> {
  return running<Verified | Cut>(
    flags,
    (caller) => verifyPlan(askOf(id, flags), caller),
    (it) => (it.kind === 'verified' ? sayVerified(it) : sayCut(it)),
  )
}

function askOf(id: string, flags: FixFlags): RunAsk {
  return { ...flags, id, plansIn: foldersOf(process.env).plans, rolloutMs: flags.rolloutTimeout * 1000 }
}

function running<T>(
  flags: FixFlags,
  run: (caller: RunCaller) => Promise<Ended<T>>,
  print: (value: T) => number,
): Promise<number> {
  return onTerminal<T, Exclude<RunEvent, SessionEvent>>((caller) => run({ ...caller, asker: asker(flags) }), {
    quiet: false,
    nothingLeft: 'nothing was being written',
    also(event, progress) {
      progress.done()
      if (event.kind === 'plan')
        process.stdout.write(planText(event.plan, { paint, verbose: flags.verbose === true, files: null }))
      else say(...linesOf(event))
    },
    print,
  })
}

function linesOf(event: Exclude<RunEvent, SessionEvent | { kind: 'plan' }>): readonly string[] {
  switch (event.kind) {
    case 'done':
      return [`  ${paint.mark('ok')} ${event.line}`]
    case 'careful':
      return [`  ${paint.mark('warning')} careful: ${event.line}`]
    case 'would-differ':
      return [
        `${paint.mark('warning')} an admission webhook or the API server would change what the plan writes:`,
        ...event.lines.map((it) => `    ${it}`),
      ]
    case 'would-take':
      return [
        `${paint.mark('warning')} this takes back what someone else changed since:`,
        ...event.lines.map((it) => `    ${it}`),
      ]
    case 'undo-first':
      return [`  ${paint.mark('warning')} first ${event.line}`]
    case 'applied':
      return ['Applied.']
    case 'taking-back':
      return [`${paint.mark('error')} ${event.why}`, 'Taking it back.']
  }
}

function sayCut(it: Cut): number {
  const { id } = it.plan
  if (it.kind === 'idle') {
    const applied =
      `  help: plan ${id} is applied; ` +
      `whether it helped: hopscope fix --verify ${id}    back: hopscope fix --undo ${id}`
    tell(`${ending.interruptedWord()}; nothing was being written`, ...(it.phase === 'applied' ? [applied] : []))
    return ending.interruptedCode()
  }
  const back = it.action === 'apply' ? `    go back: hopscope fix --undo ${id}` : ''
  const onward = `  help: go on: hopscope fix --${it.action} ${id}${back}`
  if (it.kind === 'cut-off') {
    tell(`${ending.interruptedWord()} between two writes; the journal says how far it came`, onward)
    return ending.interruptedCode()
  }
  tell(`error: stopped: ${it.why}`, onward)
  return 2
}

function sayVerified({ plan, verdict, phase, isReversible }: Verified): number {
  say(...table(verdict), ...verdict.notes.map((it) => `  ${it}`))
  const undoHint = `hopscope fix --undo ${plan.id}`
  const back = isReversible ? undoHint : null
  if (verdict.kind === 'fixed') {
    const ok = `${paint.mark('ok')} ${cured(plan)}.`
    if (phase !== 'applied') say(`${ok} Plan ${plan.id} is ${unapplied(phase)}.`)
    else say(`${ok}${back === null ? '' : `   Undo: ${back}`}`)
    return 0
  }
  const isUnsure = verdict.kind === 'unsure'
  say(
    `${paint.mark(isUnsure ? 'cannot-tell' : 'error')} ` +
      (isUnsure ? `cannot tell whether ${plan.code} is gone` : `${plan.code} is not fixed`),
    ...verdict.reasons.map((it) => `    ${it}`),
    phase === 'undone'
      ? `  plan ${plan.id} is undone: this is how it is without it`
      : `  again: hopscope fix --verify ${plan.id}${back === null ? '' : `    back: ${back}`}`,
  )
  return 1
}

function unapplied(phase: Exclude<Verified['phase'], 'applied'>): string {
  if (phase === 'undone') return 'undone: it is not what helped'
  return phase === 'new' ? 'not applied: it is not what helped' : 'half applied'
}

/** No more than was seen: what helps one workload leaves the fault where it is. */
function cured({ code, verify: { codes, inside } }: Plan): string {
  if (inside === undefined) return `${code} is gone: ${codes.join(' and ')} ran again and found nothing`
  return (
    `${code} no longer meets ${inside.workloads.map(subjectKey).join(', ')}: ` +
    `${inside.option} is in the pods' resolv.conf, and no lookup inside them took a second`
  )
}

function table({ rows }: Verified['verdict']): readonly string[] {
  if (rows.length === 0) return []
  return tableLines([['', 'before', 'after'], ...rows.map((it) => [it.what, it.before, it.after])], { gap: 3 })
}
