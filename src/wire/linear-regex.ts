/**
 * Whether a text begins with, or holds, what a regular expression of somebody else's says. JavaScript's own engine goes
 * back and may take for ever on a pattern that a tenant chose; this one walks all ways at once (Thompson's), in the
 * length of the pattern times that of the text, and says null for what it does not know: look-around, back references.
 */
export function matches(pattern: string, text: string, ignoreCase: boolean): boolean | null {
  if (pattern.length > longestPattern || text.length > longestText) return null
  const program = compile(ignoreCase ? pattern.toLowerCase() : pattern)
  return program === null ? null : run(program, ignoreCase ? text.toLowerCase() : text)
}

const longestPattern = 500
const longestText = 2000
const mostSteps = 1000

type Step =
  | { readonly op: 'char'; readonly is: (code: number) => boolean }
  | { readonly op: 'split'; readonly a: number; readonly b: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'start' }
  | { readonly op: 'end' }
  | { readonly op: 'match' }

/** Steps of a part, with jumps relative to its first. */
type Part = readonly Step[]

class Unknown extends Error {}

function compile(pattern: string): readonly Step[] | null {
  let at = 0
  let size = 0

  const count = (part: Part): Part => {
    size += part.length
    if (size > 20 * mostSteps) throw new Unknown()
    return part
  }

  function alternation(depth: number): Part {
    if (depth > 50) throw new Unknown()
    const parts = [sequence(depth)]
    while (pattern[at] === '|') {
      at += 1
      parts.push(sequence(depth))
    }
    return parts.reduceRight((rest, one) => [
      { op: 'split', a: 1, b: one.length + 2 },
      ...one,
      { op: 'jump', to: rest.length + 1 },
      ...rest,
    ])
  }

  function sequence(depth: number): Part {
    const parts: Part[] = []
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') parts.push(count(repeated(depth)))
    return parts.flat()
  }

  function repeated(depth: number): Part {
    const part = atom(depth)
    const range = quantifier()
    if (range === null) return part
    if (quantifier() !== null) throw new Unknown()
    return times(part, range)
  }

  function quantifier(): { readonly least: number; readonly most: number } | null {
    const mark = pattern[at]
    const braces = mark === '{' ? /^\{(\d{1,3})(?:(,)(\d{0,3}))?\}/.exec(pattern.slice(at, at + 12)) : null
    const [all, least = '', comma, most = ''] = braces ?? []
    const simple = new Map([
      ['*', { least: 0, most: Infinity }],
      ['+', { least: 1, most: Infinity }],
      ['?', { least: 0, most: 1 }],
    ]).get(mark ?? '')
    if (simple === undefined && all === undefined) return null
    at += all?.length ?? 1
    // Lazy or greedy: whether it matches is the same. Possessive is not.
    if (pattern[at] === '+') throw new Unknown()
    if (pattern[at] === '?') at += 1
    if (simple !== undefined) return simple
    const upper = comma === undefined ? Number(least) : Infinity
    return { least: Number(least), most: most === '' ? upper : Number(most) }
  }

  function times(part: Part, { least, most }: { readonly least: number; readonly most: number }): Part {
    const copies = most === Infinity ? least : most
    if (part.length * (copies + 1) > mostSteps) throw new Unknown()
    const needed = Array.from({ length: least }, () => part).flat()
    if (most === Infinity)
      return [...needed, { op: 'split', a: 1, b: part.length + 2 }, ...part, { op: 'jump', to: -part.length - 1 }]
    const optional = Array.from({ length: most - least }).reduce<Part>(
      (rest) => [{ op: 'split', a: 1, b: part.length + rest.length + 1 }, ...part, ...rest],
      [],
    )
    return [...needed, ...optional]
  }

  function atom(depth: number): Part {
    const it = pattern[at] ?? ''
    at += 1
    if (it === '(') return group(depth)
    if (it === '[') return [{ op: 'char', is: set() }]
    if (it === '.') return [{ op: 'char', is: (code) => code !== 10 }]
    if (it === '^') return [{ op: 'start' }]
    if (it === '$') return [{ op: 'end' }]
    if (it === '*' || it === '+' || it === '?') throw new Unknown()
    if (it === '\\') {
      const escaped = pattern[at] ?? ''
      at += 1
      const known = classOf(escaped)
      if (known !== null) return [{ op: 'char', is: known }]
      // \b, \1, \x41, \Q and others; of punctuation it is the character itself.
      if (/[a-z0-9]/i.test(escaped) || escaped === '') throw new Unknown()
      return [literal(escaped)]
    }
    return [literal(it)]
  }

  function group(depth: number): Part {
    if (pattern[at] === '?') {
      const head = /^\?(?::|<[a-z_]\w{0,40}>|p<[a-z_]\w{0,40}>|'[a-z_]\w{0,40}')/i.exec(pattern.slice(at, at + 60))?.[0]
      if (head === undefined) throw new Unknown()
      at += head.length
    }
    const inner = alternation(depth + 1)
    if (pattern[at] !== ')') throw new Unknown()
    at += 1
    return inner
  }

  function set(): (code: number) => boolean {
    const isNot = pattern[at] === '^'
    if (isNot) at += 1
    const tests: ((code: number) => boolean)[] = []
    for (let first = true; first || pattern[at] !== ']'; first = false) {
      if (at >= pattern.length || pattern.startsWith('[:', at)) throw new Unknown()
      const from = member()
      if (typeof from === 'function') tests.push(from)
      else if (pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length) {
        at += 1
        const to = member()
        if (typeof to === 'function') throw new Unknown()
        tests.push((code) => code >= from && code <= to)
      } else tests.push((code) => code === from)
    }
    at += 1
    return (code) => tests.some((it) => it(code)) !== isNot
  }

  function member(): number | ((code: number) => boolean) {
    const it = pattern[at] ?? ''
    at += 1
    if (it !== '\\') return it.charCodeAt(0)
    const escaped = pattern[at] ?? ''
    at += 1
    const known = classOf(escaped)
    if (known !== null) return known
    if (/[a-z0-9]/i.test(escaped) || escaped === '') throw new Unknown()
    return escaped.charCodeAt(0)
  }

  try {
    const whole = alternation(0)
    return at < pattern.length || whole.length > 20 * mostSteps ? null : [...whole, { op: 'match' }]
  } catch (error) {
    if (error instanceof Unknown) return null
    throw error
  }
}

function literal(text: string): Step {
  const wanted = text.charCodeAt(0)
  return { op: 'char', is: (code) => code === wanted }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isWord = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** Only the small ones: with case ignored the pattern was made small, and `\D` would be read as `\d`. */
function classOf(letter: string): ((code: number) => boolean) | null {
  if (letter === 'd') return isDigit
  if (letter === 'w') return isWord
  return letter === 's' ? isBlank : null
}

function run(program: readonly Step[], text: string): boolean {
  let now = new Set<number>()
  for (let at = 0; at <= text.length; at++) {
    // The match may begin anywhere.
    add(0, now, at)
    const next = new Set<number>()
    for (const index of now) {
      const step = program[index]
      if (step?.op === 'match') return true
      if (step?.op === 'char' && at < text.length && step.is(text.charCodeAt(at))) add(index + 1, next, at + 1)
    }
    now = next
  }
  return false

  function add(index: number, to: Set<number>, at: number): void {
    const waiting = [index]
    const seen = new Set<number>()
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (seen.has(one) || to.has(one)) continue
      seen.add(one)
      const step = program[one]
      if (step?.op === 'jump') waiting.push(one + step.to)
      else if (step?.op === 'split') waiting.push(one + step.a, one + step.b)
      else if (step?.op === 'start') {
        if (at === 0) waiting.push(one + 1)
      } else if (step?.op === 'end') {
        if (at === text.length) waiting.push(one + 1)
      } else if (step !== undefined) to.add(one)
    }
  }
}
