import type { Evidence } from '../../findings/evidence.ts'
import { type Call, asCalled, hasCommand } from '../called.ts'
import { evidenceLines } from '../evidence-text.ts'
import { helpLines } from '../help.ts'
import { nameOf } from '../name.ts'
import { paint } from '../paint.ts'
import type { Found } from './answer.ts'
import { plain } from './plain.ts'

const look = paint({ colour: false, ascii: false, width: 100 })

/** `the selector of a Service matches no pod: service shop/cart`. */
export function titleOf(it: Found): string {
  return `${it.title}: ${nameOf(it.subject)}`
}

/** As the text report draws it: lines of their own, in a font whose letters are of one width. */
export function evidenceOf(it: Found['evidence'][number]): readonly string[] {
  return evidenceLines(it satisfies Evidence, look).map(plain)
}

export interface Help {
  readonly sentence: string | null
  /** One a line, those that only look first, as they are to be typed here. */
  readonly steps: readonly string[]
}

export function helpOf({ help }: Found, call: Call): Help {
  const [sentence = null, ...lines] = helpLines(help.map((it) => plain('text' in it ? it.text : it.command)))
  return { sentence, steps: lines.map((it) => typed(it, call)) }
}

/** Not every line of help is a command: `on worker-2:`. */
export function typed(line: string, call: Call): string {
  const shown = plain(line)
  return hasCommand(shown) ? asCalled(shown, call) : shown
}
