/**
 * SHA-512 (FIPS 180-4) in hex: CoreDNS names the Corefile that it runs by it, and checks may not import node:crypto.
 * Corefiles are short, so BigInt will do.
 */
export function sha512(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  const state = [...initial]
  for (let at = 0; at < padded.length; at += 128) mix(state, view, at)
  return state.map((it) => it.toString(16).padStart(16, '0')).join('')
}

function mix(state: bigint[], view: DataView, at: number): void {
  const w: bigint[] = Array.from({ length: 16 }, (_, index) => view.getBigUint64(at + index * 8))
  for (let index = 16; index < 80; index += 1) {
    const [w15 = 0n, w2 = 0n, w16 = 0n, w7 = 0n] = [w[index - 15], w[index - 2], w[index - 16], w[index - 7]]
    w.push(
      word(
        w16 +
          (rotated(w15, 1n) ^ rotated(w15, 8n) ^ (w15 >> 7n)) +
          w7 +
          (rotated(w2, 19n) ^ rotated(w2, 61n) ^ (w2 >> 6n)),
      ),
    )
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state
  for (const [index, k] of rounds.entries()) {
    const one = h + (rotated(e, 14n) ^ rotated(e, 18n) ^ rotated(e, 41n)) + ((e & f) ^ (~e & g)) + k + (w[index] ?? 0n)
    const two = (rotated(a, 28n) ^ rotated(a, 34n) ^ rotated(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, word(d + one), c, b, a, word(one + two)]
  }
  for (const [index, it] of [a, b, c, d, e, f, g, h].entries()) state[index] = word((state[index] ?? 0n) + it)
}

function word(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotated(value: bigint, by: bigint): bigint {
  return word((value >> by) | (value << (64n - by)))
}

/** The first 64 bits of the fractional parts of the cube (square) roots of the first primes. */
const primes = firstPrimes(80)
const rounds = primes.map((it) => word(root(BigInt(it) << 192n, 3n)))
const initial = primes.slice(0, 8).map((it) => word(root(BigInt(it) << 128n, 2n)))

function firstPrimes(count: number): readonly number[] {
  const found: number[] = []
  for (let it = 2; found.length < count; it += 1) if (found.every((prime) => it % prime !== 0)) found.push(it)
  return found
}

/** The whole part of the root, by halving. */
function root(of: bigint, power: bigint): bigint {
  let least = 0n
  let most = 1n << 80n
  while (least < most) {
    const middle = (least + most + 1n) >> 1n
    if (middle ** power <= of) least = middle
    else most = middle - 1n
  }
  return least
}
