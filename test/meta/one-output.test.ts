import { expect, test } from 'vitest'
import { read, shipped } from './sources.ts'

/**
 * Who may write to the terminal: each puts what it writes through `visible` or `page`, or writes JSON, or text of its
 * own. All others call `say` and `tell` of src/cli/terminal/say.ts, or hand lines back.
 */
const writers: Readonly<Record<string, string>> = {
  'src/cli/terminal/say.ts': 'the output functions',
  'src/cli/terminal/progress.ts': 'a line that is drawn again and again',
  'src/cli/terminal/live-block.ts': 'the same, of several lines',
  'src/cli/watch/output.ts': 'through page, or as JSON',
  'src/cli/terminal/interrupt.ts': 'the last words, when streams may be gone',
  'src/cli/answer.ts': 'the version alone, before anything is loaded',
  'src/cli/main.ts': 'before anything is loaded; no text from outside',
  'src/cli/program.ts': 'the script of a shell',
  'src/cli/version.ts': 'a document, as above',
  'src/cli/start.ts': 'text of its own',
  'src/cli/completion/complete.ts': 'through page',
  'src/cli/terminal/pager.ts': 'what explain made a page of',
  'src/cli/checks.ts': 'texts of its own',
  'src/cli/diagnose.ts': 'the report: report/text.ts makes a page, report/json.ts JSON',
  'src/cli/diagnose-several.ts': 'the same of several targets',
  'src/cli/resolve.ts': 'the report, as above',
  'src/cli/ingress.ts': 'the report, as above',
  'src/cli/trace.ts': 'the report, as above',
  'src/cli/spans.ts': 'the report, as above',
  'src/cli/report.ts': 'the report, as above',
  'src/cli/capture/capture.ts': 'the report, as above',
  'src/cli/matrix.ts': 'the report, as above',
  'src/cli/capture/print-analysis.ts': 'the report, as above',
  'src/cli/logs/logs.ts': 'the report, as above',
  'src/cli/logs/output.ts': 'through visible, or as JSON',
  'src/cli/terminal/again.ts': 'one line, through page',
  'src/cli/fix/plan.ts': 'a plan as text: report/plan/plan-text.ts makes a page',
  'src/cli/fix/run.ts': 'a plan as text, as above',
  'src/cli/dns-capacity.ts': 'JSON',
  'src/kube/exec-plugin.ts': "the user's own plugin, which asks for a login",
}

/** Programs in other languages, whose output is read. */
const scripts = ['src/probe/inside/inside-script.ts', 'src/probe/inside/crossing-script.ts']

const found = shipped.filter(
  (path) =>
    !path.startsWith('src/probe/pod/') &&
    /\b(?:stdout|stderr|stream)\.write\(|\bconsole\.\w+\(/.test(read(path).replaceAll(/'[^'\n]*'/g, '')),
)

test('nobody else writes to the terminal', () => {
  expect(found.filter((it) => !(it in writers) && !scripts.includes(it))).toEqual([])
  expect(Object.keys(writers).filter((it) => !found.includes(it))).toEqual([])
})

test('the reports are pages', () => {
  for (const path of [
    'src/report/diagnosis/text.ts',
    'src/report/resolve/resolve-text.ts',
    'src/report/plan/plan-text.ts',
  ])
    expect(read(path)).toContain('return page(lines, paint)')
})

/** What has blanks and is no table: bars, carets, line numbers, codes, a word at the right edge, broken lines. */
const noTables = [
  'src/report/histogram.ts',
  'src/report/evidence-text.ts',
  'src/report/ingress/ingress-text.ts',
  'src/report/visible.ts',
  'src/report/diagnosis/text.ts',
  'src/report/wrap.ts',
]

test('columns are laid out by `tableLines` alone', () => {
  const padders = shipped.filter(
    (path) => /^src\/(?:report|cli)\//.test(path) && /\.pad(?:End|Start)\(|' '\.repeat\(/.test(read(path)),
  )
  expect(padders.filter((it) => !noTables.includes(it))).toEqual(['src/report/table.ts'])
})

test('only `paint` writes colours', () => {
  const colours = shipped.filter((path) => /\\u001[bB]\[|\\x1[bB]|styleText/.test(read(path)))
  expect(
    colours.filter(
      (it) =>
        ![
          'src/report/paint.ts',
          'src/report/visible.ts',
          'src/report/watch/watch-text.ts',
          'src/cli/terminal/live-block.ts',
          'src/cli/terminal/progress.ts',
        ].includes(it),
    ),
  ).toEqual([])
})
