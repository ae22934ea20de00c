import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesIn, root } from '../meta/sources.ts'

/*
 * Hostile inputs, the same for the same seed: what the readers know (test/fuzz/seeds, one input a file, among them what
 * once broke one), cut, doubled, spliced and spoilt; and lengths of the alphabets that expressions are slow on.
 */

export interface Random {
  /** A whole number below `most`. */
  readonly below: (most: number) => number
  readonly of: <T>(all: readonly T[]) => T
}

/** mulberry32 (T. Ettinger, public domain): small, fast, and the same everywhere. */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (most: number): number => next() % Math.max(1, most)
  return { below, of: (all) => all[below(all.length)] as (typeof all)[number] }
}

export const units = [
  ' ',
  '\t',
  'a',
  '1',
  'A1',
  'a-',
  'a.',
  'a ',
  'a=',
  'a:',
  'a/',
  '/',
  '-',
  '=',
  '.',
  ':',
  '@',
  '://',
  'a://',
  'a:b@',
  '#',
  ';',
  '"',
  "'",
  '\\',
  '\\"',
  '"a',
  '{',
  '}',
  '{\n',
  '}\n',
  '(',
  '[',
  ',',
  '\n',
  ' \n',
  '\r',
  '\r\n',
  '\u2028',
  '#\r',
  'token',
  'token ',
  'token=',
  '-token ',
  'password: ',
  'bearer ',
  'Bearer',
  'eyJ',
  'eyJ-',
  'eyJa.',
  '-----BEGIN A-----',
  '-----BEGIN ',
  'AKIA',
  'options ',
  'search a\n',
  'nameserver 1\n',
  'Name:\n',
  'Address: ',
  'a_by_lua_block {',
  'location / {',
  '[=',
  '[[',
  '--[',
  '${',
  '@resolv\n',
  '@libc\n',
  '@look a\n@start 1\n',
  '@stop 1\n',
  '@end',
  '@l 1.1 ',
  'forward ',
  'forward . a\n',
  'autopath\n',
  'import a\n',
  'a.is forbidden: User "',
  'w.',
  'plugin/kubernetes: ',
  'plugin/kubernetes: Failed to list ',
  'Loop (',
  ') detected for zone ',
  'read udp ',
  'a{a="',
  'a="b",',
  'a 1\n',
  '1.',
  ':1',
  'Udp: ',
  '" "',
  ', ',
  ' : ',
  ' HTTP/1.1 ',
  '$a ',
  '%A% ',
  '%[a]',
]

/** What no reader may take for granted. */
const odd = [
  '',
  '\0',
  '\u001b[2J',
  '\u001b]8;;http://a/\u0007',
  '\u202e',
  '\u200b',
  '\u{e0041}',
  '\ud800',
  '\udc00',
  '\ufeff',
  '\u0085',
  'é',
  '𝒳',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '1e999',
  '1e-999',
  '9007199254740993',
  '99999999999999999999',
  '-1',
  '0x10',
  '1_000',
  '1,000',
  '٣',
  '+300000-01-01T00:00:00Z',
  '0000-00-00T00:00:00Z',
  'null',
  'true',
  '[]',
  '{}',
  '"',
  "'",
  '`',
  '$(a)',
  '${a}',
  '; rm -rf /',
  '../',
  '%00',
  '::',
  '::ffff:1.2.3.4',
  '255.255.255.256',
  '0.0.0.0/33',
  '\n',
  '\r\n',
  '\t',
]

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 31),
  1e308,
  '',
  '0',
  'a',
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: null },
  ...odd,
  JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{}}}') as unknown,
  { length: 1e9 },
  { toString: null, valueOf: null },
  { name: {} },
  [[[[[[[[]]]]]]]],
]

const seedFiles = filesIn('test/fuzz/seeds', () => true)
export const seeds: readonly string[] = seedFiles.map((it) => readFileSync(join(root, it), 'utf8'))
const objects: readonly unknown[] = seeds.flatMap((it) => {
  try {
    return [JSON.parse(it) as unknown]
  } catch {
    return []
  }
})

/** `longest`: of the repeated alphabets; one input in a thousand is one. */
export function textInput(from: Random, longest: number): string {
  if (from.below(1000) === 0) return from.of(units).repeat(longest).slice(0, longest)
  let text = start(from)
  for (let times = from.below(4); times >= 0; times--) text = spoilt(text, from)
  return text.length > 4000 ? text.slice(0, 4000) : text
}

function start(from: Random): string {
  switch (from.below(8)) {
    case 0:
      return Array.from({ length: from.below(24) }, () => from.of(from.below(2) === 0 ? units : odd)).join('')
    case 1:
      return Array.from({ length: from.below(24) }, () =>
        String.fromCharCode(from.below(from.below(4) === 0 ? 0x10000 : 0x80)),
      ).join('')
    case 2:
      return JSON.stringify(valueInput(from)) ?? ''
    case 3: {
      const lines = from.of(seeds).split('\n')
      return lines
        .slice(from.below(lines.length))
        .slice(0, 1 + from.below(5))
        .join('\n')
    }
    default:
      return from.of(seeds)
  }
}

function spoilt(text: string, from: Random): string {
  const at = from.below(text.length + 1)
  const to = Math.min(text.length, at + from.below(12))
  switch (from.below(9)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(to)
    case 3:
      return text.slice(0, at) + from.of(odd) + text.slice(to)
    case 4:
      return text.slice(0, at) + from.of(units) + text.slice(at)
    case 5:
      return text.slice(0, at) + from.of(units).repeat(from.below(40)) + text.slice(to)
    case 6:
      return text.slice(0, to) + text.slice(at)
    case 7: {
      const other = from.of(seeds)
      return text.slice(0, at) + other.slice(from.below(other.length + 1))
    }
    default:
      return text.slice(0, at) + String.fromCharCode(from.below(0x10000)) + text.slice(at + 1)
  }
}

/** A seed's value, in which some things stand where others belong. */
export function valueInput(from: Random): unknown {
  const value = structuredClone(from.of(objects))
  let made: unknown = value
  for (let times = from.below(4); times >= 0; times--) made = swapped(made, from)
  return made
}

/** Goes down at random, and puts something else where it ends. */
function swapped(value: unknown, from: Random): unknown {
  if (typeof value !== 'object' || value === null || from.below(12) === 0) return from.of(values)
  if (Array.isArray(value)) {
    if (value.length === 0 || from.below(10) === 0) return [...(value as unknown[]), from.of(values)]
    const at = from.below(value.length)
    return value.map((it: unknown, index) => (index === at ? swapped(it, from) : it))
  }
  const keys = Object.keys(value)
  const fields = Object.entries(value)
  if (keys.length === 0 || from.below(20) === 0) return Object.fromEntries([...fields, [from.of(odd), from.of(values)]])
  const at = from.of(keys)
  return Object.fromEntries(
    fields.flatMap(([key, held]) => {
      if (key !== at) return [[key, held] as const]
      return from.below(10) === 0 ? [] : [[key, swapped(held, from)] as const]
    }),
  )
}

/** Bytes of a message, `whole` being one that is right. */
export function bytesInput(whole: readonly Buffer[], from: Random): Buffer {
  if (from.below(10) === 0) return Buffer.from(Array.from({ length: from.below(80) }, () => from.below(256)))
  const bytes = Buffer.from(from.of(whole))
  for (let times = from.below(6); times >= 0; times--)
    bytes[from.below(bytes.length)] = from.of([0, 1, 0x0c, 0x3f, 0x40, 0x80, 0xc0, 0xff, from.below(256)])
  return bytes.subarray(0, from.below(3) === 0 ? from.below(bytes.length + 1) : bytes.length)
}
