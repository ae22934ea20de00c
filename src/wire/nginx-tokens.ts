/** What stands in an nginx configuration file, in its order. */
export interface ConfVisitor {
  readonly directive: (it: Directive) => void
  /** A closing brace. */
  readonly close: (line: number) => void
  /** What follows a `#`. */
  readonly comment: (said: string) => void
}

export interface Directive {
  readonly words: readonly string[]
  readonly line: number
  /** A block follows. */
  readonly opens: boolean
  /** As it stands in the file, on one line. */
  readonly raw: string
}

const [newline, space, hash, quote, apostrophe] = [10, 32, 35, 34, 39]
const [semicolon, backslash, dollar, openBrace, closeBrace] = [59, 92, 36, 123, 125]

/**
 * nginx's own rules for words (core/ngx_conf_file.c, ngx_conf_read_token): blanks, `;` and `{` end one, quotes keep all
 * three, `${` is a variable. Blocks of Lua are skipped by Lua's rules, as OpenResty's lexer does
 * (ngx_http_lua_lex.c): a brace in a string of theirs is no brace. One look at each character.
 *
 * Whether the file ended outside of a word, a string and a block of Lua.
 */
export function eachDirective(text: string, visit: ConfVisitor): boolean {
  let at = 0
  let line = 1
  let words: string[] = []
  let begin = -1
  let beginLine = 1

  const end = (opens: boolean): void => {
    if (words.length > 0 || opens)
      visit.directive({ words, line: beginLine, opens, raw: onOneLine(text.slice(begin === -1 ? at : begin, at)) })
    words = []
    begin = -1
  }

  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === newline) {
      line += 1
      at += 1
    } else if (code <= space) {
      at += 1
    } else if (code === hash) {
      const stop = lineEnd(text, at)
      visit.comment(text.slice(at + 1, Math.min(stop, at + 1000)).trimEnd())
      at = stop
    } else if (code === semicolon) {
      end(false)
      at += 1
    } else if (code === closeBrace) {
      end(false)
      visit.close(line)
      at += 1
    } else if (code === openBrace) {
      if (words[0]?.endsWith('_by_lua_block') === true) {
        const after = afterLua(text, at)
        if (after === null) return false
        for (let one = at; one < after; one++) if (text.charCodeAt(one) === newline) line += 1
        end(false)
        at = after
      } else {
        end(true)
        at += 1
      }
    } else {
      if (begin === -1) [begin, beginLine] = [at, line]
      const word = code === quote || code === apostrophe ? quoted(text, at) : bare(text, at)
      if (word === null) return false
      words.push(word.text)
      for (let one = at; one < word.after; one++) if (text.charCodeAt(one) === newline) line += 1
      at = word.after
    }
  }
  return words.length === 0
}

interface Word {
  readonly text: string
  readonly after: number
}

/** A backslash takes the next character along; of those, nginx drops the backslash before quotes and itself. */
function quoted(text: string, from: number): Word | null {
  const mark = text.charCodeAt(from)
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== mark) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at >= text.length ? null : { text: unescaped(text.slice(from + 1, at)), after: at + 1 }
}

function bare(text: string, from: number): Word {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code <= space || code === semicolon) break
    if (code === openBrace && text.charCodeAt(at - 1) !== dollar) break
    at += code === backslash ? 2 : 1
  }
  return { text: unescaped(text.slice(from, at)), after: Math.min(at, text.length) }
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(["'\\])/g, '$1') : text
}

function onOneLine(text: string): string {
  return text.length > 4096 ? `${text.slice(0, 4096).replaceAll(/\s+/g, ' ')}…` : text.trim().replaceAll(/\s+/g, ' ')
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at
}

/** Past the brace that closes the one at `from`; null where none does. */
function afterLua(text: string, from: number): number | null {
  let depth = 0
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === openBrace) depth += 1
    if (code === closeBrace) {
      depth -= 1
      if (depth === 0) return at + 1
    }
    if (code === quote || code === apostrophe) {
      const string = luaString(text, at)
      if (string === null) return null
      at = string
    } else if (text.startsWith('--', at)) {
      const long = longBracket(text, at + 2)
      if (long === 'open') return null
      at = long ?? lineEnd(text, at)
    } else if (code === 91) {
      const long = longBracket(text, at)
      if (long === 'open') return null
      at = long ?? at + 1
    } else {
      at += 1
    }
  }
  return null
}

function luaString(text: string, from: number): number | null {
  const mark = text.charCodeAt(from)
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== mark) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at >= text.length ? null : at + 1
}

/** Past `[==[ … ]==]`; null where none begins here, `open` where it has no end. */
function longBracket(text: string, from: number): number | 'open' | null {
  if (text.charCodeAt(from) !== 91) return null
  let at = from + 1
  while (text.charCodeAt(at) === 61) at += 1
  if (text.charCodeAt(at) !== 91) return null
  const level = at - from - 1
  const end = text.indexOf(`]${'='.repeat(level)}]`, at + 1)
  return end === -1 ? 'open' : end + level + 2
}
