import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import type { AnyCheck } from '../../src/findings/check.ts'
import { retiredCodes } from '../../src/findings/retired-codes.ts'
import { filesIn, read, root } from './sources.ts'

/** Folder, letters and first digit of a code belong together. */
const families: Readonly<Record<string, RegExp>> = {
  dns: /^DNS[12]\d\d$/,
  service: /^SVC[23]\d\d$/,
  ingress: /^ING[34]\d\d$/,
  policy: /^POL4\d\d$/,
  node: /^NOD5\d\d$/,
  gateway: /^GTW7\d\d$/,
  capture: /^PKT7\d\d$/,
  mesh: /^MSH8\d\d$/,
  spans: /^SPN9\d\d$/,
  trouble: /^TRB9\d\d$/,
}

/** In this order; the page of a check has all of them and no other of this level. */
const headings = [
  'What it means',
  'How we know',
  'Why it happens',
  'Fix',
  'Confirm by hand',
  'When this is not your problem',
  'References',
]

const pathOf = (check: AnyCheck, ending: string): string => `src/checks/${check.slug}${ending}`
const there = (path: string): boolean => existsSync(join(root, path))

describe('the registry', () => {
  test('is sorted by code', () => expect(checks.map((it) => it.code)).toEqual(checks.map((it) => it.code).toSorted()))

  test('has each code and each slug once', () => {
    expect(new Set(checks.map((it) => it.code)).size).toBe(checks.length)
    expect(new Set(checks.map((it) => it.slug)).size).toBe(checks.length)
  })

  test('uses no code again that was retired', () => {
    expect(checks.map((it) => it.code).filter((it) => retiredCodes.includes(it))).toEqual([])
    expect(retiredCodes).toEqual([...new Set(retiredCodes)].toSorted())
  })

  test('knows every file that holds a check', async () => {
    const files = filesIn(
      'src/checks',
      (path) => /^src\/checks\/[a-z]+\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'),
    )
    const unknown: string[] = []
    for (const path of files) {
      const { default: its } = (await import(join(root, path))) as { readonly default?: { readonly slug?: string } }
      if (its !== undefined && !checks.some((it) => pathOf(it, '.ts') === path))
        unknown.push(
          `${path} has a default export, ` +
            `and the registry does not list it under the slug ${path.slice('src/checks/'.length, -3)}`,
        )
    }
    expect(unknown).toEqual([])
  })

  const remedies = [...new Set(checks.flatMap((it) => it.remedies))].toSorted()
  test.skipIf(!remedies.some((it) => there(`src/remedies/${it}.ts`)))('names remedies that are there', () => {
    expect(remedies.filter((it) => !there(`src/remedies/${it}.ts`))).toEqual([])
  })

  test('has no page and no test without a check', () => {
    const stray = filesIn('src/checks', (path) => path.endsWith('.md')).filter(
      (path) => !checks.some((it) => pathOf(it, '.md') === path),
    )
    expect(stray).toEqual([])
  })
})

describe.each(checks.map((check) => ({ name: `${check.code} ${check.slug}`, check })))('$name', ({ check }) => {
  test('stands in the file that its slug names', () => expect(there(pathOf(check, '.ts'))).toBe(true))

  test('has its table of behaviour beside it', () => {
    const path = pathOf(check, '.test.ts')
    expect(there(path) ? read(path) : `${path} is missing`).toContain('describeCheck(check, [')
  })

  test('has a code of its family', () =>
    expect(check.code).toMatch(families[check.slug.split('/')[0] ?? ''] ?? /^a folder without a family$/))

  test('has a title that names the bad thing, without a full stop', () => {
    expect(check.title).toMatch(/[^.!?]$/)
    expect(check.title.length).toBeLessThanOrEqual(70)
  })

  test('declares each source once, and none both as need and as want', () => {
    const declared = [...check.needs, ...check.wants]
    expect(declared).toEqual([...new Set(declared)])
    if (check.judges !== 'leftovers') expect(check.needs.length).toBeGreaterThan(0)
  })

  test('has a page with its own title and the headings, in order', () => {
    const path = pathOf(check, '.md')
    const lines = withoutCode(there(path) ? read(path) : `${path} is missing`).split('\n')
    expect(lines[0]).toBe(`# ${check.code} ${check.title}`)
    expect(lines.filter((it) => it.startsWith('# '))).toHaveLength(1)
    expect(lines.filter((it) => it.startsWith('## ')).map((it) => it.slice(3))).toEqual(headings)
  })

  test('has a page with something under each heading', () => {
    const path = pathOf(check, '.md')
    const parts = (there(path) ? read(path) : '').split(/^## /m).slice(1)
    expect(parts.filter((it) => it.split('\n').slice(1).join('').trim() === '').map((it) => it.trim())).toEqual([])
  })

  test('has a page whose links are https, and whose codes exist', () => {
    const page = there(pathOf(check, '.md')) ? read(pathOf(check, '.md')) : ''
    expect(
      page.match(
        /\bhttp:\/\/(?![^\s]*(?:cluster\.local|localhost|127\.0\.0\.1|\d+\.\d+\.\d+\.\d+|[A-Z_]+))[^\s>)]*/g,
      ) ?? [],
    ).toEqual([])
    const codes = [...new Set(page.match(/\b(?:DNS|SVC|ING|POL|NOD|GTW|PKT|MSH)[1-578]\d\d\b/g))]
    expect(codes.filter((code) => !checks.some((it) => it.code === code))).toEqual([])
  })
})

/** Fenced and indented code may hold a `#` at the start of a line. */
function withoutCode(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```/gm, '')
}
