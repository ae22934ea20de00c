/** A time in milliseconds as tables show it: 0.4 ms, 12 ms, 1.30 s. */
export function ms(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value >= 10 ? 0 : 1)} ms`
}
