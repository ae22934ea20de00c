import type { Manifest } from '../manifest/object.ts'
import type { Entry, Stored } from './journal.ts'

/** How far a plan has come, read off its journal. */
export type Phase =
  /** Nothing was written on its account. */
  | 'new'
  /** A run began to write and did not come to its end. */
  | 'begun'
  | 'applied'
  /** Undo began; until it ends the plan can only be undone. */
  | 'undoing'
  | 'undone'

export interface StepHistory {
  /** A write was about to happen: it may have. */
  readonly intended: boolean
  readonly expected: Manifest | null
  /** It did happen, and this is what the API server stored. */
  readonly stored: Stored | null
  readonly done: boolean
}

export interface History {
  readonly phase: Phase
  readonly step: (index: number) => StepHistory
  /** Some write was announced, and the journal does not say how it ended. */
  readonly loose: boolean
}

export function historyOf(entries: readonly Entry[]): History {
  const steps = new Map<number, StepHistory>()
  const open = new Set<string>()
  let phase: Phase = 'new'
  for (const entry of entries) {
    if (entry.kind === 'intent') {
      open.add(`${entry.action} ${entry.step}`)
      if (entry.action === 'apply' && phase === 'new') phase = 'begun'
      // Taking the lock restores nothing: an undo that did not get it leaves the plan as applied as it was.
      if (entry.action === 'undo' && typeof entry.step === 'number') phase = 'undoing'
      if (typeof entry.step === 'number' && entry.action === 'apply')
        steps.set(entry.step, { intended: true, expected: entry.expected, stored: null, done: false })
    }
    if (entry.kind === 'done') {
      open.delete(`${entry.action} ${entry.step}`)
      const before = typeof entry.step === 'number' && entry.action === 'apply' ? steps.get(entry.step) : undefined
      if (before !== undefined && typeof entry.step === 'number')
        steps.set(entry.step, { ...before, stored: entry.stored, done: true })
    }
    if (entry.kind === 'end') open.delete(`${entry.action} lock`)
    if (entry.kind === 'end' && entry.outcome === 'complete') phase = entry.action === 'apply' ? 'applied' : 'undone'
  }
  return {
    phase,
    step: (index) => steps.get(index) ?? { intended: false, expected: null, stored: null, done: false },
    loose: open.size > 0,
  }
}
