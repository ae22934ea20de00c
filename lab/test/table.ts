// docs/benchmark.md: what the lab saw, the last time that it looked. A run writes what it tried over what is there.
import type { Result } from './result.ts'
import { type History, historyLines } from './history.ts'

export interface Facts {
  readonly upSeconds: number | null
  readonly cpus: number
  readonly kernel: string
}

/** Rows as they are written, by group and then by what they are about. */
type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>

const historyTitle = 'every case'

export function benchmarkPage(before: string, results: readonly Result[], history: History, facts: Facts): string {
  const up = facts.upSeconds === null ? '' : ` The lab was up in ${facts.upSeconds.toFixed(0)} s from a warm cache.`
  return [
    '# What the lab saw',
    '',
    '<!-- written by npm run lab:test: do not edit -->',
    '',
    `A real cluster on one machine with ${facts.cpus} cores, kernel ${facts.kernel}.${up}`,
    'Each fault is injected into the cluster, `hopscope diagnose --probe --node-access` must name ' +
      'its known root cause first and claim no other error, and after it is taken back the diagnosis must be clean.',
    'A run tries what its time allows and writes it over what stands here.',
    '',
    `## ${historyTitle}`,
    '',
    ...historyLines(history),
    '',
    ...[...rowsWith(rowsOf(before), results)].flatMap(([group, rows]) => [
      `## ${group}`,
      '',
      '| what | expected | got | seconds | verdict |',
      '|---|---|---|---:|---|',
      ...rows.values(),
      '',
    ]),
  ].join('\n')
}

/** How a run went, and not what a case saw: of that run alone. */
const ofOneRun = /^\| [^|]+ \| (?:to be tried [^|]+|all cases ended before it|up) \|/

function rowsOf(page: string): Rows {
  const rows = new Map<string, Map<string, string>>()
  for (const section of page.split(/^## /m).slice(1)) {
    const [title = '', ...lines] = section.split('\n')
    const its = lines.filter(
      (it) => /^\| (?!what \|).* (?:passed|\*\*failed\*\*|not tried here) \|$/.test(it) && !ofOneRun.test(it),
    )
    if (title !== historyTitle && its.length > 0)
      rows.set(title, new Map(its.map((it) => [it.split(' | ')[0]?.slice(2) ?? '', it])))
  }
  return rows
}

function rowsWith(before: Rows, results: readonly Result[]): Rows {
  const rows = new Map([...before].map(([group, its]) => [group, new Map(its)]))
  for (const it of results) {
    const group = rows.get(it.group) ?? new Map<string, string>()
    rows.set(it.group, group.set(cell(it.name), row(it)))
  }
  return rows
}

function row(it: Result): string {
  const verdict = it.passed ? 'passed' : '**failed**'
  const cells = [cell(it.name), cell(it.expected), cell(it.got), it.seconds.toFixed(1)]
  return `| ${[...cells, it.skipped ? 'not tried here' : verdict].join(' | ')} |`
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
}
