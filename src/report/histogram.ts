import type { Evidence } from '../findings/evidence.ts'
import type { Paint } from './paint.ts'

type Latency = Extract<Evidence, { kind: 'latency' }>

const bounds = [
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  2000,
  4500,
  5500,
  9500,
  10_500,
  14_500,
  15_500,
  19_500,
  20_500,
  30_500,
  Number.POSITIVE_INFINITY,
]
const labels = [
  '0.5 ms',
  '1 ms',
  '2 ms',
  '5 ms',
  '10 ms',
  '20 ms',
  '50 ms',
  '0.1 s',
  '0.2 s',
  '0.5 s',
  '1 s',
  '2 s',
  '4.5 s',
  '5 s',
  '9.5 s',
  '10 s',
  '14 s',
  '15 s',
  '19 s',
  '20 s',
  '30 s',
  '> 30 s',
]
const barWidth = 40

/** A log-scale histogram, one line a bucket that holds anything; the resolver's own timeouts are named. */
export function histogram(evidence: Latency, paint: Paint): readonly string[] {
  const counts = labels.map(() => 0)
  for (const sample of evidence.samples) {
    const index = bounds.findIndex((bound) => sample <= bound)
    counts[index] = (counts[index] ?? 0) + 1
  }
  const most = Math.max(...counts, 1)
  return [
    `${evidence.label} (${evidence.samples.length})`,
    ...counts.flatMap((count, index) => {
      if (count === 0) return []
      const length = Math.max(1, Math.round((Math.log1p(count) / Math.log1p(most)) * barWidth))
      const tooth = evidence.comb.find((it) => it.ms > (bounds[index - 1] ?? 0) && it.ms <= (bounds[index] ?? 0))
      const bar = paint.bar.repeat(length)
      const line =
        `${(labels[index] ?? '').padStart(8)} ` +
        `${tooth === undefined ? bar : paint.bad(bar)}${' '.repeat(barWidth - length)} ${String(count).padStart(5)}`
      return [tooth === undefined ? line : `${line}  ${paint.arrow} ${tooth.meaning}`]
    }),
  ]
}
