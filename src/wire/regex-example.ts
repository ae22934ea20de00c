import { RE2JS } from 're2js'

/**
 * A text that a regular expression of somebody else's takes, from its beginning: `/(v1|v2)/health` takes `/v1/health`.
 * Made by walking the expression once, and each piece of it that stands for one character (`[0-9]`, `\w`) is filled
 * with the first that RE2 says it takes. A guess: whoever uses it asks a matcher of the whole expression. null for
 * look-around, back references, and what is longer than a path. `optional`: what `*` and `?` may leave out.
 */
export function exampleOf(pattern: string, optional: 'without' | 'once' = 'without'): string | null {
  if (pattern.length > longestPattern) return null
  const walk: Walk = { pattern, optional, at: 0, taken: new Map() }
  const text = alternatives(walk)
  return walk.at < pattern.length || text === null || text.length > longestExample ? null : text
}

const longestPattern = 500
const longestExample = 500
/** `{64}` of something is a hash, perhaps; thousands are nobody's path. */
const mostTimes = 64

interface Walk {
  readonly pattern: string
  readonly optional: 'without' | 'once'
  at: number
  /** A piece that stands for one character, and the one that it takes. */
  readonly taken: Map<string, string | null>
}

/** The first that can be made, up to `)` or the end; the others are walked over all the same. */
function alternatives(walk: Walk): string | null {
  let made: string | null = null
  for (;;) {
    const one = sequence(walk)
    made ??= one
    if (walk.pattern[walk.at] !== '|') return made
    walk.at += 1
  }
}

function sequence(walk: Walk): string | null {
  let made: string | null = ''
  while (walk.at < walk.pattern.length && !'|)'.includes(walk.pattern[walk.at] ?? '')) {
    const one = piece(walk)
    const times = timesOf(walk)
    if (times === 0) continue
    made = made === null || one === null || made.length > longestExample ? null : made + one.repeat(times)
  }
  return made
}

function piece(walk: Walk): string | null {
  const { pattern, at } = walk
  const character = pattern[at] ?? ''
  if (character === '(') return group(walk)
  if (character === '^' || character === '$') {
    walk.at += 1
    return ''
  }
  const end = endOfPiece(pattern, at)
  walk.at = end
  const text = pattern.slice(at, end)
  if (/^\\[bBAzZ]$/.test(text)) return ''
  if (!/^[\\[.]/.test(text)) return text
  const before = walk.taken.get(text)
  if (before !== undefined) return before
  const found = characterFor(text)
  walk.taken.set(text, found)
  return found
}

function group(walk: Walk): string | null {
  const opening = /^\((?:\?(?::|i:|P?<[A-Za-z]\w*>))?/.exec(walk.pattern.slice(walk.at, walk.at + 80))?.[0] ?? '('
  walk.at += opening.length
  // `(?=`, `(?!`, `(?<=`, `(?>`: what is left is a question mark that repeats nothing.
  const isPlain = walk.pattern[walk.at] !== '?'
  if (!isPlain) walk.at += 1
  const made = alternatives(walk)
  if (walk.pattern[walk.at] !== ')') return null
  walk.at += 1
  return isPlain ? made : null
}

/** As few as are allowed. */
function timesOf(walk: Walk): number {
  const found = /^(?:[*+?]|\{(\d{1,4})(?:,\d{0,4})?\})[?+]?/.exec(walk.pattern.slice(walk.at, walk.at + 16))
  if (found === null) return 1
  walk.at += found[0].length
  if (found[1] !== undefined) return Math.min(Number(found[1]), mostTimes)
  return found[0].startsWith('+') || walk.optional === 'once' ? 1 : 0
}

function endOfPiece(pattern: string, at: number): number {
  if (pattern[at] === '\\') {
    const wide = /^\\(?:p\{\^?\w+\}|P\{\^?\w+\}|x[0-9a-fA-F]{2})/.exec(pattern.slice(at, at + 40))?.[0]
    return Math.min(at + (wide?.length ?? 2), pattern.length)
  }
  if (pattern[at] !== '[') return at + 1
  let end = at + (pattern[at + 1] === '^' ? 2 : 1)
  // A bracket that closes nothing yet is a member.
  if (pattern[end] === ']') end += 1
  while (end < pattern.length && pattern[end] !== ']') {
    const named = pattern.startsWith('[:', end) ? pattern.indexOf(':]', end) : -1
    if (named > 0) end = named + 2
    else end += pattern[end] === '\\' ? 2 : 1
  }
  return Math.min(end + 1, pattern.length)
}

/** What may stand in a path as it is, the plainest first. */
const characters = 'a0zA-_b1c2d3e4f5g6h7i8j9klmnopqrstuvwxyBCDEFGHIJKLMNOPQRSTUVWXYZ.~/:@!,;=&+$*()\'"<>[]{}|\\^`%# ?'

function characterFor(text: string): string | null {
  try {
    const one = RE2JS.compile(`^(?:${text})$`)
    return [...characters].find((it) => one.matcher(it).find()) ?? null
  } catch {
    return null
  }
}
