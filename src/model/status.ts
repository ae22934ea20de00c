/**
 * What an object of any kind says of itself in a condition of which the good state is known: `Ready` is to be True,
 * `Stalled` is not. Of files alone, which hold kinds that are not read of a cluster; none of a kind that has checks of
 * its own.
 */
export interface ObjectStatus {
  readonly kind: string
  /** Empty for the core group. */
  readonly group: string
  readonly namespace: string | null
  readonly name: string
  /** `Ready`; `state`, `phase` or `health` of what has a word in place of conditions, which is the reason then. */
  readonly type: string
  /** `Unknown` only where it has been so for long. */
  readonly state: 'True' | 'False' | 'Unknown'
  /** Not the good state. */
  readonly wrong: boolean
  /** `Expired`; empty where none is given. */
  readonly reason: string
  readonly said: string
  /** Seconds since it changed, by the newest time in the file; absent where either is not told. */
  readonly age?: number
  /** Whom it is about, as a Challenge of ACME is. Absent of others, and in old recordings. */
  readonly host?: string
  /** The Secret that it keeps, as a Certificate does. */
  readonly secret?: string
  /** The store that an ExternalSecret reads. Absent of others, and in old recordings. */
  readonly store?: { readonly kind: string; readonly name: string }
}
