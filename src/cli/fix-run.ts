import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { checks } from '../checks/registry.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import type { Cluster } from '../kube/cluster.ts'
import { subjectKey } from '../model/subject.ts'
import { apply } from '../plan/apply.ts'
import { announceInside, lookUpInside, planInsideLookups } from '../plan/inside.ts'
import { historyOf } from '../plan/history.ts'
import { openJournal } from '../plan/journal.ts'
import { thisRun } from '../plan/lock.ts'
import { enoughLookups } from '../plan/measure.ts'
import { isReversible, type Plan } from '../plan/plan.ts'
import { historyNow, type Outcome, type Run } from '../plan/run.ts'
import { loadPlan, plansFolder } from '../plan/store.ts'
import { planText } from '../plan/text.ts'
import { undo } from '../plan/undo.ts'
import { type Verdict, verify } from '../plan/verify.ts'
import type { Verification } from '../remedies/remedy.ts'
import { ToolError } from '../tool-error.ts'
import { askLine } from './terminal/ask-line.ts'
import type { FixFlags } from './fix.ts'
import { terminalPaint } from './terminal/look.ts'
import { gather } from '../session/gather.ts'
import { open } from '../session/open.ts'
import { show } from './terminal/on-terminal.ts'
import { interruptedCode, interruptedWord, interruptible } from './terminal/interrupt.ts'
import { type Progress, progressOn } from './terminal/progress.ts'
import { say, tell } from './terminal/say.ts'

const paint = terminalPaint(process.stdout)
const print = (line: string): void => say(line)

export async function applyPlan(id: string, flags: FixFlags, verifyAfter: boolean): Promise<number> {
  return withRun(id, flags, async (run, progress) => {
    const asker = confirmation(run, flags)
    process.stdout.write(planText(run.plan, { paint, verbose: flags.verbose === true, files: null }))
    const outcome = await apply(run, async (differs) => {
      progress.done()
      if (differs.length > 0) acceptable(differs, flags)
      return asker()
    })
    progress.done()
    if (outcome.kind === 'stopped' && outcome.takeBack === true) return takenBack(run, outcome.why, progress)
    if (outcome.kind !== 'complete') return told(outcome, run.plan, 'apply')
    print('Applied.')
    return verifyAfter ? verified(run, flags, progress) : 0
  })
}

/** A person may take what an admission webhook makes of a plan; a script has not seen it. */
function acceptable(differs: readonly string[], flags: FixFlags): void {
  print(`${paint.mark('warning')} an admission webhook or the API server would change what the plan writes:`)
  for (const line of differs) print(`    ${line}`)
  const isAsked = flags.yes !== true && flags.yesContext === undefined
  if (!isAsked)
    throw new ToolError(
      'usage',
      'the API server would store something else than was planned. Nothing was written',
      'if that is right, apply it on a terminal, where it is asked; else see: kubectl get mutatingwebhookconfigurations',
    )
}

/** What has shown to do no good does not stay until somebody reads this. */
async function takenBack(run: Run, why: string, progress: Progress): Promise<number> {
  print(`${paint.mark('error')} ${why}`)
  print('Taking it back.')
  const outcome = await undo(run, { force: false })
  progress.done()
  if (outcome.kind !== 'complete') return told(outcome, run.plan, 'undo')
  print('Not applied: what the plan changed is as it was.')
  return 2
}

export async function undoPlan(id: string, flags: FixFlags): Promise<number> {
  return withRun(id, flags, async (run, progress) => {
    const { undoFirst } = run.plan
    if (undoFirst !== undefined && historyNow(run).phase === 'applied') {
      const asker = confirmation(run, flags, 'Undo in')
      print(`  ${paint.mark('warning')} first ${undoFirst}`)
      if (!(await asker())) return told({ kind: 'refused', why: 'not confirmed', hint: null }, run.plan, 'undo')
    }
    const force = flags.force === true
    const asker = force ? nameOfContext(run, flags) : null
    const outcome = await undo(run, {
      force,
      confirm: async (lines) => {
        progress.done()
        print(`${paint.mark('warning')} this takes back what someone else changed since:`)
        for (const line of lines) print(`    ${line}`)
        return asker === null ? false : asker()
      },
    })
    progress.done()
    if (outcome.kind !== 'complete') return told(outcome, run.plan, 'undo')
    print(isReversible(run.plan) ? 'Undone: what the plan changed is as it was.' : `Not undone: ${gone(run.plan)}.`)
    return 0
  })
}

export async function verifyPlan(id: string, flags: FixFlags): Promise<number> {
  return withRun(id, flags, (run, progress) => verified(run, flags, progress))
}

async function withRun(
  id: string,
  flags: FixFlags,
  work: (run: Run, progress: Progress) => Promise<number>,
): Promise<number> {
  const plan = await loadPlan(id, plansFolder())
  const progress = progressOn(process.stderr, false)
  const interrupt = interruptible()
  const cluster = await open(
    { ...flags, ...(flags.context === undefined ? { context: plan.cluster.context } : {}) },
    interrupt.signal,
  )
  const journal = await openJournal(plansFolder(), plan.id)
  try {
    return await work(
      {
        cluster,
        plan,
        journal,
        run: thisRun(randomBytes(4).toString('hex')),
        now: () => new Date(),
        sleep: (ms) => sleep(ms),
        signal: interrupt.signal,
        say: (line) => {
          progress.done()
          print(`  ${paint.mark(line.startsWith('careful: ') ? 'warning' : 'ok')} ${line}`)
        },
        step: progress.step,
        rolloutMs: flags.rolloutTimeout * 1000,
      },
      progress,
    )
  } catch (error) {
    progress.done()
    if (!interrupt.interrupted()) throw error
    const { phase } = historyOf(journal.entries)
    if (phase === 'begun' || phase === 'undoing')
      return told({ kind: 'interrupted' }, plan, phase === 'begun' ? 'apply' : 'undo')
    tell(
      `${interruptedWord()}; nothing was being written`,
      ...(phase === 'applied'
        ? [
            `  help: plan ${plan.id} is applied; whether it helped: hopscope fix --verify ${plan.id}    back: hopscope fix --undo ${plan.id}`,
          ]
        : []),
    )
    return interruptedCode()
  } finally {
    interrupt.release()
    await journal.close()
    cluster.close()
  }
}

/** What no undo brings back, and why. */
function gone(plan: Plan): string {
  return plan.steps
    .flatMap((it) => (it.inverse.verb === 'gone' ? [`${it.object.kind} ${it.object.name}: ${it.inverse.why}`] : []))
    .join('; ')
}

function told(outcome: Exclude<Outcome, { kind: 'complete' }>, plan: Plan, action: 'apply' | 'undo'): number {
  const onward = `go on: hopscope fix --${action} ${plan.id}${action === 'apply' ? `    go back: hopscope fix --undo ${plan.id}` : ''}`
  if (outcome.kind === 'refused') throw new ToolError('usage', `${outcome.why}. Nothing was written`, outcome.hint)
  if (outcome.kind === 'interrupted') {
    tell(`${interruptedWord()} between two writes; the journal says how far it came`, `  help: ${onward}`)
    return interruptedCode()
  }
  tell(`error: stopped: ${outcome.why}`, `  help: ${onward}`)
  return 2
}

/** How this run is confirmed. Checked before anything is sent, so that a script learns at once what it lacks. */
function confirmation({ plan, signal, cluster }: Run, flags: FixFlags, what = 'Apply to'): () => Promise<boolean> {
  const { context } = cluster
  if (flags.yesContext !== undefined) {
    if (flags.yesContext !== context)
      throw new ToolError('usage', `--yes-context names \`${flags.yesContext}\`, and this is context \`${context}\``)
    return () => Promise.resolve(true)
  }
  if (flags.yes === true) {
    if (plan.applicability !== 'safe')
      throw new ToolError(
        'usage',
        `plan ${plan.id} is a matter of judgement (${plan.risk.level} risk: ${plan.risk.why}), so --yes does not apply it`,
        `--yes-context ${context}, if you have read it`,
      )
    return () => Promise.resolve(true)
  }
  if (!process.stdin.isTTY)
    throw new ToolError(
      'usage',
      'there is no terminal to ask on',
      `--yes-context ${context}, if you have read the plan`,
    )
  return async () => (await askLine(`${what} context ${context}? Type the context name: `, signal)) === context
}

/** For what takes others' work away: `--yes` is not enough, whatever the plan. */
function nameOfContext(run: Run, flags: FixFlags): () => Promise<boolean> {
  const { yes: _yes, ...others } = flags
  return confirmation(run, others, 'Take that back in')
}

async function verified(run: Run, flags: FixFlags, progress: Progress): Promise<number> {
  const { plan } = run
  progress.step('verifying ...')
  const verdict = await verify(plan, {
    diagnose: (wanted) => lookAgain(run.cluster, wanted, flags, progress, run.signal),
    inside: ({ workloads }, { model }) => {
      const specs = planInsideLookups(model, workloads)
      if (specs.length > 0)
        progress.announce(flags.exec === false ? 'makes no lookup inside pods (--no-exec)' : announceInside(specs))
      return lookUpInside(run.cluster, specs, run.signal)
    },
  })
  run.signal.throwIfAborted()
  progress.done()
  for (const line of table(verdict)) print(line)
  for (const note of verdict.notes) print(`  ${note}`)
  const undoHint = `hopscope fix --undo ${plan.id}`
  const { phase } = historyNow(run)
  if (verdict.kind === 'fixed' && phase !== 'applied') {
    print(`${paint.mark('ok')} ${cured(plan)}. Plan ${plan.id} is ${unapplied(phase)}.`)
    return 0
  }
  if (verdict.kind === 'fixed') {
    print(`${paint.mark('ok')} ${cured(plan)}.   ${isReversible(plan) ? `Undo: ${undoHint}` : ''}`.trimEnd())
    return 0
  }
  print(
    `${paint.mark(verdict.kind === 'unsure' ? 'cannot-tell' : 'error')} ${verdict.kind === 'unsure' ? `cannot tell whether ${plan.code} is gone` : `${plan.code} is not fixed`}`,
  )
  for (const reason of verdict.reasons) print(`    ${reason}`)
  if (phase === 'undone') print(`  plan ${plan.id} is undone: this is how it is without it`)
  else print(`  again: hopscope fix --verify ${plan.id}${isReversible(plan) ? `    back: ${undoHint}` : ''}`)
  return 1
}

function unapplied(phase: 'new' | 'begun' | 'undoing' | 'undone'): string {
  if (phase === 'undone') return 'undone: it is not what helped'
  return phase === 'new' ? 'not applied: it is not what helped' : 'half applied'
}

/** No more than was seen: what helps one workload leaves the fault where it is. */
function cured({ code, verify: { codes, inside } }: Plan): string {
  if (inside === undefined) return `${code} is gone: ${codes.join(' and ')} ran again and found nothing`
  return `${code} no longer meets ${inside.workloads.map(subjectKey).join(', ')}: ${inside.option} is in the pods' resolv.conf, and no lookup inside them took a second`
}

const accessFlags = { node: { nodeAccess: true }, probe: { probe: true }, read: {} } as const

async function lookAgain(
  cluster: Cluster,
  wanted: Verification,
  flags: FixFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const { namespace, target, level } = wanted
  const { namespace: _namespace, allNamespaces: _all, probe: _probe, nodeAccess: _node, ...rest } = flags
  const everywhere = target === null ? { allNamespaces: true } : {}
  const where = namespace === null ? everywhere : { namespace }
  const how = accessFlags[level]
  const counts = wanted.inside === undefined ? { servicePairs: enoughLookups } : {}
  const until = AbortSignal.any([signal, AbortSignal.timeout(flags.timeout)])
  const { model, isLate } = await gather({ cluster, signal: until, tell: (event) => show(event, progress) }, target, {
    ...rest,
    ...where,
    ...how,
    counts,
  })
  if (isLate)
    throw new ToolError(
      'probe-failed',
      `not done within ${flags.timeout / 1000} s, and a cure is told of a whole look`,
      'give it longer: --timeout 10m',
    )
  return diagnose(model, { checks })
}

function table({ rows }: Verdict): readonly string[] {
  if (rows.length === 0) return []
  const width = (of: (it: Verdict['rows'][number]) => string): number =>
    Math.max(...rows.map((it) => of(it).length)) + 3
  const [first, second] = [
    width((it) => it.what),
    Math.max(
      9,
      width((it) => it.before),
    ),
  ]
  return [
    `  ${''.padEnd(first)}${'before'.padEnd(second)}after`,
    ...rows.map((it) => `  ${it.what.padEnd(first)}${it.before.padEnd(second)}${it.after}`),
  ]
}
