import { stripVTControlCharacters } from 'node:util'
import { hasCommand } from './called.ts'

/** `help: `, `note: `, a glyph, a quotation: what the lines after the first stand in from. */
const lead = /^ *(?:(?:help|note|error): |[✗!i✓?+x-] |└ |`- |\d+\. |[-*] )?/

/** What is quoted, as evidence stands in, stays behind its bar in each line that it is broken into; no table does. */
const quotation = /^ {4,}[│|] /

/**
 * Prose within so many columns, what follows the first line standing in. Tables, commands and whatever else is aligned
 * by hand stay as they are: a terminal breaks those itself, and what is copied from it is still one line.
 */
export function wrapped(line: string, width: number): readonly string[] {
  const { lines, hang } = brokenAt(line, width)
  return lines.length < 2 ? lines : quotesContinued(lines, hang)
}

/** The same of a text of this project's own, whose quotations nobody else wrote. */
export function ownWrapped(line: string, width: number): readonly string[] {
  return brokenAt(line, width).lines
}

function brokenAt(line: string, width: number): { readonly lines: readonly string[]; readonly hang: string } {
  const seen = stripVTControlCharacters(line)
  if (seen.length <= width || hasCommand(seen)) return { lines: [line], hang: '' }
  const behind = quotation.exec(seen)?.[0] ?? null
  const start = (behind ?? lead.exec(seen)?.[0] ?? '').length
  const gaps = behind === null ? [...seen.slice(start).matchAll(/\S( {2,})(?=\S)/g)] : []
  if (gaps.length > 1) return { lines: [line], hang: '' }
  const gap = gaps[0]
  const column = gap === undefined ? 0 : start + gap.index + 1 + (gap[1]?.length ?? 0)
  const hang = behind ?? ' '.repeat(column > 0 && column <= width / 2 ? column : start)
  const lines: string[] = []
  let [rest, used] = ['', 0]
  for (const [index, word] of line.split(/(?<=\S)(?= +\S)/).entries()) {
    const length = stripVTControlCharacters(word).length
    if (index > 0 && used + length > width) {
      lines.push(rest)
      rest = `${hang}${word.trimStart()}`
      used = hang.length + stripVTControlCharacters(word).trimStart().length
    } else {
      rest += word
      used += length
    }
  }
  return { lines: [...lines, rest], hang }
}

/**
 * Of a quotation that goes on, each line says so by the mark that it began with: else its words would stand at the
 * beginning of a line, where hopscope's own stand.
 */
function quotesContinued(lines: readonly string[], hang: string): readonly string[] {
  let depth = 0
  return lines.map((line, index) => {
    const isWithin = index > 0 && depth > 0 && !quotation.test(line)
    for (const mark of line) {
      if (mark === '“') depth++
      else if (mark === '”') depth = Math.max(0, depth - 1)
    }
    return isWithin ? `${hang}“… ${line.slice(hang.length)}` : line
  })
}
