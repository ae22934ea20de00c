// What the two sides of a run say to each other: scripts/mutants.ts, which knows the mutants, and driver.ts, which runs
// tests in vitest's worker.
import type { Compiled } from './modules.ts'

export interface Job {
  readonly root: string
  readonly compiled: Readonly<Record<string, Compiled>>
  /** The test files, and the files that the mutants stand in. */
  readonly tests: readonly string[]
  readonly mutants: readonly { readonly id: number; readonly file: string }[]
  /** By file, the first id of its mutants, and the one after the last. */
  readonly idsOf: Readonly<Record<string, readonly [number, number]>>
  /** How many mutants there are in all; their ids are below that. */
  readonly count: number
  /** Of a mutant's tests, in milliseconds. */
  readonly limitMs: number
  readonly baseline: string
  readonly results: string
}

/** One line of the results. */
export type Said =
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'ended'; readonly id: number; readonly verdict: Ended; readonly by: string; readonly ms: number }
  | { readonly kind: 'left-out'; readonly test: string; readonly why: string }
  | { readonly kind: 'ready'; readonly tests: number }

export type Ended = 'killed' | 'survived' | 'not-reached'
