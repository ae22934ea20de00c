import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'

/**
 * Less time than this is a slip of the unit, or left over from a test: two proxies and the way there and back take some
 * milliseconds, and a program that looks anything up, or collects garbage at the wrong moment, tens of them.
 */
export const nextToNoSeconds = 0.05

interface Named {
  readonly namespace: string
  readonly name: string
}

/**
 * How long the slowest answer of the pods of these Services took, asked directly; null where one of them was asked for
 * nothing, or answered nothing.
 */
export function slowestAnswer(contacts: Known<Contacts>, services: readonly Named[]): number | null {
  const direct = contacts.known ? (contacts.value.direct ?? []) : []
  const times = services.map((one) => {
    const its = direct.filter(
      (it) => it.status !== null && it.service.namespace === one.namespace && it.service.name === one.name,
    )
    return its.length === 0 ? null : Math.max(...its.map((it) => it.ms)) / 1000
  })
  const known = times.filter((it) => it !== null)
  return known.length === 0 || known.length < times.length ? null : Math.max(...known)
}

/** `1 ms`, `0.5 ms`: as it may have been written. */
export function shortTime(seconds: number): string {
  return `${Number((1000 * seconds).toPrecision(3))} ms`
}
