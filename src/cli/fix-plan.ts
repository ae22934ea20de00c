import { checks } from '../checks/registry.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import type { Finding } from '../findings/finding.ts'
import type { Cluster } from '../kube/cluster.ts'
import { readUntil } from '../kube/read-until.ts'
import type { Model } from '../model/sources.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import { buildPlan } from '../plan/build.ts'
import { writeFiles } from '../plan/files.ts'
import { announceInside, lookUpInside, planInsideLookups } from '../plan/inside.ts'
import { libcOf } from '../plan/libc.ts'
import { enoughLookups, type Measure, measure, measureInside } from '../plan/measure.ts'
import type { Plan } from '../plan/plan.ts'
import { plansFolder, savePlan } from '../plan/store.ts'
import { planText } from '../plan/text.ts'
import { remediesFor } from '../remedies/registry.ts'
import type { Ask, Libc, NotOffered, Remedy, Verification } from '../remedies/remedy.ts'
import type { Counts } from '../probe/plan/plan-dns.ts'
import { ToolError } from '../tool-error.ts'
import { unknownCode } from '../session/select.ts'
import type { FixFlags } from './fix.ts'
import { terminalPaint } from './terminal/look.ts'
import { gather } from '../session/gather.ts'
import { open } from '../session/open.ts'
import { show as showEvent } from './terminal/on-terminal.ts'
import { interruptedCode, interruptedWord, interruptible } from './terminal/interrupt.ts'
import { progressOn } from './terminal/progress.ts'
import { say, tell } from './terminal/say.ts'
import { findCheck } from '../session/select.ts'

/**
 * `hopscope fix [CODE]`: for each finding the remedies, offered or with the reason why not. Writes nothing anywhere.
 */
export async function listFixes(code: string | null, flags: FixFlags): Promise<number> {
  const only = code === null ? null : checkNamed(code).code
  return seen(only, flags, async (cluster, diagnosis, signal) => {
    const findings = diagnosis.roots
      .flatMap((it) => [it.finding, ...it.consequences])
      .filter((it) => only === null || it.code === only)
    if (findings.length === 0) return nothing(only, diagnosis)
    const told = new Set<string>()
    for (const finding of findings) {
      signal.throwIfAborted()
      say(`${finding.code}  ${subjectKey(finding.subject)}  ${titleOf(finding)}`)
      const known = remediesFor(finding.code)
      for (const remedy of known) told.add(remedy.id)
      if (known.length === 0) say(`    no known remedy; hopscope explain ${finding.code}`)
      for (const remedy of known) say(...(await offer(cluster, diagnosis.model, remedy, finding, flags)))
      say('')
    }
    if (told.size > 0) say(`when not to use one, and the same by hand:  hopscope explain ${[...told].join(' | ')}`)
    say('Nothing has been changed.')
    return 1
  })
}

/** `hopscope fix CODE --plan`: works the plan out, keeps it, prints it. */
export async function makePlan(code: string, flags: FixFlags): Promise<number> {
  const check = checkNamed(code)
  const choices = remediesFor(check.code).filter((it) => flags.remedy === undefined || it.id === flags.remedy)
  if (choices.length === 0)
    throw new ToolError(
      'usage',
      flags.remedy === undefined
        ? `no remedy is known for ${check.code}`
        : `no remedy \`${flags.remedy}\` for ${check.code}`,
      flags.remedy === undefined
        ? `hopscope explain ${check.code}`
        : `there is ${
            remediesFor(check.code)
              .map((it) => it.id)
              .join(', ') || 'none'
          }`,
    )
  return seen(check.code, { ...flags, counts: { servicePairs: enoughLookups } }, async (cluster, diagnosis, signal) => {
    const all = diagnosis.roots.flatMap((it) => [it.finding, ...it.consequences]).filter((it) => it.code === check.code)
    if (all.length === 0) return nothing(check.code, diagnosis)
    const subjects = (flags.subject ?? []).map(parseSubject)
    const chosen = all.filter((it) => subjects.some((one) => subjectKey(one) === subjectKey(it.subject)))
    const findings = chosen.length > 0 ? chosen : all
    const named = subjects.filter((it) => !all.some((one) => subjectKey(one.subject) === subjectKey(it)))
    const refusals: string[] = []
    for (const remedy of choices) {
      const ask = await askOf(cluster, diagnosis.model, findings, named, flags)
      const plan = await buildPlan(cluster, remedy, ask, new Date(), (wanted) =>
        before(cluster, diagnosis.model, wanted, signal),
      )
      if ('kind' in plan) refusals.push(...notOffered(remedy, plan))
      else return show(plan, flags)
    }
    say(
      `No plan for ${check.code}: nothing is offered that could do harm or does not help here.`,
      ...refusals,
      `by hand, if you know better:  hopscope explain ${choices.map((it) => it.id).join(' | ')}`,
    )
    return 1
  })
}

/**
 * As it is verified afterwards: inside the workload's pods, or from probe pods, whose lookups the diagnosis has made
 * already.
 */
async function before(
  cluster: Cluster,
  model: Model,
  { inside }: Verification,
  signal: AbortSignal,
): Promise<Measure | null> {
  if (inside === undefined) return measure(model)
  const specs = model.scope.level === 'read' ? [] : planInsideLookups(model, inside.workloads)
  if (specs.length === 0) return null
  tell(announceInside(specs))
  const seen = await lookUpInside(cluster, specs, signal)
  for (const it of seen) if (it.short !== null) tell(`lookups inside pod ${it.pod}: ${it.short}`)
  signal.throwIfAborted()
  return measureInside(seen)
}

async function show(plan: Plan, flags: FixFlags): Promise<number> {
  await savePlan(plan, plansFolder())
  const files = plan.owners.length === 0 ? null : await writeFiles(plan, process.cwd())
  process.stdout.write(planText(plan, { paint: terminalPaint(process.stdout), verbose: flags.verbose === true, files }))
  return 0
}

/** Gathers, diagnoses and hands over; closes what it opened. */
async function seen(
  code: string | null,
  flags: FixFlags & { readonly counts?: Partial<Counts> },
  then: (cluster: Cluster, diagnosis: Diagnosis, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const progress = progressOn(process.stderr, false)
  const interrupt = interruptible()
  const deadline = AbortSignal.timeout(flags.timeout)
  const signal = AbortSignal.any([interrupt.signal, deadline])
  const cluster = await open(flags, signal)
  try {
    const named = (flags.subject ?? [])
      .map(parseSubject)
      .find((it) => it.namespace !== null && it.namespace !== 'kube-system')?.namespace
    const within =
      flags.namespace === undefined && named !== undefined && named !== null ? { ...flags, namespace: named } : flags
    // DNS104 looks at workloads, the other DNS checks at the cluster's DNS alone.
    const target = code !== null && /^DNS(?!104)/.test(code) ? 'dns' : null
    const { model, isLate } = await gather(
      { cluster, signal, tell: (event) => showEvent(event, progress) },
      target,
      within,
    )
    progress.done()
    if (isLate)
      throw new ToolError(
        'probe-failed',
        `not done within ${flags.timeout / 1000} s, and a plan is made of a whole look`,
        'give it longer: --timeout 10m',
      )
    return await then(readUntil(cluster, interrupt.signal), diagnose(model, { checks }), interrupt.signal)
  } catch (error) {
    progress.done()
    if (!interrupt.interrupted()) throw error
    tell(`${interruptedWord()}; nothing was changed`)
    return interruptedCode()
  } finally {
    interrupt.release()
    cluster.close()
  }
}

async function offer(
  cluster: Cluster,
  model: Model,
  remedy: Remedy,
  finding: Finding,
  flags: FixFlags,
): Promise<readonly string[]> {
  const plan = await buildPlan(cluster, remedy, await askOf(cluster, model, [finding], [], flags), new Date())
  if ('kind' in plan) return notOffered(remedy, plan)
  const probe = accessFlag(flags)
  return [
    `    ${remedy.id.padEnd(18)} ${plan.applicability.padEnd(10)} ${remedy.title}`,
    `${' '.repeat(34)}hopscope fix ${finding.code} --subject ${subjectKey(finding.subject)} --remedy ${remedy.id}${probe}${kept(flags)} --plan`,
  ]
}

function notOffered(remedy: Remedy, { why, instead }: NotOffered): readonly string[] {
  return [`    ${remedy.id.padEnd(18)} not here   ${why}`, ...(instead === null ? [] : [`${' '.repeat(34)}${instead}`])]
}

/** What the user left out or put elsewhere stays so in the commands that are named. */
function kept({ exec, probeNamespace }: FixFlags): string {
  return `${exec === false ? ' --no-exec' : ''}${probeNamespace === undefined ? '' : ` --probe-namespace ${probeNamespace}`}`
}

async function askOf(
  cluster: Cluster,
  model: Model,
  findings: readonly Finding[],
  named: readonly Subject[],
  flags: FixFlags,
): Promise<Ask> {
  const pods = model.sources.pods.known ? model.sources.pods.value : []
  const libcs = new Map<string, Libc>()
  for (const it of [...named, ...findings.map((one) => one.subject)])
    libcs.set(subjectKey(it), await libcOf(cluster, pods, it, model.scope.level !== 'read'))
  return {
    findings,
    model,
    named,
    chosen: flags.remedy ?? null,
    values: flags.value ?? [],
    image: flags.remedyImage ?? null,
    libc: (it) => libcs.get(subjectKey(it)) ?? 'unknown',
  }
}

/** No finding: whether that is health is for the check to say. */
function nothing(code: string | null, { results }: Diagnosis): number {
  const unsure = results.filter(
    (it) => (code === null || it.check.code === code) && (it.cannotTell.length > 0 || it.verdict === 'crashed'),
  )
  if (code === null) {
    say(
      `Nothing was found that needs a remedy${unsure.length === 0 ? '' : `; ${unsure.length} checks could not tell: hopscope diagnose says why`}.`,
    )
    return 0
  }
  const [first] = unsure
  if (first === undefined) {
    const note = results.find((it) => it.check.code === code)?.note ?? null
    say(`${code} finds nothing here, so there is nothing to fix${note === null ? '' : `: ${note}`}.`)
    return 0
  }
  const [verdict] = first.cannotTell
  throw new ToolError(
    'probe-failed',
    `${code} could not tell: ${verdict?.why ?? first.crash?.split('\n')[0] ?? ''}`,
    verdict?.settle === null || verdict === undefined ? null : `add ${verdict.settle}`,
  )
}

function checkNamed(name: string): { readonly code: string } {
  const check = findCheck(name)
  if (check === null) throw unknownCode(name)
  return check
}

function titleOf(finding: Finding): string {
  return checks.find((it) => it.code === finding.code)?.title ?? finding.slug
}

function parseSubject(text: string): Subject {
  const [kind = '', ...rest] = text.split('/')
  const [namespace, name] = rest.length === 2 ? [rest[0] ?? null, rest[1]] : [null, rest[0]]
  if (!/^[A-Z][A-Za-z]+$/.test(kind) || name === undefined || name === '' || rest.length > 2)
    throw new ToolError(
      'usage',
      `\`${text}\` is no object`,
      'Kind/namespace/name, as findings name it: Deployment/shop/web',
    )
  return subject(kind, namespace, name)
}

function accessFlag({ nodeAccess, probe }: FixFlags): string {
  if (nodeAccess === true) return ' --node-access'
  return probe === true ? ' --probe' : ''
}
