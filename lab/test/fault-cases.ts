// For every fault: inject, diagnose, compare with the known root cause, take back, diagnose again.
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import { type Found, hopscope, type Ran, type Report, reportOf, subjectOf } from './hopscope.ts'
import { expectThat, type Result, skipped } from './result.ts'
import { dnsServiceAnswers, rulesHaveFollowed } from '../breaks/coredns.ts'
import { throughNode } from '../breaks/outside.ts'
import { until } from '../breaks/until.ts'
import { shopAnswers } from '../breaks/ways.ts'

/** A fault that was there, was looked at, and is taken back: what is owed is the look that finds nothing any more. */
export interface Broken {
  readonly fault: Fault
  /** Its place among the faults that run beside it. */
  readonly turn: number
  readonly results: readonly Result[]
  /** How long taking back took, or that it failed, or that nothing was broken. */
  readonly back: { readonly kind: 'done'; readonly seconds: number } | { readonly kind: 'over' }
}

export type Tell = (result: Result) => void

export async function breakAndLook(lab: Lab, fault: Fault, turn: number, tell: Tell): Promise<Broken> {
  const results: Result[] = []
  const keep = (result: Result): void => {
    results.push(result)
    tell(result)
  }
  const why = (await fault.unavailable?.(lab)) ?? null
  if (why !== null) {
    keep(skipped(fault.kind, fault.name, why))
    return { fault, turn, results, back: { kind: 'over' } }
  }
  const wanted = fault.cause === null ? 'clean' : `${fault.cause.code} ${fault.cause.subject}`
  keep(
    await expectThat(fault.kind, fault.name, wanted, async () => {
      await fault.inject(lab)
      if (fault.reach.kind === 'cluster') await rulesHaveFollowed(lab)
      return judgeLooks(
        [fault],
        () => diagnose(lab, argsOf(lab, fault, turn)),
        (ran) => judge(ran, fault),
      )
    }),
  )
  const back = await expectThat('taken back', `${fault.name}, taken back`, 'to be taken back', async () => {
    await fault.takeBack(lab)
    await dnsServiceAnswers(lab)
    if (fault.diagnose.includes('shop')) await until('the shop answers', () => shopAnswers(lab))
    return { got: 'taken back', passed: true }
  })
  if (back.passed) return { fault, turn, results, back: { kind: 'done', seconds: back.seconds } }
  keep(back)
  await remove(lab, fault)
  return { fault, turn, results, back: { kind: 'over' } }
}

/** Whether it may wait for the look of others: it leaves nothing of its own that a next fault would meet. */
export function leavesNothing(fault: Fault): boolean {
  return fault.reach.kind === 'cluster' && fault.remove === fault.takeBack
}

/**
 * After what is taken back, a diagnosis must be clean. Faults that ran side by side, or one after the other with
 * nothing left of them, share one: where a cluster is clean, it is clean of each of them.
 */
export async function lookClean(
  lab: Lab,
  all: readonly Broken[],
  tell: Tell,
  ask: Ask = diagnose,
): Promise<readonly Result[]> {
  const owed = all.flatMap((it) => (it.back.kind === 'done' ? [{ ...it, seconds: it.back.seconds }] : []))
  const [only] = owed
  if (only === undefined) return []
  const faults = owed.map((it) => it.fault)
  const scope = owed.every((it) => it.fault.reach.kind === 'cluster') ? 'dns' : '-A'
  const args = owed.length === 1 ? argsOf(lab, only.fault, only.turn) : [scope]
  const seen = await expectThat('taken back', names(faults), 'clean', () =>
    judgeLooks(
      faults,
      () => ask(lab, args),
      (ran) => goneAll(ran, faults),
    ),
  )
  const results = owed.map(({ fault, seconds }): Result => ({
    ...seen,
    name: `${fault.name}, taken back`,
    seconds: seconds + seen.seconds / owed.length,
  }))
  for (const it of results) tell(it)
  await Promise.all(faults.map((it) => remove(lab, it)))
  return results
}

/** One fault alone, from the break to the clean look. */
export async function faultCase(lab: Lab, fault: Fault, turn: number, tell: Tell): Promise<readonly Result[]> {
  const broken = await breakAndLook(lab, fault, turn, tell)
  return [...broken.results, ...(await lookClean(lab, [broken], tell))]
}

/** A fault that can't be removed has failed already, as it can't be taken back; the other faults go on. */
async function remove(lab: Lab, fault: Fault): Promise<void> {
  if (fault.remove !== fault.takeBack) await fault.remove(lab).catch(() => undefined)
}

function names(faults: readonly Fault[]): string {
  return faults.map((it) => it.name).join(', ')
}

/** Two cores carry a whole cluster: a probe that got its CPU too late says so, and is no answer yet. */
const mostLooks = 3

/** A look for several faults is made twice as well: were it wrong by chance, it would be wrong for all of them. */
async function judgeLooks(
  faults: readonly Fault[],
  ask: () => Promise<Ran>,
  judged: (ran: Ran) => Judged,
): Promise<Judged> {
  for (let left = mostLooks - 1; ; left--) {
    const ran = await ask()
    const told = judged(ran)
    const again = isLate(ran) || (faults.length > 1 && left === mostLooks - 1)
    if (told.passed || left === 0 || !again) return told
  }
}

/** Nothing was found that is wrong, and the reason is this machine: the one outcome that another look may change. */
function isLate(ran: Ran): boolean {
  const report = reportOf(ran)
  return (
    report !== null &&
    report.findings.every((it) => it.severity === 'info') &&
    report.cannotTell.some((it) => it.why.includes('got the CPU up to'))
  )
}

/**
 * A fault of one namespace is the same from any node, so those that run side by side take one node each: all of them
 * from all nodes would be a load test of two cores.
 */
function argsOf(lab: Lab, fault: Fault, turn: number): readonly string[] {
  const node = fault.reach.kind === 'namespace' ? ['--node', lab.nodes[turn % lab.nodes.length]?.name ?? ''] : []
  return [...throughNode(fault.diagnose), ...node]
}

type Ask = (lab: Lab, args: readonly string[]) => Promise<Ran>

function diagnose(lab: Lab, args: readonly string[]): Promise<Ran> {
  return hopscope(['diagnose', ...args, '--probe', '--node-access', '-o', 'json'], { kubeconfig: lab.kubeconfig })
}

/** Whether a diagnosis says of a fault what is known of it. */
export function judge(ran: Ran, fault: Fault): Judged {
  if (fault.cause === null) return clean(ran)
  return fault.kind === 'risk' ? onlyIs(ran, fault.cause) : firstIs(ran, fault.cause)
}

type Cause = NonNullable<Fault['cause']>
type Judged = { readonly got: string; readonly passed: boolean; readonly detail: string }

/** The first finding is the known cause, and no other root cause is called an error. */
function firstIs(ran: Ran, cause: Cause): Judged {
  const report = reportOf(ran)
  if (report === null) return { got: `exit ${ran.code}`, passed: false, detail: ran.stderr || ran.stdout }
  const [first] = report.findings
  const others = report.findings.slice(1).filter((it) => it.severity === 'error')
  const right = first !== undefined && isCause(first, cause)
  const got =
    first === undefined
      ? `no finding, exit ${ran.code}`
      : `${name(first)}${others.length === 0 ? '' : ` and ${others.map(name).join(', ')}`}`
  return {
    got,
    passed: right && others.length === 0 && ran.code === 1 && report.crashed.length === 0,
    detail: summary(ran, report),
  }
}

/** The first finding is the risk, told for information, and all else is as clean as without it. */
function onlyIs(ran: Ran, cause: Cause): Judged {
  const [first] = reportOf(ran)?.findings ?? []
  const rest = clean(ran)
  if (first === undefined || !rest.passed)
    return rest.got === 'clean' ? { ...rest, got: `no finding, exit ${ran.code}`, passed: false } : rest
  return { ...rest, got: `${name(first)} for information`, passed: isCause(first, cause) && first.severity === 'info' }
}

/** Clean, and what is only told for information is told no more. */
function gone(ran: Ran, fault: Fault): Judged {
  const { cause } = fault
  const rest = clean(ran)
  const still = cause === null ? undefined : reportOf(ran)?.findings.find((it) => isCause(it, cause))
  return still === undefined ? rest : { ...rest, got: `still ${name(still)}`, passed: false }
}

function goneAll(ran: Ran, faults: readonly Fault[]): Judged {
  const judged = faults.map((it) => gone(ran, it))
  return judged.find((it) => !it.passed) ?? (judged[0] as Judged)
}

/** Exit code 0, nothing at or above a warning, no check crashed, and lookups were really judged. */
function clean(ran: Ran): Judged {
  const report = reportOf(ran)
  if (report === null) return { got: `exit ${ran.code}`, passed: false, detail: ran.stderr || ran.stdout }
  const bad = [...report.findings, ...report.explained].filter((it) => it.severity !== 'info')
  const judged = report.ok.includes('DNS110') || isLeftOut(report)
  const none = judged ? 'clean' : 'DNS was not judged'
  const got = bad.length > 0 ? bad.map(name).join(', ') : none
  return {
    got,
    passed: ran.code === 0 && bad.length === 0 && judged && report.crashed.length === 0,
    detail: summary(ran, report),
  }
}

/**
 * What was left out for a reason that is no fault, and said: a cordoned node, and a namespace that lets no stranger
 * ask.
 */
function isLeftOut({ ok, cannotTell }: Report): boolean {
  const open = cannotTell.filter((it) => it.code === 'DNS110')
  const cordoned = ok.includes('DNS105') && open.every((it) => /^node \S+: cordoned$/.test(it.why))
  const kept = open.every((it) => /^NetworkPolicy .*keeps the probe's own pods/.test(it.why))
  return open.length > 0 && (cordoned || kept)
}

function name(found: Found): string {
  return `${found.code} ${subjectOf(found)}`
}

function isCause(found: Found, cause: Cause): boolean {
  return found.code === cause.code && matches(cause.subject, subjectOf(found))
}

function matches(pattern: string, subject: string): boolean {
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : pattern === subject
}

function summary(ran: Ran, report: Report): string {
  return [
    `exit ${ran.code} · ${report.headline}`,
    ...report.findings.flatMap((it) => [
      `finding   ${it.severity} ${name(it)} ${it.confidence}: ${it.text}`,
      ...it.detail.split('\n').map((line) => `          ${line}`),
    ]),
    ...report.explained.map((it) => `explained ${it.severity} ${name(it)}`),
    ...report.cannotTell.map((it) => `unsure    ${it.code} ${it.why}`),
    ...report.crashed.map((it) => `crashed   ${it.code} ${it.stack}`),
    ran.stderr,
  ].join('\n')
}
