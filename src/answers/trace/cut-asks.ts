import type { Contacts, HttpEnd } from '../../model/contacts.ts'

interface Address {
  readonly ip: string
  readonly port: number
}

/** Why one of these addresses was asked less often than was meant: what was cut short is no sign of health. */
export function easedAt(
  { eased = [] }: Pick<Contacts, 'eased'>,
  asked: readonly Address[],
): { readonly eased?: string } {
  const at = new Set(asked.map(({ ip, port }) => `${ip}:${port}`))
  const [first] = eased.filter(({ ip, port }) => at.has(`${ip}:${port}`))
  return first === undefined ? {} : { eased: first.why }
}

/** How many answers are known by their heads alone. */
export function unendedOf(ends: readonly HttpEnd[]): { readonly unended?: number } {
  const unended = ends.filter((it) => it.unended !== undefined).length
  return unended === 0 ? {} : { unended }
}
