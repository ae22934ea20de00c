import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../checks/registry.ts'
import { explainLines } from './explain-page.ts'
import { paint } from './paint.ts'

const pages = checks.map(({ code, slug }) => ({
  code,
  page: readFileSync(join(import.meta.dirname, '../checks', `${slug}.md`), 'utf8'),
}))
const look = (wrap?: number) =>
  paint({ colour: false, ascii: false, width: 80, ...(wrap === undefined ? {} : { wrap }) })

describe.each(pages)('the page of $code', ({ page }) => {
  test('stays within a terminal of 80 columns, code apart, and loses no word', () => {
    const lines = explainLines(page, look(80))
    const prose = lines.filter((it) => !it.startsWith('    ') && !/^\||\bkubectl |\bhopscope /.test(it))
    expect(prose.filter((it) => it.length > 80 && it.trim().includes(' '))).toEqual([])
    const words = (text: string): readonly string[] =>
      text
        .replaceAll(/^(?:```\w*|#+ )/gm, '')
        .split(/\s+/)
        .filter(Boolean)
    expect(words(lines.join('\n'))).toEqual(words(page))
  })
  test('fences its code, and says what, why and how to confirm it by hand', () => {
    for (const heading of ['What it means', 'Why it happens', 'Confirm by hand'])
      expect(page).toContain(`\n## ${heading}\n`)
    // An indent that a formatter takes from a block's first line makes prose of code.
    expect(page.replaceAll(/^```[\s\S]*?^```$/gm, '')).not.toMatch(/\n\n {4}\S/)
    expect(page.match(/^```/gm)?.length ?? 0).toSatisfy((it: number) => it % 2 === 0)
  })
})

test('a pipe gets the Markdown', () => {
  expect(explainLines('# a\n\nb\nc\n', look())).toEqual(['# a', '', 'b', 'c'])
})
