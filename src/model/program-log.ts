import type { LackWord } from '../wire/lack-words.ts'
import type { ComplaintKind } from '../wire/program-words.ts'

/**
 * What the program of one container wrote of connections of its own that failed. No line is kept: a kind, a host that
 * this cluster knows or that stands in a place for hosts, and how often.
 */
export interface ProgramLog {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** How far back it was read, in seconds. */
  readonly seconds: number
  /** The last part of them, in which the probe was at work. */
  readonly during: number
  /** Lines that were read; more may have been written. */
  readonly lines: number
  /** Of those, the ones that were longer than is read of a line. Absent where none was, and in old recordings. */
  readonly cut?: number
  /** It was longer than is read at all: nothing of it is known. */
  readonly unread?: 'too-long'
  readonly complaints: readonly Complaint[]
}

export interface Complaint {
  readonly kind: ComplaintKind
  /** Whom it called, a name or an address; null where the line does not say, or says it in no place for hosts. */
  readonly host: string | null
  readonly port: number | null
  readonly times: number
  /** Of `times`, those while the probe was at work. */
  readonly during: number
  /** Where it lacks something itself, the words that say so, of a list. Absent of others, and in old recordings. */
  readonly words?: readonly LackWord[]
}
