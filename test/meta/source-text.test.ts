import { expect, test } from 'vitest'
import { codeOf, filesIn, read } from './sources.ts'

const sources = filesIn('src', (path) => path.endsWith('.ts'))

/** An import and a name for each of many: nobody reads it from the top, and parts of it would be no ideas. */
const isList = (path: string): boolean =>
  read(path)
    .split('\n')
    .every((it) => /^(?:import .*|\/\*\* .* \*\/|export const \w+: .* = \[| {2}\w+, \/\/ [A-Z]{3}\d{3}|\]|)$/.test(it))

/** Tables of tests are read row by row, so they may be longer. */
test('no file of src is longer than 500 lines, no test than 700', () => {
  const long = sources
    .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
    .filter((it) => it.lines > (it.path.endsWith('.test.ts') ? 700 : 500) && !isList(it.path))
  expect(long.map(({ path, lines }) => `${path} has ${lines} lines: split it by idea`)).toEqual([])
})

/** Rows of text in a table of tests are as long as what they hold; oxfmt sees to the rest of their lines. */
const comment = /^\s*(?:\/?\*|\/\/)/

test('no line is over 120 columns', () => {
  const written = ['src', 'lab', 'scripts', 'bench', 'test'].flatMap((folder) =>
    filesIn(folder, (path) => /\.(?:ts|mjs|js|go|sh|py)$/.test(path)),
  )
  expect(written.length).toBeGreaterThan(500)
  const found = written.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => {
        const isRow = (path.endsWith('.test.ts') || path.startsWith('test/')) && !comment.test(line)
        return [...line].length > 120 && !isRow ? [`${path}:${index + 1}`] : []
      }),
  )
  expect(found).toEqual([])
})

/** After `:`, `as`, `<` or `|` it is a type; and so it is before `>` and `[]`. */
const anyType = /(?::|\bas|<|\|)\s*any\b(?!\s*[(.:])|\bany(?:>|\[\])/

test('no `any`', () => {
  const found = sources.flatMap((path) =>
    codeOf(read(path))
      .split('\n')
      .flatMap((line, index) => (anyType.test(line) ? [`${path}:${index + 1}`] : [])),
  )
  expect(found).toEqual([])
})

test.each([
  'const it: any = 1',
  'it as any',
  'Record<string, any>',
  'readonly any[]',
  'string | any',
  '(it: any) => it',
])('%s would be found', (line) => expect(codeOf(line)).toMatch(anyType))
test.each(["const any = 'as any'", '// as any', 'fc.tuple(a, any)', 'if (x < any.length)', 'any: 1'])(
  '%s is none',
  (line) => expect(codeOf(line)).not.toMatch(anyType),
)

test('no clock and no chance where the same input must give the same answer', () => {
  const pure = sources.filter(
    (path) =>
      /^src\/(model|manifest|findings|relations|answers|checks|report)\//.test(path) && !path.endsWith('.test.ts'),
  )
  const found = pure.flatMap((path) =>
    codeOf(read(path))
      .split('\n')
      .flatMap((line, index) =>
        /Date\.now|new Date\(\)|performance\.now|Math\.random|process\.env/.test(line) ? [`${path}:${index + 1}`] : [],
      ),
  )
  expect(found).toEqual([])
})
