import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import { read } from './sources.ts'

/** The manual that docs/coverage.md covers in full; ids of other manuals may stand in `decides` as well. */
const ids = Array.from({ length: 80 }, (_, index) => `DNS-${String(index + 1).padStart(2, '0')}`)

const page = read('docs/coverage.md')
const rows = [...page.matchAll(/^\| (DNS-\d+) \| (.*?) \| (.*?) \|(.*)\|$/gm)].map(
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

  test('counts itself', () => {
    expect(page).toContain(`\n${rows.filter((it) => it.codes.length > 0).length} of ${ids.length} have a finding.\n`)
  })

  test('names codes that exist', () => {
    const codes = [...new Set(page.match(/\b(?:DNS|SVC|ING|POL|NOD)[1-5]\d\d\b/g))]
    expect(codes.filter((code) => !checks.some((it) => it.code === code))).toEqual([])
  })
})

test('no check decides an id of this manual that does not exist', () => {
  expect(checks.flatMap((it) => it.decides).filter((it) => it.startsWith('DNS-') && !ids.includes(it))).toEqual([])
})
