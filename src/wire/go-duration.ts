const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }

/** One part more than a Go duration has units. */
const mostParts = 8

/**
 * Seconds of a Go duration above 0, `1m30s` (time.ParseDuration; GEP-2257 is a part of it); null for what is none, for
 * 0, and for words such as `infinity`.
 */
export function secondsIn(text: string | null): number | null {
  const whole = (text ?? '').trim()
  if (whole === '' || whole.length > 64 || !/^(?:\d+(?:\.\d*)?(?:ms|us|µs|ns|h|m|s))+$/.test(whole)) return null
  const parts = [...whole.matchAll(/(\d+(?:\.\d*)?)(ms|us|µs|ns|h|m|s)/g)].slice(0, mostParts)
  const seconds = parts.reduce((sum, [, value = '', unit = '']) => sum + Number(value) * (units[unit] ?? 0), 0)
  return seconds > 0 ? seconds : null
}
