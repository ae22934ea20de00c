/**
 * The Prometheus text exposition format, as far as counters, gauges and the parts of histograms need it:
 * `name{label="value",…} value [timestamp]` a line. Source: prometheus.io/docs/instrumenting/exposition_formats.
 * A histogram stays what it is on the wire, `_bucket`, `_sum` and `_count` samples apart by all of their labels.
 */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Comments, empty lines and lines that are no samples are passed over. */
export function parsePrometheusText(text: string): readonly Sample[] {
  const samples: Sample[] = []
  eachSample(text, (it) => samples.push(it))
  return samples
}

/** One after the other: a page of 8 MiB may hold two million. */
export function eachSample(text: string, take: (sample: Sample) => void): void {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    const sample = parseLine(text.slice(at, end === -1 ? text.length : end))
    if (sample !== null) take(sample)
    at = end === -1 ? text.length : end + 1
  }
}

const metricName = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*/
const labelPair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y
const tail = /^\s*(\S+)(?:\s+-?\d+)?\s*$/

function parseLine(line: string): Sample | null {
  const name = metricName.exec(line)
  if (name === null) return null
  let at = name[0].length
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  if (line[at] === '{') {
    at++
    for (;;) {
      labelPair.lastIndex = at
      const pair = labelPair.exec(line)
      if (pair === null) break
      labels[pair[1] ?? ''] = unescaped(pair[2] ?? '')
      at = labelPair.lastIndex
    }
    const close = /^\s*\}/.exec(line.slice(at))
    if (close === null) return null
    at += close[0].length
  }
  const rest = tail.exec(line.slice(at))
  const value = rest === null ? null : number(rest[1] ?? '')
  return value === null ? null : { name: name[1] ?? '', labels: { ...labels }, value }
}

/** A value escapes backslash, quote and line feed, and nothing else. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, it: string) => {
    if (it === 'n') return '\n'
    return it === '\\' || it === '"' ? it : whole
  })
}

function number(text: string): number | null {
  if (text === 'NaN') return NaN
  if (/^[+]?Inf$/i.test(text)) return Infinity
  if (/^-Inf$/i.test(text)) return -Infinity
  const value = Number(text)
  return Number.isNaN(value) ? null : value
}

/** The sum over all samples of `name` with these labels; null when there is none. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const matching = samples.filter(
    (it) => it.name === name && Object.entries(labels).every(([key, value]) => it.labels[key] === value),
  )
  return matching.length === 0 ? null : matching.reduce((sum, it) => sum + it.value, 0)
}
