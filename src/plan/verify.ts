import type { Diagnosis } from '../engine.ts'
import { subjectKey } from '../model/subject.ts'
import type { Model } from '../model/sources.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import type { Verification } from '../remedies/remedy.ts'
import type { InsideLookups } from '../probe/inside/inside-lookups.ts'
import { notable } from '../relations/dns/lookup-loss.ts'
import { parseResolvConf } from '../wire/resolv-conf.ts'
import { enoughLookups, type Measure, measure, measureInside, type Part } from './measure.ts'
import type { Plan } from './plan.ts'
import { settlingLevel } from './verify-level.ts'
import { ms } from '../phrases.ts'

export interface Verdict {
  /** `unsure`: nothing speaks against it, and something could not be seen. Never taken for health. */
  readonly kind: 'fixed' | 'not-fixed' | 'unsure'
  readonly reasons: readonly string[]
  readonly rows: readonly { readonly what: string; readonly before: string; readonly after: string }[]
  /** What the reader of the rows must know. */
  readonly notes: readonly string[]
}

/** Looks again as a plan's verification asks. Handed in by the command line, which knows how to gather. */
export interface LookAgain {
  readonly diagnose: (wanted: Verification) => Promise<Diagnosis>
  /** Lookups inside the pods of the workloads that the plan changed. */
  readonly inside: (
    wanted: NonNullable<Verification['inside']>,
    diagnosis: Diagnosis,
  ) => Promise<readonly InsideLookups[]>
}

/** Whether the plan did what it was for: its checks run again, none finds anything, and each of them could tell. */
export async function verify(plan: Plan, look: LookAgain): Promise<Verdict> {
  const first = await look.diagnose(plan.verify)
  const wider = settlingLevel(plan.verify, first.results)
  const diagnosis = wider === null ? first : await look.diagnose({ ...plan.verify, level: wider })
  return judge(
    plan,
    diagnosis,
    plan.verify.inside === undefined ? [] : await look.inside(plan.verify.inside, diagnosis),
  )
}

export function judge(plan: Plan, diagnosis: Diagnosis, lookups: readonly InsideLookups[] = []): Verdict {
  const { codes, inside } = plan.verify
  const after = inside === undefined ? measure(diagnosis.model) : measureInside(lookups)
  const all = [
    ...codes.map((code) => checkedAgain(plan, diagnosis, code)),
    ...lookupsAgain(plan, diagnosis.model, after, lookups),
  ]
  const [bad, unsure] = [all.flatMap((it) => it.bad), all.flatMap((it) => it.unsure)]
  const notBad = unsure.length > 0 ? 'unsure' : 'fixed'
  const isMeasured = plan.measured !== null || after !== null
  return {
    kind: bad.length > 0 ? 'not-fixed' : notBad,
    reasons: [...bad, ...unsure],
    rows: isMeasured ? table(plan.measured, after, inside === undefined ? 'lost' : 'failed') : [],
    notes: lagNotes(plan, diagnosis.model, after),
  }
}

/** What a check says now. Nothing that was there to look at is nothing that was seen to be well. */
function checkedAgain(plan: Plan, { results }: Diagnosis, code: string): Reasons {
  const result = results.find((it) => it.check.code === code)
  if (result === undefined) return { bad: [], unsure: [`${code} did not run`] }
  if (result.verdict === 'crashed')
    return { bad: [], unsure: [`${code} crashed: ${result.crash?.split('\n')[0] ?? ''}`] }
  return {
    bad: result.findings
      .filter((it) => concerns(plan, code, subjectKey(it.subject)))
      .map((it) => `${code} still finds ${subjectKey(it.subject)}: ${result.check.words.detail(it)}`),
    unsure: [
      ...result.cannotTell.map((it) => `${code} cannot tell: ${it.why}`),
      ...(result.verdict === 'not-applicable' ? [`${code} had nothing to look at: ${result.note ?? ''}`] : []),
    ],
  }
}

function lookupsAgain(
  { verify: { p99Ms, inside }, measured }: Plan,
  model: Model,
  after: Measure | null,
  lookups: readonly InsideLookups[],
): readonly Reasons[] {
  return [
    ...(p99Ms === null ? [] : [fastEnough(model, measured, after, p99Ms)]),
    ...(inside === undefined ? [] : [insideOf(model, inside), askedInside(after, lookups, inside)]),
  ]
}

function lagNotes({ verify: { p99Ms, inside } }: Plan, model: Model, after: Measure | null): readonly string[] {
  if (after === null || p99Ms === null || after.p99Ms <= p99Ms) return []
  const lag = inside === undefined ? lagOf(model) : 0
  return after.p99Ms > p99Ms + lag
    ? []
    : [`the probes themselves waited up to ${ms(lag)} for a processor, which p99 may take on top of its ${p99Ms} ms`]
}

interface Reasons {
  readonly bad: readonly string[]
  readonly unsure: readonly string[]
}

/**
 * Enough lookups at each node that was measured before and each that is measured now; none of them slow, none failed.
 */
function fastEnough(
  { sources }: Pick<Model, 'sources'>,
  before: Measure | null,
  after: Measure | null,
  p99Ms: number,
): Reasons {
  if (after === null) return { bad: [], unsure: ['no lookups were measured'] }
  const probe = sources.dnsProbe.known ? sources.dnsProbe.value : null
  const limit = p99Ms + lagOf({ sources })
  const short = after.parts.find((it) => it.lookups < enoughLookups)
  const missing = probe?.missing ?? []
  // A node that was cordoned or left out since may be the very one that lost packets.
  const unseen = (before?.parts ?? []).filter(
    (was) => ![...after.parts.map((it) => it.where), ...missing.map((it) => it.node)].includes(was.where),
  )
  return {
    bad: [
      ...(after.p99Ms > limit ? [`p99 is ${ms(after.p99Ms)}, and must be under ${p99Ms} ms`] : []),
      ...slowOf(after).bad,
      ...failedOf(after).bad,
    ],
    unsure: [
      ...slowOf(after).unsure,
      ...failedOf(after).unsure,
      ...(short === undefined
        ? []
        : [
            `only ${short.lookups} lookups were made on ${short.where}, and ${enoughLookups} are needed` +
              (probe?.stopped == null ? '' : `: ${probe.stopped}`),
          ]),
      ...missing.map((it) => `${it.node} was not measured: ${it.why}`),
      ...unseen.map((it) => `${it.where} was measured before, and is not now`),
    ],
  }
}

/**
 * What a probe's own process waited for a processor is no fault of DNS: its 99th percentile, of the node where it was
 * worst.
 */
function lagOf({ sources: { dnsProbe } }: Pick<Model, 'sources'>): number {
  return dnsProbe.known ? Math.max(0, ...(dnsProbe.value.lag ?? []).map((it) => it.p99Ms)) : 0
}

/**
 * Lookups in the pods themselves: of the workload's own C library, under its own resolv.conf; each workload for
 * itself.
 */
function askedInside(
  after: Measure | null,
  lookups: readonly InsideLookups[],
  { workloads }: NonNullable<Verification['inside']>,
): Reasons {
  const failed = (after?.parts ?? []).flatMap((it) =>
    notable(it.lost, it.lookups) ? [`${it.lost} of ${it.lookups} lookups inside the pods of ${it.where} failed`] : [],
  )
  const short = lookups.flatMap((it) => (it.short === null ? [] : [`lookups inside pod ${it.pod}: ${it.short}`]))
  if (after === null) return { bad: [], unsure: ['no lookups were made inside the pods', ...short] }
  const few = workloads.flatMap((workload) => {
    const made = after.parts.find((it) => it.where === subjectKey(workload))?.lookups ?? 0
    return made < enoughLookups
      ? [`only ${made} lookups were made inside the pods of ${subjectKey(workload)}, and ${enoughLookups} are needed`]
      : []
  })
  return {
    bad: [...failed, ...slowOf(after).bad],
    unsure: [...slowOf(after).unsure, ...few, ...(few.length > 0 ? short : [])],
  }
}

/** What a slow lookup is not: refused, or answered with SERVFAIL, at once. A remedy that breaks DNS is quick, too. */
function failedOf({ lost, slow, lookups }: Measure): Reasons {
  if (lost <= slow) return { bad: [], unsure: [] }
  const say = `${lost} of ${lookups} lookups lost a packet or failed`
  return notable(lost, lookups) ? { bad: [say], unsure: [] } : { bad: [], unsure: [say] }
}

/** One slow lookup in thousands has other reasons as well; but it is told, and not called a cure. */
function slowOf({ slow, lookups }: Measure): Reasons {
  if (slow === 0) return { bad: [], unsure: [] }
  const say = `${slow} of ${lookups} lookups still took longer than a second`
  return notable(slow, lookups) ? { bad: [say], unsure: [] } : { bad: [], unsure: [say] }
}

/** Of the code that the plan is for, only what the plan was to fix; of the others, everything. */
function concerns(plan: Plan, code: string, key: string): boolean {
  if (code !== plan.code || plan.verify.target === 'dns') return true
  const touched = plan.steps.map((it) => it.object)
  return (
    key === subjectKey(plan.subject) ||
    touched.some(
      (it) =>
        subjectKey(it) === key ||
        (it.kind === 'NetworkPolicy' && it.name.replace(/-allow-dns$/, '') === key.split('/').at(-1)),
    )
  )
}

/** What pods of a workload see in their resolv.conf. */
function insideOf(model: Model, { workloads, option }: NonNullable<Verification['inside']>): Reasons {
  const { insideViews, pods } = model.sources
  const bad: string[] = []
  const unsure: string[] = []
  for (const workload of workloads) {
    const key = subjectKey(workload)
    const own = pods.known ? pods.value.filter((it) => !it.deleting && subjectKey(workloadOfPod(it)) === key) : []
    const views = insideViews.known
      ? insideViews.value.filter((view) => own.some((it) => it.name === view.pod && it.namespace === view.namespace))
      : []
    const confs = views.flatMap((it) => (it.resolvConf.known ? [{ pod: it.pod, text: it.resolvConf.value }] : []))
    const without = confs.find((it) => !parseResolvConf(it.text).options.includes(option))
    if (without !== undefined) bad.push(`pod ${without.pod} has no \`${option}\` in its resolv.conf`)
    if (confs.length === 0) unsure.push(`no pod of ${key} could be looked into`)
  }
  return { bad, unsure }
}

/** A C library tells of a lookup that failed, and not of a packet that was lost. */
function table(before: Measure | null, after: Measure | null, fate: 'lost' | 'failed'): Verdict['rows'] {
  const row = (what: string, text: (it: Measure) => string): Verdict['rows'][number] => ({
    what,
    before: cell(before, text),
    after: cell(after, text),
  })
  const places = [...new Set([...(before?.parts ?? []), ...(after?.parts ?? [])].map((it) => it.where))]
  return [
    row(`lookups ${fate}`, (it) => `${it.lost} of ${it.lookups}`),
    row('lookups > 1 s', (it) => `${it.slow} of ${it.lookups}`),
    row('p50 / p99', (it) => `${ms(it.p50Ms)} / ${ms(it.p99Ms)}`),
    ...((before?.insertFailed ?? after?.insertFailed ?? null) === null
      ? []
      : [row('insert_failed', (it) => (it.insertFailed === null ? 'not read' : `+${it.insertFailed}`))]),
    ...(places.length === 1 ? [] : places).map((place) =>
      row(place, ({ parts }) => placeCell(parts.find((it) => it.where === place))),
    ),
  ]
}

function placeCell(it: Part | undefined): string {
  return it === undefined ? 'not measured' : `${it.slow} of ${it.lookups} > 1 s, p99 ${ms(it.p99Ms)}`
}

function cell(it: Measure | null, text: (it: Measure) => string): string {
  return it === null ? 'not measured' : text(it)
}
