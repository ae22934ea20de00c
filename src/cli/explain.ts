import { readFileSync } from 'node:fs'
import { explainLines } from '../report/explain-page.ts'
import { page } from '../report/visible.ts'
import { pageOf } from '../session/catalogue.ts'
import { ToolError } from '../tool-error.ts'
import { terminalPaint } from './terminal/look.ts'
import { paged } from './terminal/pager.ts'

/** Shows the page of a finding or of a remedy: in a pager on a terminal, as Markdown in a pipe. */
export async function explainCommand(name: string): Promise<number> {
  const key = pageOf(name)
  const pages = JSON.parse(readFileSync(new URL('pages.json', import.meta.url), 'utf8')) as Readonly<
    Record<string, string>
  >
  const found = pages[key]
  if (found === undefined) throw new ToolError('internal', `there is no page for ${key}`)
  const paint = terminalPaint(process.stdout)
  await paged(page(explainLines(found, paint), { ...paint, wrap: null }))
  return 0
}
