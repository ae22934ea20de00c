import { page } from '../report/visible.ts'
import { paint } from '../report/paint.ts'
import { redactText } from '../wire/secrets.ts'

/** What a tool answers. A refusal is an answer in words, which whoever asked can pass on. */
export interface Told {
  readonly lines: readonly string[]
  readonly isError: boolean
}

/** A model reads what it is handed, whole: an answer is a page, and the rest is asked for by name. */
export const mostCharacters = 12_000

const look = paint({ colour: false, ascii: false, width: 100 })

export function told(...lines: readonly string[]): Told {
  return { lines, isError: false }
}

/** What is a page already, or a file of ours: its line ends are ours. */
export function linesOf(page: string): readonly string[] {
  return page.trimEnd().split('\n')
}

export function refused(why: string, instead: string | null): Told {
  return { lines: [`refused: ${why}`, ...(instead === null ? [] : [`instead: ${instead}`])], isError: true }
}

/**
 * As text: somebody else's words stay lines of this answer, secrets that were quoted are masked, and what is cut off is
 * said. `rest` is how to ask for it.
 */
export function textOf({ lines }: Told, rest: string): string {
  const whole = page(lines.map(redactText), look)
  if (whole.length <= mostCharacters) return whole
  const kept = whole.slice(0, whole.lastIndexOf('\n', mostCharacters - 1) + 1)
  const left = whole.slice(kept.length).trimEnd().split('\n').length
  return `${kept}... ${left} more lines were left out: ${rest}\n`
}
