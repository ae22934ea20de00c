import type { Phase } from '../../model/spans.ts'

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
