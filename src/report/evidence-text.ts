import type { Evidence } from '../findings/evidence.ts'
import { histogram } from './histogram.ts'
import type { Paint } from './paint.ts'
import { tableLines } from './table.ts'

/** One piece of evidence as lines of text, without indentation. */
export function evidenceLines(evidence: Evidence, paint: Paint): readonly string[] {
  switch (evidence.kind) {
    case 'latency':
      return histogram(evidence, paint)
    case 'counters':
      return [
        `${evidence.label}, ${(evidence.windowMs / 1000).toFixed(1)} s`,
        ...tableLines(
          evidence.rows.map((row) => [
            row.where,
            ...Object.entries(row.values).map(
              ([name, value]) => `${name} ${value === null ? 'unknown' : signed(value)}`,
            ),
          ]),
          { gap: 3 },
        ),
      ]
    case 'shares':
      return [
        evidence.label,
        ...tableLines(
          evidence.rows.map((row) => [row.where, `${row.bad} of ${row.of}`, row.note]),
          { gap: 3 },
        ),
      ]
    case 'exchange':
      return [
        evidence.label,
        ...tableLines(
          evidence.rows.map((row) => [`${(row.at / 1000).toFixed(3)} s`, row.text]),
          { right: [0], least: [9], indent: 0 },
        ),
      ]
    case 'config':
      return configLines(evidence, paint)
    case 'log':
      return [`${evidence.source} said`, ...evidence.lines.map((line) => `${paint.quote} ${line}`)]
    case 'fact':
      return [`${evidence.label}: ${evidence.value}`]
  }
}

/**
 * The user's own lines behind a bar, with carets under the value that is wrong, as rustc points into source. Whoever
 * writes the file writes nothing before the bar.
 */
function configLines(evidence: Extract<Evidence, { kind: 'config' }>, { quote }: Paint): readonly string[] {
  const name =
    evidence.object.namespace === null ? evidence.object.name : `${evidence.object.namespace}/${evidence.object.name}`
  const lines = evidence.lines.map((line, index) => shortened(line, index === evidence.at ? evidence.mark : ''))
  const marked = lines[evidence.at] ?? ''
  const start = Math.max(0, marked.lastIndexOf(evidence.mark))
  // Of what is pointed at, no more is under carets than is shown.
  const width = Math.max(1, Math.min(evidence.mark.length, marked.length - start))
  const caret = `    ${' '.repeat(start)}${'^'.repeat(width)} ${evidence.label}`
  return [
    `${evidence.object.kind} ${name}, ${evidence.path}`,
    ...lines.flatMap((line, index) => [`  ${quote} ${line}`, ...(index === evidence.at ? [caret] : [])]),
  ]
}

/** A search list may have two thousand characters: its beginning, and what the caret points at. */
const longestLine = 140

function shortened(line: string, mark: string): string {
  if (line.length <= longestLine) return line
  const at = line.lastIndexOf(mark)
  const head = line.slice(0, 60)
  return at < head.length ? `${line.slice(0, longestLine)} …` : `${head} … ${line.slice(at, at + longestLine)}`
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}
