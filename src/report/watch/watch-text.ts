import {
  conditions,
  cpuShare,
  missing,
  seconds,
  type ServerSample,
  type Totals,
  totalsOf,
  type WatchEvent,
  type WatchSample,
} from '../../answers/dns-watch.ts'
import type { Paint } from '../paint.ts'

/** `10:44:02`, by the reader's own clock. */
function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8)
}

const marks = { trouble: 'error', better: 'ok', change: 'info', gap: 'cannot-tell' } as const

export function eventLine(at: number, event: WatchEvent, paint: Paint): string {
  return `${paint.dim(clock(at))} ${paint.mark(marks[event.kind])} ${event.text}`
}

/** One interval as one line, for a pipe or a file: what could not be read stands in it by name. */
export function sampleLine(sample: WatchSample, totals: Totals | null): string {
  const gaps = [...missing(sample)].map(([what, { why }]) => `gap: ${what} (${why})`)
  const waiting = totals === null && gaps.length === 0 ? ['first reading: nothing to compare with yet'] : []
  return [
    clock(sample.at),
    ...(totals === null ? waiting : numbers(totals)),
    ...sample.servers.flatMap(cpu),
    ...canary(sample),
    ...conntrack(sample),
    ...gaps,
  ].join('  ')
}

function numbers(totals: Totals): readonly string[] {
  const { read, all } = totals.of
  return [
    `${rate(totals.queriesPerSecond)} queries/s${read === all ? '' : ` (of ${read} of ${all} servers)`}`,
    `failing ${share(totals.failing)}`,
    `p50 ${upTo(totals.p50)}`,
    `p99 ${upTo(totals.p99)}`,
    `cache ${totals.cacheHits === null ? '-' : `${Math.round(100 * totals.cacheHits)} %`}`,
  ]
}

function cpu(it: ServerSample): readonly string[] {
  return it.rates.known ? [`${it.pod} ${cpuText(it)}`] : []
}

function cpuText(it: ServerSample): string {
  const value = it.rates.known ? it.rates.value : null
  if (value === null || value.cpuSeconds === null) return 'CPU unknown'
  const part = cpuShare(it)
  return (
    `CPU ${Math.round((1000 * value.cpuSeconds) / value.seconds)}m` +
    (part === null ? ', no limit' : ` of ${it.cpuLimitMilli}m (${Math.round(100 * part)} %)`)
  )
}

function canary(sample: WatchSample): readonly string[] {
  if (sample.canary === null) return []
  if (!sample.canary.known)
    return sample.canary.why.reason === 'not-asked' ? [`canary: ${sample.canary.why.detail}`] : []
  const { node, lookups, lost, p50Ms, maxMs } = sample.canary.value
  return [
    lookups === 0
      ? `canary on ${node}: no lookup ended`
      : `canary on ${node} p50 ${seconds(p50Ms / 1000)} max ${seconds(maxMs / 1000)} lost ${lost} of ${lookups}`,
  ]
}

function conntrack(sample: WatchSample): readonly string[] {
  const read = sample.conntrack.flatMap((it) => (it.known ? [it.value] : []))
  if (read.length === 0) return []
  const loud = read.filter((it) => it.insertFailed > 0 || it.drop > 0)
  return [
    loud.length === 0
      ? `conntrack of ${read.length} node${read.length === 1 ? '' : 's'}: insert_failed +0 drop +0`
      : `conntrack ${loud.map((it) => `${it.node} insert_failed +${it.insertFailed} drop +${it.drop}`).join(', ')}`,
  ]
}

/**
 * The live block: the whole first, then each server, the canary and the counters. No line is wider than the terminal.
 */
export function screen(history: readonly WatchSample[], paint: Paint): readonly string[] {
  const now = history.at(-1)
  if (now === undefined) return []
  const width = Math.max(8, Math.min(24, Math.floor((paint.width - 72) / 2)))
  const first = history[0]
  const all = history.map(totalsOf)
  // The very first reading is no gap: it only has nothing to be compared with.
  const totals =
    all.length > 1 &&
    all[0] === null &&
    first !== undefined &&
    first.servers.every((it) => !it.rates.known && it.rates.why.reason === 'not-asked')
      ? all.slice(1)
      : all
  const last = totals.at(-1) ?? null
  const bad = conditions(now)
  const spark = (values: readonly (number | null)[]): string => sparkline(values.slice(-width), paint)
  const tint = (key: string, text: string): string => (bad.has(key) ? paint.bad(text) : text)
  const gaps = [...missing(now)]
  const withoutTotals =
    gaps.length === 0
      ? 'the first reading is there; numbers are differences, so they come with the next'
      : `queries/s  ${spark(totals.map((it) => it?.queriesPerSecond ?? null))}  not read`
  const lines = [
    last === null
      ? withoutTotals
      : [
          `queries/s  ${spark(totals.map((it) => it?.queriesPerSecond ?? null))}  ${rate(last.queriesPerSecond)}` +
            (last.of.read === last.of.all ? '' : ` (${last.of.read} of ${last.of.all} servers)`),
          tint('failing', `failing ${spark(totals.map((it) => it?.failing ?? null))} ${share(last.failing)}`),
          tint('p99', `p99 ${spark(totals.map((it) => finite(it?.p99)))} ${upTo(last.p99)}`),
        ].join('   '),
    ...(last === null
      ? []
      : [
          `p50 ${upTo(last.p50)}   cache hits ` +
            (last.cacheHits === null ? '-' : `${Math.round(100 * last.cacheHits)} %`),
        ]),
    ...now.servers.map((it) => tint(`cpu ${it.pod}`, `${it.pod}  ${it.node ?? ''}  ${ratesText(it)}`)),
    ...canary(now).map((it) => tint('canary', it)),
    ...conntrack(now).map((it) => ([...bad.values()].some((one) => one.of === 'conntrack') ? paint.bad(it) : it)),
    ...gaps
      .filter(([, gap]) => gap.pod === null)
      .map(([what, { why }]) => `${paint.mark('cannot-tell')} ${what} not read: ${why}`),
    paint.dim(`${clock(now.at)}, Ctrl-C ends`),
  ]
  return lines.map((it) => clip(it, paint.width - 1))
}

function ratesText(it: WatchSample['servers'][number]): string {
  if (it.rates.known)
    return `${rate((it.rates.value.requests ?? 0) / it.rates.value.seconds)} queries/s  ${cpuText(it)}`
  const { reason, detail } = it.rates.why
  return reason === 'not-asked' ? detail : `not read: ${detail}`
}

/** Cut to what is seen: colour codes have no width, and their end is kept. */
export function clip(line: string, width: number): string {
  let seen = 0
  // oxlint-disable-next-line no-control-regex -- colour codes are what is looked for
  return line.replace(/\u001B\[[0-9;]*m|[\s\S]/gu, (it) => {
    if (it.startsWith('\u001B')) return it
    return ++seen > width ? '' : it
  })
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const plain = ['_', '.', '-', '=', '+', '*', '#', '@']

/** From zero to the greatest value in view; what was not read is `?`, never low. */
export function sparkline(values: readonly (number | null)[], paint: Paint): string {
  const levels = paint.bar === '#' ? plain : blocks
  const most = Math.max(...values.map((it) => it ?? 0), 0)
  return values
    .map((it) =>
      it === null
        ? '?'
        : (levels[most === 0 ? 0 : Math.min(levels.length - 1, Math.floor((it / most) * levels.length))] ?? '?'),
    )
    .join('')
}

function finite(value: number | null | undefined): number | null {
  return value === Infinity ? 16 : (value ?? null)
}

function rate(value: number): string {
  return value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)
}

function share(value: number | null): string {
  if (value === null) return '-'
  return value === 0 ? '0 %' : `${(100 * value).toFixed(value >= 0.1 ? 0 : 1)} %`
}

/** Empty intervals have no quantile. */
function upTo(value: number | null): string {
  if (value === null) return '-'
  return value === Infinity ? '> 8 s' : `<= ${seconds(value)}`
}
