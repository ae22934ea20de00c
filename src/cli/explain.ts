import { readFileSync } from 'node:fs'
import { remedies } from '../remedies/registry.ts'
import { ToolError } from '../tool-error.ts'
import { findCheck, unknownCode } from '../session/select.ts'

/** Prints the page of a finding or of a remedy as it stands, headings and all: Markdown reads well in a terminal. */
export function explainCommand(name: string): Promise<number> {
  const key = findCheck(name)?.slug ?? remedies.find((it) => it.id === name)?.id
  if (key === undefined)
    throw unknownCode(
      name,
      remedies.map((it) => it.id),
    )
  const pages = JSON.parse(readFileSync(new URL('pages.json', import.meta.url), 'utf8')) as Readonly<
    Record<string, string>
  >
  const page = pages[key]
  if (page === undefined) throw new ToolError('internal', `there is no page for ${key}`)
  process.stdout.write(page)
  return Promise.resolve(0)
}
