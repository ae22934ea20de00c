// For every fault: inject, diagnose, compare with the known root cause, take back, diagnose again.
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import { type Found, hopscope, type Ran, type Report, reportOf, subjectOf } from './hopscope.ts'
import { expectThat, type Result, skipped } from './result.ts'

/** `turn` = its place among the faults that run beside it. */
export async function faultCase(lab: Lab, fault: Fault, turn: number, tell: (result: Result) => void): Promise<readonly Result[]> {
  const why = (await fault.unavailable?.(lab)) ?? null
  if (why !== null) {
    tell(skipped(fault.kind, fault.name, why))
    return [skipped(fault.kind, fault.name, why)]
  }
  const results: Result[] = []
  const keep = (result: Result): void => {
    results.push(result)
    tell(result)
  }
  const wanted = fault.cause === null ? 'clean' : `${fault.cause.code} ${fault.cause.subject}`
  try {
    keep(
      await expectThat(fault.kind, fault.name, wanted, async () => {
        await fault.inject(lab)
        return judgeLooks(lab, fault, turn, (ran) => judge(ran, fault))
      }),
    )
  } finally {
    keep(
      await expectThat('taken back', `${fault.name}, taken back`, 'clean', async () => {
        await fault.takeBack(lab)
        return judgeLooks(lab, fault, turn, (ran) => gone(ran, fault))
      }),
    )
    // A fault that can't be removed has failed above already; the other faults go on.
    await fault.remove?.(lab).catch(() => undefined)
  }
  return results
}

/** Two cores carry a whole cluster: a probe that got its CPU too late says so, and is no answer yet. */
const looks = 3

async function judgeLooks(lab: Lab, fault: Fault, turn: number, judged: (ran: Ran) => Judged): Promise<Judged> {
  for (let left = looks - 1; ; left--) {
    const ran = await look(lab, fault, turn)
    const told = judged(ran)
    if (told.passed || left === 0 || !isLate(ran)) return told
  }
}

/** Nothing was found that is wrong, and the reason is this machine: the one outcome that another look may change. */
function isLate(ran: Ran): boolean {
  const report = reportOf(ran)
  return report !== null && report.findings.every((it) => it.severity === 'info') && report.cannotTell.some((it) => it.why.includes('got the CPU up to'))
}

/**
 * A fault of one namespace is the same from any node, so those that run side by side take one node each: all of them
 * from all nodes would be a load test of two cores.
 */
function look(lab: Lab, fault: Fault, turn: number): Promise<Ran> {
  const node = fault.reach.kind === 'namespace' ? ['--node', lab.nodes[turn % lab.nodes.length]?.name ?? ''] : []
  return hopscope(['diagnose', ...fault.diagnose, ...node, '--probe', '--node-access', '-o', 'json'], { kubeconfig: lab.kubeconfig })
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
  const got = first === undefined ? `no finding, exit ${ran.code}` : `${name(first)}${others.length === 0 ? '' : ` and ${others.map(name).join(', ')}`}`
  return { got, passed: right && others.length === 0 && ran.code === 1 && report.crashed.length === 0, detail: summary(ran, report) }
}

/** The first finding is the risk, told for information, and all else is as clean as without it. */
function onlyIs(ran: Ran, cause: Cause): Judged {
  const [first] = reportOf(ran)?.findings ?? []
  const rest = clean(ran)
  if (first === undefined || !rest.passed) return rest.got === 'clean' ? { ...rest, got: `no finding, exit ${ran.code}`, passed: false } : rest
  return { ...rest, got: `${name(first)} for information`, passed: isCause(first, cause) && first.severity === 'info' }
}

/** Clean, and what is only told for information is told no more. */
function gone(ran: Ran, fault: Fault): Judged {
  const { cause } = fault
  const rest = clean(ran)
  const still = cause === null ? undefined : reportOf(ran)?.findings.find((it) => isCause(it, cause))
  return still === undefined ? rest : { ...rest, got: `still ${name(still)}`, passed: false }
}

/** Exit code 0, nothing at or above a warning, no check crashed, and look-ups were really judged. */
function clean(ran: Ran): Judged {
  const report = reportOf(ran)
  if (report === null) return { got: `exit ${ran.code}`, passed: false, detail: ran.stderr || ran.stdout }
  const bad = [...report.findings, ...report.explained].filter((it) => it.severity !== 'info')
  const judged = report.ok.includes('DNS110')
  const got = bad.length > 0 ? bad.map(name).join(', ') : judged ? 'clean' : 'DNS was not judged'
  return { got, passed: ran.code === 0 && bad.length === 0 && judged && report.crashed.length === 0, detail: summary(ran, report) }
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
    ...report.findings.map((it) => `finding   ${it.severity} ${name(it)} ${it.confidence}`),
    ...report.explained.map((it) => `explained ${it.severity} ${name(it)}`),
    ...report.cannotTell.map((it) => `unsure    ${it.code} ${it.why}`),
    ...report.crashed.map((it) => `crashed   ${it.code} ${it.stack}`),
    ran.stderr,
  ].join('\n')
}
