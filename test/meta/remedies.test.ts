import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import { remedies } from '../../src/remedies/registry.ts'
import { filesIn, read, root } from './sources.ts'

/** In this order; the page of a remedy has all of them and no other of this level. */
const headings = [
  'What it changes',
  'When not to use it',
  'What can break',
  'By hand',
  'How it is verified',
  'Undo by hand',
  'What was tested',
]

test('there is no page without its remedy', () => {
  expect(
    filesIn('src/remedies', (path) => path.endsWith('.md')).filter(
      (path) => !remedies.some((it) => `src/remedies/${it.id}.md` === path),
    ),
  ).toEqual([])
})

test('each stands in the file of its name', () => {
  expect(remedies.map((it) => `src/remedies/${it.id}.ts`).filter((it) => !existsSync(join(root, it)))).toEqual([])
})

describe.each(remedies.map((it) => ({ id: it.id, path: `src/remedies/${it.id}.md` })))('$id', ({ id, path }) => {
  const page = existsSync(join(root, path)) ? read(path) : ''
  const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '')
  const parts = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((it): [string, string] => [it.split('\n')[0] ?? '', it.split('\n').slice(1).join('\n')]),
  )

  test('has a page with its own id and the headings, in order', () => {
    expect(page.split('\n')[0]).toMatch(new RegExp(`^# ${id}: .*[^.]$`))
    expect(prose.split('\n').filter((it) => it.startsWith('# '))).toHaveLength(1)
    expect(
      prose
        .split('\n')
        .filter((it) => it.startsWith('## '))
        .map((it) => it.slice(3)),
    ).toEqual(headings)
  })

  test('has something under each heading', () =>
    expect([...parts].filter(([, text]) => text.trim() === '').map(([heading]) => heading)).toEqual([]))

  test('says when not to use it, case by case', () =>
    expect(
      parts
        .get('When not to use it')
        ?.split('\n')
        .filter((it) => it.startsWith('- ')).length,
    ).toBeGreaterThanOrEqual(2))

  test('gives commands that a shell can read', () => {
    const scripts = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((it) => it[1] ?? '')
    expect(parts.get('By hand')).toContain('```sh')
    for (const script of scripts) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })
      expect(`${status} ${stderr}`).toBe('0 ')
    }
  })

  test('gives patches that are JSON', () => {
    for (const [, patch = ''] of page.matchAll(/(?:--patch|-p) '([^']*)'/g))
      expect(() => void JSON.parse(patch), patch).not.toThrow()
  })

  test('has links that are https, and codes that exist', () => {
    expect(page.match(/\bhttp:\/\/(?!localhost|127\.0\.0\.1)\S*/g) ?? []).toEqual([])
    expect(
      [...new Set(page.match(/\b(?:DNS|SVC|ING|POL|NOD)[1-5]\d\d\b/g))].filter(
        (code) => !checks.some((it) => it.code === code),
      ),
    ).toEqual([])
  })
})
