import { plain } from './plain.ts'

/*
 * Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats), for the metrics of one run and for
 * those of a monitor. Own code: what a client library adds to it is a registry of mutable counters, and here a page is
 * made of a value.
 */

export type Labels = Readonly<Record<string, string>>

type Rows<T> = readonly (readonly [labels: Labels, value: T | null])[]

/** How many fell under each bound and above the one before; the last of them above all bounds. */
export interface Buckets {
  readonly counts: readonly number[]
  readonly sum: number
}

export type Metric = { readonly name: string; readonly help: string } & (
  | { readonly type: 'gauge' | 'counter'; readonly rows: Rows<number> }
  | { readonly type: 'histogram'; readonly bounds: readonly number[]; readonly rows: Rows<Buckets> }
)

export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(linesOf)
    .map((it) => `${it}\n`)
    .join('')
}

/** A metric without a sample has no lines: absent is what is alerted on. */
function linesOf(metric: Metric): readonly string[] {
  const samples = metric.type === 'histogram' ? histogramLines(metric) : plainLines(metric)
  if (samples.length === 0) return []
  return [`# HELP ${metric.name} ${helpText(metric.help)}`, `# TYPE ${metric.name} ${metric.type}`, ...samples]
}

function plainLines({ name, rows }: Metric & { readonly type: 'gauge' | 'counter' }): readonly string[] {
  return once(rows).map(([labels, value]) => `${name}${labels} ${written(value)}`)
}

function histogramLines({ name, bounds, rows }: Metric & { readonly type: 'histogram' }): readonly string[] {
  return once(rows).flatMap(([labels, { counts, sum }]) => {
    let count = 0
    const buckets = [...bounds, Infinity].map((bound, at) => {
      count += counts[at] ?? 0
      return `${name}_bucket${withBound(labels, bound)} ${count}`
    })
    return [...buckets, `${name}_sum${labels} ${written(sum)}`, `${name}_count${labels} ${count}`]
  })
}

/** A series stands once: Prometheus refuses the whole page that has one twice. */
function once<T>(rows: Rows<T>): readonly (readonly [labels: string, value: T])[] {
  const seen = new Map<string, T>()
  for (const [labels, value] of rows) {
    const text = labelText(labels)
    if (value !== null && !seen.has(text)) seen.set(text, value)
  }
  return [...seen]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function withBound(labels: string, bound: number): string {
  const le = `le="${written(bound)}"`
  return labels === '' ? `{${le}}` : `${labels.slice(0, -1)},${le}}`
}

function written(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/** A label's value: backslash, quote and line end have a meaning; `plain` leaves no line end. */
function escaped(text: string): string {
  return plain(text).replaceAll(/[\\"]/g, String.raw`\$&`)
}

/** Help is ours, and a line: of the three, backslash and line end have a meaning there. */
function helpText(text: string): string {
  return plain(text).replaceAll('\\', String.raw`\\`)
}
