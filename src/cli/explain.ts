import { readFileSync } from 'node:fs'
import { ToolError } from '../tool-error.ts'
import { pageOf } from '../session/catalogue.ts'

/** Prints the page of a finding or of a remedy as it stands, headings and all: Markdown reads well in a terminal. */
export function explainCommand(name: string): Promise<number> {
  const key = pageOf(name)
  const pages = JSON.parse(readFileSync(new URL('pages.json', import.meta.url), 'utf8')) as Readonly<
    Record<string, string>
  >
  const page = pages[key]
  if (page === undefined) throw new ToolError('internal', `there is no page for ${key}`)
  process.stdout.write(page)
  return Promise.resolve(0)
}
