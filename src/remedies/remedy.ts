import type { Finding } from '../findings/finding.ts'
import type { Known } from '../model/known.ts'
import type { Level, Model } from '../model/sources.ts'
import type { Subject } from '../model/subject.ts'
import type { Manifest } from '../manifest/object.ts'

/**
 * Who may decide. `safe`: adds what is missing, takes nothing away, restarts nothing; only this may run with `--yes`.
 * `needs-value`: the user must name something first. `judgement`: it has a price that a person must weigh.
 * `manual`: hopscope can only say how.
 */
export type Applicability = 'safe' | 'needs-value' | 'judgement' | 'manual'

/** What a remedy must see before it can propose: one object, or all of a kind (in a namespace, or in all: null). */
export type Read = { readonly one: Subject } | { readonly all: string; readonly namespace: string | null }

/** The raw objects that were read. An object that is not there is known: null. */
export interface Objects {
  readonly one: (it: Subject) => Known<Manifest | null>
  readonly all: (kind: string, namespace: string | null) => Known<readonly Manifest[]>
}

export type Libc = 'glibc' | 'musl' | 'unknown'

export interface Ask {
  /** Findings of one code; at least one. */
  readonly findings: readonly Finding[]
  readonly model: Model
  /** Objects that the user named and that are no finding's subject: the workloads to change. */
  readonly named: readonly Subject[]
  /** `--remedy`: the one that the user asked for by name; null when it is for hopscope to say. */
  readonly chosen: string | null
  /** `--value`: what only the user can know, such as an upstream's address. */
  readonly values: readonly string[]
  /** `--remedy-image`; null when the user named none. */
  readonly image: string | null
  readonly libc: (workload: Subject) => Libc
}

export type Change =
  | { readonly verb: 'create'; readonly object: Subject; readonly after: Manifest; readonly say: string | null }
  /** `after` is the whole desired object. */
  | {
      readonly verb: 'replace'
      readonly object: Subject
      readonly before: Manifest
      readonly after: Manifest
      readonly say: string | null
      readonly reload?: Reload
    }
  /** `forGood`: why there is nothing to restore; null when undo creates the object again. */
  | {
      readonly verb: 'delete'
      readonly object: Subject
      readonly before: Manifest
      readonly say: string | null
      readonly forGood: string | null
    }

/** The servers that must take a new Corefile by themselves: pods with these labels, and the port of their metrics. */
export interface Reload {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly port: number
  /** What makes the servers: whoever else bears their labels is not asked. Absent: not known, or an older plan. */
  readonly by?: { readonly kind: string; readonly name: string }
}

/**
 * How it is told that the remedy worked: these checks run again, and none of them may find anything or be unable to
 * tell.
 */
export interface Verification {
  readonly codes: readonly string[]
  /** `dns`, a target as `diagnose` takes it, or null for a whole namespace. */
  readonly target: string | null
  readonly namespace: string | null
  readonly level: Level
  /** Lookups must be faster than this at the 99th percentile; null where times do not matter. */
  readonly p99Ms: number | null
  /** Pods of these workloads must have this in their resolv.conf, read inside them. For what no check can see. */
  readonly inside?: { readonly workloads: readonly Subject[]; readonly option: string }
}

export interface Proposal {
  readonly kind: 'proposal'
  readonly applicability: Applicability
  readonly changes: readonly Change[]
  readonly effect: string
  readonly risk: { readonly level: 'low' | 'medium' | 'high'; readonly why: string }
  readonly verify: Verification
  readonly notes: readonly string[]
  /** What a person must have done by hand before undo, or undo does harm. */
  readonly undoFirst?: string
}

/** Why there is no plan: a trap that was found, or something that could not be seen. Never a guess. */
export interface NotOffered {
  readonly kind: 'not-offered'
  readonly why: string
  /** What the user can do about it. */
  readonly instead: string | null
}

/** One known remedy, pure: what it must see, then what it would change. */
export interface Remedy {
  readonly id: string
  /** What it does, in a few words, for the list. */
  readonly title: string
  readonly codes: readonly string[]
  readonly applicability: Applicability
  readonly reads: (ask: Ask) => readonly Read[]
  readonly propose: (ask: Ask, objects: Objects) => Proposal | NotOffered
}

export function notOffered(why: string, instead: string | null = null): NotOffered {
  return { kind: 'not-offered', why, instead }
}

/** The sentence for an object that could not be read: a trap that can't be checked is a plan that can't be offered. */
export function notSeen(what: string, read: Extract<Known<never>, { known: false }>): NotOffered {
  return notOffered(
    `${what} could not be read (${read.why.reason}: ${read.why.detail}), and the plan depends on it`,
    read.why.reason === 'forbidden' ? `ask for the right to ${read.why.detail}` : null,
  )
}
