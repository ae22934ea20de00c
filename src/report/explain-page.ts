import type { Paint } from './paint.ts'
import { ownWrapped } from './wrap.ts'

/**
 * A page as a terminal shows it: headings stand out, prose is broken at the width, code stands in, untouched. A pipe
 * gets the Markdown as it is.
 */
export function explainLines(markdown: string, paint: Paint): readonly string[] {
  const lines = markdown.trimEnd().split('\n')
  const { wrap } = paint
  if (wrap === null) return lines
  const width = Math.min(wrap, 100)
  return blocksOf(lines).flatMap((it) => {
    if (it.kind === 'code') return it.lines.map((line) => `    ${line}`)
    if (it.kind === 'heading') return [paint.strong(it.text)]
    return ownWrapped(it.text, width)
  })
}

type Block =
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'heading' | 'prose'; readonly text: string }

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = []
  let code: string[] | null = null
  for (const line of lines) {
    const last = blocks.at(-1)
    if (line.startsWith('```')) {
      if (code === null) code = []
      else {
        blocks.push({ kind: 'code', lines: code })
        code = null
      }
    } else if (code !== null) code.push(line)
    else if (line.startsWith('#')) blocks.push({ kind: 'heading', text: line.replace(/^#+ /, '') })
    else if (last?.kind === 'prose' && goesOn(last.text, line))
      blocks.splice(-1, 1, { kind: 'prose', text: `${last.text} ${line.trim()}` })
    else blocks.push({ kind: 'prose', text: line })
  }
  return code === null ? blocks : [...blocks, { kind: 'code', lines: code }]
}

/** A line of the same paragraph or item; tables, and what begins an item, are lines of their own. */
function goesOn(before: string, line: string): boolean {
  return before !== '' && line.trim() !== '' && !/^\s*(?:[-*] |\d+\. |\|)/.test(line) && !before.startsWith('|')
}
