/**
 * "Unknown" is a value that says why. A list that was forbidden must never read as an empty list: that is how a
 * troubleshooter reports health that it has not seen.
 */
export type Why =
  | { readonly reason: 'forbidden'; readonly detail: string }
  | { readonly reason: 'not-asked'; readonly detail: string }
  | { readonly reason: 'not-there'; readonly detail: string }
  | { readonly reason: 'timed-out'; readonly detail: string }
  | { readonly reason: 'cut-off'; readonly detail: string }
  | { readonly reason: 'failed'; readonly detail: string }

export type Reason = Why['reason']

export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: Why }

export function known<T>(value: T): Known<T> {
  return { known: true, value }
}

export function unknown(reason: Reason, detail: string): { readonly known: false; readonly why: Why } {
  return { known: false, why: { reason, detail } }
}

/** Applies `change` to the value where there is one; a reason passes through untouched. */
export function mapKnown<T, U>(value: Known<T>, change: (value: T) => U): Known<U> {
  return value.known ? known(change(value.value)) : value
}

/** Of a file whose writer did not know of this yet: no access would settle it. */
export function notCollected(tool: string): { readonly known: false; readonly why: Why } {
  return unknown('not-asked', `hopscope ${tool}, which wrote the file, did not collect this`)
}

export function isNotCollected({ reason, detail }: Why): boolean {
  return reason === 'not-asked' && detail.endsWith(', which wrote the file, did not collect this')
}

/** The detail of a `not-asked` that a flag of the user's is the reason of: `--no-exec`. */
export function leftOut(flag: `--no-${string}`): string {
  return `left out by ${flag}`
}

/** That flag; null where something else is the reason. */
export function leftOutBy({ reason, detail }: Why): string | null {
  return reason === 'not-asked' ? (/^left out by (--no-[a-z-]{1,40})$/.exec(detail)?.[1] ?? null) : null
}
