import { readFileSync } from 'node:fs'
import { checks } from '../checks/registry.ts'
import { closest } from '../closest.ts'
import { ToolError } from '../tool-error.ts'
import { findCheck } from './select.ts'

/** Prints a finding's page as it stands, headings and all: Markdown reads well in a terminal. */
export function explainCommand(name: string): Promise<number> {
  const check = findCheck(name)
  if (check === null) throw unknownCode(name)
  const pages = JSON.parse(readFileSync(new URL('pages.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>
  const page = pages[check.slug]
  if (page === undefined) throw new ToolError('internal', `there is no page for ${check.code}`)
  process.stdout.write(page)
  return Promise.resolve(0)
}

export function unknownCode(name: string): ToolError {
  const near = closest(name, checks.flatMap((it) => [it.code, it.slug]))
  return new ToolError('usage', `no check \`${name}\``, near.length === 0 ? 'hopscope checks' : `the closest are ${near.map((it) => `\`${it}\``).join(', ')}; all of them: hopscope checks`)
}
