/**
 * SHA-512 (FIPS 180-4) in hex: CoreDNS names the Corefile that it runs by it, and checks may not import node:crypto. A
 * word of 64 bits is two of 32, high and low: with BigInt a Corefile of 100 kB took a second.
 */
export function sha512(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  const state = halves(initial)
  const w = new Int32Array(160)
  for (let at = 0; at < padded.length; at += 128) mix(state, w, view, at)
  return [...state].map((it) => (it >>> 0).toString(16).padStart(8, '0')).join('')
}

/** High halves stand at even places. */
function halves(words: readonly bigint[]): Int32Array {
  return Int32Array.from(words.flatMap((it) => [Number(it >> 32n) | 0, Number(it & 0xffffffffn) | 0]))
}

/** What is carried from a sum of low halves. */
function carried(sum: number): number {
  return Math.floor(sum / 2 ** 32)
}

function mix(state: Int32Array, w: Int32Array, view: DataView, at: number): void {
  schedule(w, view, at)
  const s = state.slice()
  for (let round = 0; round < 160; round += 2) {
    const [ah, al, eh, el] = [half(s, 0), half(s, 1), half(s, 8), half(s, 9)]
    const bigH = high(eh, el, 14) ^ high(eh, el, 18) ^ high(el, eh, 9)
    const bigL = high(el, eh, 14) ^ high(el, eh, 18) ^ high(eh, el, 9)
    const chosenH = (eh & half(s, 10)) ^ (~eh & half(s, 12))
    const chosenL = (el & half(s, 11)) ^ (~el & half(s, 13))
    const oneL =
      (half(s, 15) >>> 0) + (bigL >>> 0) + (chosenL >>> 0) + (half(k, round + 1) >>> 0) + (half(w, round + 1) >>> 0)
    const oneH = (half(s, 14) + bigH + chosenH + half(k, round) + half(w, round) + carried(oneL)) | 0
    const smallH = high(ah, al, 28) ^ high(al, ah, 2) ^ high(al, ah, 7)
    const smallL = high(al, ah, 28) ^ high(ah, al, 2) ^ high(ah, al, 7)
    const mostH = (ah & half(s, 2)) ^ (ah & half(s, 4)) ^ (half(s, 2) & half(s, 4))
    const mostL = (al & half(s, 3)) ^ (al & half(s, 5)) ^ (half(s, 3) & half(s, 5))
    const twoL = (smallL >>> 0) + (mostL >>> 0)
    const twoH = (smallH + mostH + carried(twoL)) | 0
    s.copyWithin(2, 0, 14)
    add(s, 8, oneH, oneL)
    s[0] = oneH
    s[1] = oneL | 0
    add(s, 0, twoH, twoL)
  }
  for (let index = 0; index < 16; index += 2) add(state, index, half(s, index), half(s, index + 1))
}

/** The sixteen words of the block, and what follows from them. */
function schedule(w: Int32Array, view: DataView, at: number): void {
  for (let index = 0; index < 32; index += 1) w[index] = view.getInt32(at + index * 4)
  for (let index = 32; index < 160; index += 2) {
    const [h15, l15, h2, l2] = [half(w, index - 30), half(w, index - 29), half(w, index - 4), half(w, index - 3)]
    const firstH = high(h15, l15, 1) ^ high(h15, l15, 8) ^ (h15 >>> 7)
    const firstL = high(l15, h15, 1) ^ high(l15, h15, 8) ^ high(l15, h15, 7)
    const otherH = high(h2, l2, 19) ^ high(l2, h2, 29) ^ (h2 >>> 6)
    const otherL = high(l2, h2, 19) ^ high(h2, l2, 29) ^ high(l2, h2, 6)
    const low = (half(w, index - 31) >>> 0) + (firstL >>> 0) + (half(w, index - 13) >>> 0) + (otherL >>> 0)
    w[index] = (half(w, index - 32) + firstH + half(w, index - 14) + otherH + carried(low)) | 0
    w[index + 1] = low | 0
  }
}

function half(words: Int32Array, index: number): number {
  return words[index] ?? 0
}

/** The high half of a word that is turned right by less than 32; with its halves exchanged, the low one. */
function high(upper: number, lower: number, by: number): number {
  return (upper >>> by) | (lower << (32 - by))
}

function add(words: Int32Array, index: number, upper: number, lower: number): void {
  const sum = (half(words, index + 1) >>> 0) + ((lower % 2 ** 32) >>> 0)
  words[index] = half(words, index) + upper + carried(sum)
  words[index + 1] = sum | 0
}

/** The first 64 bits of the fractional parts of the cube (square) roots of the first primes. */
const primes = firstPrimes(80)
const roundWords = primes.map((it) => BigInt.asUintN(64, root(BigInt(it) << 192n, 3n)))
const k = halves(roundWords)
const initial = primes.slice(0, 8).map((it) => BigInt.asUintN(64, root(BigInt(it) << 128n, 2n)))

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
