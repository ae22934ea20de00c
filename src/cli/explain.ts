import { explainLines } from '../report/explain-page.ts'
import { page } from '../report/visible.ts'
import { pageText } from '../session/catalogue.ts'
import { terminalPaint } from './terminal/look.ts'
import { paged } from './terminal/pager.ts'

/** Shows the page of a finding or of a remedy: in a pager on a terminal, as Markdown in a pipe. */
export async function explainCommand(name: string): Promise<number> {
  const paint = terminalPaint(process.stdout)
  await paged(page(explainLines(pageText(name), paint), { ...paint, wrap: null }))
  return 0
}
