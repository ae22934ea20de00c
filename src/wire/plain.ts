/**
 * What JSON says where a text or a number belongs. `String` and `Number` throw at `{"toString":null,"valueOf":null}`,
 * which any server may send.
 */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value) ?? ''
}

export function plainNumber(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
