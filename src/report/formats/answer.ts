import type { diagnosis, dns } from '../schemas/diagnosis.ts'
import type { matrix } from '../schemas/matrix.ts'
import type { Output } from '../schemas/parts.ts'
import type { pcap } from '../schemas/pcap.ts'
import type { spans } from '../schemas/spans.ts'
import type { targets } from '../schemas/targets.ts'
import type { trace } from '../schemas/trace.ts'
import { togetherOf } from '../diagnosis/several.ts'

/*
 * What every other format is made of: the JSON document of an answer, and nothing else. So no format knows more than
 * `-o json` says, and a script can make its own.
 */

export type Plain = Output<typeof diagnosis>
export type Dns = Output<typeof dns>
type Traced = Output<typeof trace>
type Matrixed = Output<typeof matrix>
type Captured = Output<typeof pcap>
type Spanned = Output<typeof spans>
type OfTargets = Output<typeof targets>

/** The documents that hold a diagnosis. */
export type Answer = Plain | Dns | Traced | Matrixed | Captured | Spanned | OfTargets

export type Found = Plain['findings'][number]
export type Unsure = Plain['cannotTell'][number]
export type Path = Extract<Dns['paths'], { known: true }>['value'][number]

/** The diagnosis in an answer, and what its command adds. */
export interface Parts {
  readonly diagnosis: Omit<Plain, 'schema'>
  /** What `dns` measured on each path: null where this is no answer of that kind. */
  readonly dns: Pick<Dns, 'paths' | 'conntrack' | 'servers'> | null
  readonly trace: Omit<Traced, 'diagnosis'> | null
  readonly matrix: Omit<Matrixed, 'diagnosis'> | null
  readonly capture: Captured['capture'] | null
  readonly spans: Spanned['spans'] | null
  /** Of several targets: `diagnosis` is of all of them together. */
  readonly targets: OfTargets['targets'] | null
}

const alone = { dns: null, trace: null, matrix: null, capture: null, spans: null, targets: null } as const

export function partsOf(answer: Answer): Parts {
  switch (answer.schema) {
    case 'hopscope/v1':
      return { ...alone, diagnosis: answer }
    case 'hopscope/dns/v1':
      return { ...alone, diagnosis: answer, dns: answer }
    case 'hopscope/trace/v1':
      return { ...alone, diagnosis: answer.diagnosis, trace: answer }
    case 'hopscope/matrix/v1':
      return { ...alone, diagnosis: answer.diagnosis, matrix: answer }
    case 'hopscope/pcap/v1':
      return { ...alone, diagnosis: answer.diagnosis, capture: answer.capture }
    case 'hopscope/spans/v1':
      return { ...alone, diagnosis: answer.diagnosis, spans: answer.spans }
    case 'hopscope/targets/v1':
      return { ...alone, diagnosis: togetherOf(answer), targets: answer.targets }
  }
}

/** `cannot tell` by its reason, so that forty checks without a right are one line. */
export interface Reason {
  readonly why: string
  readonly settle: string | null
  readonly codes: readonly string[]
}

export function reasonsOf(unsure: readonly Unsure[]): readonly Reason[] {
  const groups = Map.groupBy(unsure, (it) => JSON.stringify([it.why, it.settle]))
  return [...groups.values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    return [{ why: first.why, settle: first.settle, codes: [...new Set(its.map((it) => it.code))] }]
  })
}

/** How many checks of each verdict: what a dashboard and a summary begin with. */
export function countsOf(it: Parts['diagnosis']): Readonly<Record<string, number>> {
  const distinct = (its: readonly { readonly code: string }[]): number => new Set(its.map((one) => one.code)).size
  return {
    ok: it.ok.length,
    finding: distinct([...it.findings, ...it.explained]),
    'cannot-tell': distinct(it.cannotTell),
    'not-asked': distinct(it.notAsked),
    'not-applicable': it.notApplicable.length,
    ignored: it.ignored.length,
    crashed: it.crashed.length,
  }
}
