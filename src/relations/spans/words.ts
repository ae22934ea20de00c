import type { Phase } from '../../model/spans.ts'
import { ms, quoted } from '../../phrases.ts'

const words: Readonly<Record<Phase, string>> = {
  work: 'work',
  dns: 'DNS',
  connect: 'connect',
  pool: 'pool',
  before: 'before the server',
  after: 'after the server',
  between: 'outside the server',
  unseen: 'no span of the server',
}

/** Of a part of a call, as it stands in a table. */
export function phaseWord(phase: Phase): string {
  return words[phase]
}

/** `calls of web to cart`, `requests to web`. */
export function callsBetween({ from, to }: { readonly from: string | null; readonly to: string }): string {
  return from === null ? `requests to ${to}` : `calls of ${from} to ${to}`
}

/** From the pod that called; where no span names it, there is no pod to start from. */
export function traceFrom(instance: string | null, to: string): readonly string[] {
  return instance === null ? [] : [`hopscope trace pod/${quoted(instance)} ${to} --probe`]
}

interface Times {
  readonly count: number
  readonly of: number
  readonly p50: number | null
  readonly p95: number | null
  readonly longestMs: number | null
  readonly operation: string | null
}

/** `2 of 9 calls; p50 3 ms, p95 2.00 s, longest 2.10 s (SELECT orders)`. */
export function callTimes({ count, of, p50, p95, longestMs, operation }: Times): string {
  return (
    `${count} of ${of} calls; p50 ${ms(p50 ?? 0)}, p95 ${ms(p95 ?? 0)}, longest ${ms(longestMs ?? 0)}` +
    (operation === null ? '' : ` (${operation})`)
  )
}
