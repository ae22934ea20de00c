/**
 * What is said of an object in an Event: the newest of each reason. Whoever may write Events may write any, under any
 * component's name, with any count; so it stands beside what a status says, and never in its place.
 */
export interface ObjectEvent {
  readonly namespace: string
  readonly object: { readonly kind: string; readonly name: string }
  /** `FailedScheduling`, `Unhealthy`. */
  readonly reason: string
  readonly said: string
  readonly times: number
  /** Seconds since it was seen last; absent where it tells no time, and in old recordings. */
  readonly age?: number
}
