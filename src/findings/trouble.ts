import type { Complaint } from '../model/program-log.ts'
import type { SourceName } from '../model/sources.ts'
import type { Subject } from '../model/subject.ts'

/**
 * What some user would complain about. Derived from the model before any cause is looked for, so that what no check
 * knows of is still told: a check pulls what it declares, and what it does not pull must not be lost without a word.
 */
export interface Trouble {
  readonly kind:
    | 'lookup-failed'
    | 'lookup-slow'
    | 'lookup-wrong'
    | 'server-error'
    | 'contact-failed'
    | 'bad-answer'
    | 'not-as-declared'
    /** Somebody says so, and nothing that is read shows it. */
    | 'reported'
  readonly source: SourceName
  /** The pod, Service, Ingress or node whose user complains. */
  readonly sufferer: Subject
  /**
   * Whatever else has a part in it: the node, the DNS server, the workload, the Service. A cause sits on one of these.
   */
  readonly involved: readonly Subject[]
  /** Symptom keys (`relations/symptom.ts`): a finding that is or explains one of them claims this trouble. */
  readonly keys: readonly string[]
  /** What was asked: a name and its tool, an address and port, a URL, a condition. */
  readonly asked: string
  /** From where: `inside the pod`, `from node worker-1`. */
  readonly from: string
  /** `timeout`, `refused`, `503`, `CrashLoopBackOff`. */
  readonly how: string
  readonly bad: number
  readonly of: number
  /** The slowest, in milliseconds; null where time says nothing. */
  readonly ms: number | null
  /** Of what a program's log says: whose it is, and how often and when, in words of ours. */
  readonly log?: {
    readonly namespace: string
    readonly pod: string
    readonly container: string
    readonly kind: Complaint['kind']
    /** What it lacks itself, in the words of its log that are known ones. */
    readonly words: readonly string[]
    readonly times: string
    /** Of the last part, how often it would have been said there at its rhythm. */
    readonly due: number
  }
  /** Commands that lead on, where more is known than the source tells. */
  readonly next?: readonly string[]
  /** Whoever has the trouble says himself what is in the way. */
  readonly isSaid?: true
  /** `outage`: does not work. `nuisance`: works, badly. `sign`: worth a line, and nobody need suffer. */
  readonly weight: 'outage' | 'nuisance' | 'sign'
}
