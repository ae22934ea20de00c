import type { Parts } from '../answer.ts'
import type { Markup } from '../markup.ts'
import { type Mark, table, verdict } from './parts.ts'
import { section } from './sections.ts'

const marks = { findings: 'error', ok: 'ok', 'cannot-tell': 'cannot-tell', crashed: 'crashed' } as const

/** Of several targets, each with its verdict and its answer in one sentence. */
export function targets({ targets: all }: Parts): Markup | null {
  if (all === null) return null
  const rows = all.map(({ target, diagnosis }) => [target, verdict(markOf(diagnosis)), diagnosis.headline])
  return section(
    'Targets',
    table({ caption: 'each target and its answer', heads: ['target', 'verdict', 'answer'], rows }),
  )
}

/** A finding that only informs is no error. */
function markOf({ verdict: is, findings }: NonNullable<Parts['targets']>[number]['diagnosis']): Mark {
  return is === 'findings' ? (findings[0]?.severity ?? marks[is]) : marks[is]
}
