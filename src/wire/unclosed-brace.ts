import { withoutComment } from './resolv-conf.ts'

/**
 * The line, counted from 1, of the `{` that was most likely forgotten to be closed, by the text's indentation: the
 * parser itself only sees, at the end, that the outermost one is open. null where the indentation does not say.
 */
export function unclosedBrace(text: string): number | null {
  const open: { readonly line: number; readonly indent: number }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutComment(raw, /#/).trimEnd()
    if (line.trim() === '') continue
    const indent = line.length - line.trimStart().length
    const innermost = open.at(-1)
    const closes = line.trimStart().startsWith('}')
    if (innermost !== undefined && (closes ? indent < innermost.indent : indent <= innermost.indent))
      return innermost.line
    if (closes) open.pop()
    if (line.endsWith('{')) open.push({ line: index + 1, indent })
  }
  return null
}
