/*
 * The Caddyfile grammar as coredns/caddy v1.1.4 reads it (caddyfile/lexer.go, parse.go, dispenser.go), rule by rule and
 * with its oddities, because what is asked of it is whether CoreDNS starts with a text. What it can't know here is the
 * world around the server: environment variables stay as they are written, and imported files are named, not read.
 */

import { unclosedBrace } from './unclosed-brace.ts'

/** What is said of a block without its end. */
export const neverClosed = '`{` is never closed'

export interface Token {
  readonly text: string
  /** Counted from 1: where the token begins. */
  readonly line: number
}

/** One directive, its name first, with all tokens of its block. An imported file is a directive `import` of its own. */
export interface Directive {
  readonly name: string
  readonly tokens: readonly Token[]
}

export interface Block {
  readonly keys: readonly string[]
  readonly line: number
  readonly directives: readonly Directive[]
}

export interface Problem {
  readonly line: number
  readonly text: string
  /** The word that the caret belongs under; empty where there is none. */
  readonly mark: string
}

export interface Caddyfile {
  readonly blocks: readonly Block[]
  /** Files that are imported between the blocks. */
  readonly imports: readonly string[]
  /** What the parser refuses, the first one first: CoreDNS ends there, this one reads on as well as it can. */
  readonly problems: readonly Problem[]
  /** Snippets multiply: there is more than was read. */
  readonly cutOff: boolean
}

/** What a text may grow to by its snippets, as doubling ones do; ConfigMaps end at 1 MiB. */
const mostDirectives = 10_000
const mostImported = 100_000

/** A token in its place; an import puts the tokens of its snippet in the place of its own. */
interface Place extends Token {
  next: Place | null
  prev: Place | null
}

export function parseCaddyfile(text: string): Caddyfile {
  const { tokens, openQuote } = lex(text)
  const blocks: Block[] = []
  const imports: string[] = []
  const problems: Problem[] = []
  const snippets = new Map<string, readonly Token[]>()
  let directiveCount = 0
  let imported = 0
  let cutOff = false

  let first = chain(tokens)
  /** The parser's cursor; null before the first token. */
  let at: Place | null = null
  while (next()) block()
  return { blocks, imports, problems, cutOff }

  function next(): boolean {
    if (cutOff) return false
    const to = at === null ? first : at.next
    if (to === null) return false
    at = to
    return true
  }

  function refuse(problem: string, where: Token | null = at, mark = where?.text ?? ''): void {
    problems.push({ line: where?.line ?? 1, text: problem, mark })
  }

  function block(): void {
    const start = at
    const keys: string[] = []
    const ended = addresses(keys)
    if (cutOff || start === null) return
    const line = start.line
    if (ended) {
      if (keys.length > 0) blocks.push({ keys, line, directives: [] })
      return
    }
    const [only = ''] = keys
    if (keys.length === 1 && /^\([^]*\)$/.test(only)) return snippet(only.slice(1, -1))
    const directives = contents(start)
    if (keys.length > 0) blocks.push({ keys, line, directives })
  }

  /** True at the end of the text. */
  function addresses(keys: string[]): boolean {
    let another = false
    for (;;) {
      const token: Place | null = at
      if (token === null) return true
      if (token.text === 'import' && newLine(token)) {
        const after = doImport(imports)
        at = after ?? token.prev
        if (after === null) return true
        continue
      }
      if (token.text === '{') {
        if (another) refuse('a comma before `{` asks for one more name')
        return false
      }
      if (token.text !== '') {
        another = token.text.endsWith(',')
        keys.push(another ? token.text.slice(0, -1) : token.text)
      }
      if (!next()) {
        if (another) refuse('the text ends after a comma')
        return true
      }
      if (!another && newLine(at)) return false
    }
  }

  function snippet(name: string): void {
    if (snippets.has(name)) refuse(`snippet ${name} is there twice`)
    const opened = at
    if (opened?.text !== '{') return refuse(`snippet ${name} without its \`{\``)
    const body: Token[] = []
    let depth = 1
    while (next() && at !== null) {
      const { text: word, line }: Place = at
      if (word === '}') depth -= 1
      if (depth === 0) break
      if (word === '{') depth += 1
      body.push({ text: word, line })
    }
    if (depth !== 0) return unclosed(opened)
    const itself = body.find(
      (it, index) => it.text === 'import' && body[index + 1]?.text === name && body[index - 1]?.line !== it.line,
    )
    if (itself !== undefined) refuse(`snippet ${name} imports itself`, itself)
    snippets.set(name, itself === undefined ? body : [])
  }

  function contents(start: Token): Directive[] {
    const opened: Place | null = at?.text === '{' ? at : null
    // A file with one server may leave its braces out: then the token at hand is a directive's already.
    if (opened === null) at = at?.prev ?? null
    const directives: Directive[] = []
    while (next() && at !== null) {
      const token: Place = at
      if (token.text === '}') return directives
      if (token.text === 'import') {
        const file: string[] = []
        const after = doImport(file)
        directives.push(...file.map((it) => ({ name: 'import', tokens: [token, { text: it, line: token.line }] })))
        at = after === null ? token.prev : after.prev
        if (after === null) break
        continue
      }
      const { of, closes } = directive(token)
      directives.push(of)
      if (closes) return directives
      directiveCount += 1
      if (directiveCount >= mostDirectives) cutOff = true
    }
    // The parser looks at the last token alone: the `}` of a directive's block does for that of the server's.
    if (!cutOff && opened !== null && at?.text !== '}') unclosed(start)
    return directives
  }

  /** `closes`: a `}` that belongs to nobody here; where it is meant to stand, it closes the server's block. */
  function directive(name: Place): { readonly of: Directive; readonly closes: boolean } {
    const its: Token[] = [{ text: name.text, line: name.line }]
    const of = { name: name.text, tokens: its }
    let depth = 0
    if (name.text === '{') refuse('`{` without a name before it', name)
    while (next() && at !== null) {
      const token: Place = at
      if (token.text === '{') depth += 1
      else if (newLine(token) && depth === 0) {
        at = token.prev
        break
      } else if (token.text === '}' && depth > 0) depth -= 1
      else if (token.text === '}') {
        refuse('`}` in a line of its directive, and no `{` before it')
        return { of, closes: true }
      } else if (token.text === 'import' && newLine(token)) {
        const file: string[] = []
        const after = doImport(file)
        for (const it of file) its.push(token, { text: it, line: token.line })
        at = after === null ? token.prev : after.prev
        if (after === null) break
        continue
      }
      its.push({ text: token.text, line: token.line })
    }
    if (depth > 0 && !cutOff) unclosed(name)
    return { of, closes: false }
  }

  /** Puts a snippet where it is imported, or notes the file; the token that comes now, null at the end. */
  function doImport(files: string[]): Place | null {
    const word = at
    if (word === null) return null
    const before = word.prev
    const what = word.next !== null && sameLine(word, word.next) ? word.next : null
    refuseNoName(what, word)
    let end = what ?? word
    if (end.next !== null && what !== null && sameLine(end, end.next)) {
      refuse('`import` takes one name', word)
      while (end.next !== null && sameLine(end, end.next) && end.next.text !== '}') end = end.next
    }
    const after = end.next
    const body = what === null ? [] : snippets.get(what.text)
    if (body === undefined && what !== null) {
      if (/\*[^]*\*|\?[^]*\?/.test(what.text)) refuse('`import` takes one `*`', what)
      files.push(what.text)
    }
    imported += body?.length ?? 0
    if (imported > mostImported) {
      cutOff = true
      return null
    }
    return splice(before, body ?? [], after)
  }

  function refuseNoName(what: Place | null, word: Place): void {
    if (what === null) refuse('`import` without a name', word)
    else if (what.text === '') refuse('`import` with an empty name', word)
  }

  function splice(before: Place | null, body: readonly Token[], after: Place | null): Place | null {
    let last = before
    for (const { text: word, line } of body) {
      const place: Place = { text: word, line, next: null, prev: last }
      if (last === null) first = place
      else last.next = place
      last = place
    }
    if (last === null) first = after
    else last.next = after
    if (after !== null) after.prev = last
    return before === null ? first : before.next
  }

  function unclosed(opened: Token): void {
    if (openQuote === null) problems.push({ line: unclosedBrace(text) ?? opened.line, text: neverClosed, mark: '{' })
    else problems.push({ line: openQuote, text: 'a quote is never closed', mark: '"' })
  }
}

function chain(tokens: readonly Token[]): Place | null {
  let first: Place | null = null
  let last: Place | null = null
  for (const { text, line } of tokens) {
    const place: Place = { text, line, next: null, prev: last }
    if (last === null) first = place
    else last.next = place
    last = place
  }
  return first
}

/** Whether a token is the first of its line; a quoted one may end lines below where it began. */
function newLine(token: Place | null): boolean {
  return token?.prev == null || token.prev.line + lineBreaks(token.prev) < token.line
}

/** Whether the second is an argument of the line that the first stands in. */
export function sameLine(one: Token, other: Token): boolean {
  return one.line + lineBreaks(one) === other.line
}

function lineBreaks({ text }: Token): number {
  return text.includes('\n') ? text.split('\n').length - 1 : 0
}

/** What unicode.IsSpace says of Go is white space. */
const space = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/

/**
 * Words between white space. `#` begins a comment, within a word as well; but a comment that begins within a word ends
 * at the next space, since the lexer forgets it with the word. A quote at a word's start takes everything to the next
 * bare quote, line ends too; one that is never closed takes all the rest, and is no error of the lexer.
 */
export function lex(text: string): { readonly tokens: readonly Token[]; readonly openQuote: number | null } {
  const tokens: Token[] = []
  let line = 1
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let openQuote: number | null = null
  while (at < text.length) word()
  return { tokens, openQuote }

  function word(): void {
    let value = ''
    let started = line
    let comment = false
    for (; at < text.length; at += 1) {
      const char = text[at] ?? ''
      if (space.test(char)) {
        if (char === '\r') continue
        if (char === '\n') {
          line += 1
          comment = false
        }
        if (value === '') continue
        at += 1
        break
      }
      if (char === '#') comment = true
      if (comment) continue
      if (value === '') {
        started = line
        if (char === '"') return quoted()
      }
      value += char
    }
    if (value !== '') tokens.push({ text: value, line: started })
  }

  function quoted(): void {
    const started = line
    const parts: string[] = []
    at += 1
    let from = at
    for (; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\n') line += 1
      if (text[at] !== '\\' || at + 1 >= text.length) continue
      if (text[at + 1] === '"') {
        parts.push(text.slice(from, at))
        from = at + 1
      }
      at += 1
      if (text[at] === '\n') line += 1
    }
    const value = parts.join('') + text.slice(from, at)
    const closed = at < text.length
    at += 1
    if (!closed) openQuote = started
    if (closed || value !== '') tokens.push({ text: value, line: started })
  }
}
