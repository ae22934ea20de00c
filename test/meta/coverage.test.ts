import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import { read } from './sources.ts'

/** The manuals that docs/coverage.md covers in full, and how many ways to break each of their letters has. */
const manuals: readonly Readonly<Record<string, number>>[] = [
  { DNS: 80 },
  { SVC: 30, PRX: 14, NET: 12, NP: 18, LB: 16, ING: 35, GW: 15, MESH: 17 },
]

const idsOf = (manual: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(manual).flatMap(([letters, count]) =>
    Array.from({ length: count }, (_, index) => `${letters}-${String(index + 1).padStart(2, '0')}`),
  )
const ids = manuals.flatMap(idsOf)

const page = read('docs/coverage.md')
const rows = [...page.matchAll(/^\| ([A-Z]+-\d+) \| (.*?) \| (.*?) \|(.*)\|$/gm)].map(
  ([, id = '', name = '', codes = '', remark = '']) => ({
    id,
    name: name.trim(),
    codes: codes === '—' ? [] : codes.split(', '),
    remark: remark.trim(),
  }),
)

describe('docs/coverage.md', () => {
  test('has each id once, in order', () => expect(rows.map((it) => it.id)).toEqual(ids))

  test.each(rows)('$id has the findings that decide it', ({ id, codes }) => {
    expect(codes).toEqual(checks.filter((it) => it.decides.includes(id)).map((it) => it.code))
  })

  test('names what breaks, and where no finding stands it says why', () => {
    expect(rows.filter((it) => it.name === '').map((it) => it.id)).toEqual([])
    const silent = rows.filter((it) => it.codes.length === 0 && !/^(?:Not yet|Out of sight): \S/.test(it.remark))
    expect(silent.map((it) => `${it.id} ${it.remark}`)).toEqual([])
  })

  test('calls nothing unseen that has a finding', () => {
    expect(
      rows.filter((it) => it.codes.length > 0 && /^(?:Not yet|Out of sight)/.test(it.remark)).map((it) => it.id),
    ).toEqual([])
  })

  test.each(manuals.map((it) => idsOf(it)))('counts itself, from %s on', (...own) => {
    const decided = rows.filter((it) => own.includes(it.id) && it.codes.length > 0)
    expect(page).toMatch(new RegExp(`, ${decided.length} of ${own.length} have a finding\\.\n`))
  })

  test('names codes that exist', () => {
    const codes = [...new Set(page.match(/\b(?:DNS|SVC|ING|POL|NOD)[1-5]\d\d\b/g))]
    expect(codes.filter((code) => !checks.some((it) => it.code === code))).toEqual([])
  })
})

test('no check decides an id that no manual has', () => {
  expect(checks.flatMap((it) => it.decides).filter((it) => !ids.includes(it))).toEqual([])
})
