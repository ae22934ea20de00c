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

interface Bucket {
  readonly label: string
  readonly count: number
  /** Of the widest bar; on a log scale, or one slow lookup of hundreds would not be seen. */
  readonly share: number
  /** Whether buckets between it and the one before hold nothing: where a race shows, the gap is the sign. */
  readonly isApart: boolean
  /** What the resolver's own timeout in it means. */
  readonly meaning: string | null
}

/** Buckets that hold anything; the resolver's own timeouts are named. */
export function bucketsOf({ samples, comb }: Pick<Latency, 'samples' | 'comb'>): readonly Bucket[] {
  const counts = labels.map(() => 0)
  for (const sample of samples) {
    const index = bounds.findIndex((bound) => sample <= bound)
    counts[index] = (counts[index] ?? 0) + 1
  }
  const most = Math.max(...counts, 1)
  return counts.flatMap((count, index) => {
    if (count === 0) return []
    const tooth = comb.find((it) => it.ms > (bounds[index - 1] ?? 0) && it.ms <= (bounds[index] ?? 0))
    const share = Math.log1p(count) / Math.log1p(most)
    const isApart = counts.slice(0, index).some((it) => it > 0) && counts[index - 1] === 0
    return [{ label: labels[index] ?? '', count, share, isApart, meaning: tooth?.meaning ?? null }]
  })
}

/** A log-scale histogram, one line a bucket. */
export function histogram(evidence: Latency, paint: Paint): readonly string[] {
  return [
    `${evidence.label} (${evidence.samples.length})`,
    ...bucketsOf(evidence).map(({ label, count, share, meaning }) => {
      const length = Math.max(1, Math.round(share * barWidth))
      const bar = paint.bar.repeat(length)
      const line =
        `${label.padStart(8)} ${meaning === null ? bar : paint.bad(bar)}` +
        `${' '.repeat(barWidth - length)} ${String(count).padStart(5)}`
      return meaning === null ? line : `${line}  ${paint.arrow} ${meaning}`
    }),
  ]
}
