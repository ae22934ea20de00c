/** What some component warned of an object, in its own words: the newest of each reason. */
export interface ObjectEvent {
  readonly namespace: string
  readonly object: { readonly kind: string; readonly name: string }
  /** `FailedScheduling`, `Unhealthy`. */
  readonly reason: string
  readonly said: string
  readonly times: number
  /** Whose words they are, as the event itself says: whoever may write events may write any. Absent: not told. */
  readonly by?: string
}
