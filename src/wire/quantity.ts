/** Powers of ten and of two behind the suffixes of apimachinery's resource.Quantity. */
const decimalPower: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const binaryPower: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/

/** Longer than any that says something: a number of many digits takes its square in time. */
const longest = 64

/**
 * Millicores of a CPU quantity, rounded up as the scheduler does: `100m` is 100, `1.5` is 1500. null when it is none.
 */
export function cpuMilli(quantity: unknown): number | null {
  return scaled(quantity, 3)
}

/** Bytes of a memory quantity, rounded up: `64Mi` is 67108864, `1G` is 1000000000. null when it is none. */
export function bytes(quantity: unknown): number | null {
  return scaled(quantity, 0)
}

/** Whether two ways of writing are one amount: `0.5` and `500m` are, to the billionth that apimachinery keeps. */
export function isSameQuantity(a: unknown, b: unknown): boolean {
  const billionths = exactly(a, 9)
  return billionths !== null && billionths === exactly(b, 9)
}

/** null for what is no quantity, and for values that a double cannot hold. */
function scaled(quantity: unknown, power: number): number | null {
  const value = exactly(quantity, power)
  return value !== null && Number.isFinite(Number(value)) ? Number(value) : null
}

/**
 * The quantity times 10^power as a whole number, rounded away from zero. In integers throughout: 1.1 * 1000 is not
 * 1100 in doubles. null for what is no quantity.
 */
function exactly(quantity: unknown, power: number): bigint | null {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return null
  if (typeof quantity === 'string' && quantity.length > longest) return null
  const [matched, sign, whole = '', fraction = '', suffix = '', exponent = '0'] =
    shape.exec(String(quantity).trim()) ?? []
  if (matched === undefined || whole + fraction === '') return null

  const binary = binaryPower[suffix]
  const ten = power - fraction.length + (binary === undefined ? (decimalPower[suffix] ?? 0) + Number(exponent) : 0)
  const digits = BigInt(whole + fraction) << (binary ?? 0n)
  const magnitude = ten >= 0 ? digits * 10n ** BigInt(ten) : dividedUp(digits, 10n ** BigInt(-ten))
  return sign === '-' ? -magnitude : magnitude
}

function dividedUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}
