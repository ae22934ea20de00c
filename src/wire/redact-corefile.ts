import { keptWord } from './corefile-words.ts'
import { mask, namesSecret, redactSpelled, redactText } from './secrets.ts'

/** As Caddy's lexer cuts: spaces, comments at the start of a word, quoted words with their line ends, other words. */
const pieces = /\s+|#[^\n]*|"(?:[^"\\]|\\[\s\S])*"?|\S+/g

/** A word of a Corefile, and where it stands. */
export interface CorefileWord {
  readonly text: string
  /** `brace` opens or closes a block; `zone` stands before one; `first` opens a line inside. */
  readonly place: 'comment' | 'brace' | 'zone' | 'first' | 'word'
  /** The plugin in whose line or block it stands, the word that opened its line, and the word before it. */
  readonly plugin: string
  readonly line: string
  readonly before: string
}

/** The text with each word changed; spaces and line ends stay. */
export function mapCorefile(text: string, change: (word: CorefileWord) => string): string {
  const bare = isBare(text)
  // Without braces, the first line has the zones and all others are the one server's directives.
  let depth = 0
  let lines = 0
  let first = true
  let plugin = ''
  let line = ''
  let last = ''
  return text.replace(pieces, (piece: string) => {
    if (/^\s/.test(piece)) {
      if (piece.includes('\n')) {
        first = true
        lines += 1
      }
      return piece
    }
    if (piece.startsWith('#')) return change({ text: piece, place: 'comment', plugin, line, before: last })
    const opens = first
    first = false
    const before = last
    last = piece
    if (piece === '{' || piece === '}') {
      depth = Math.max(0, depth + (piece === '{' ? 1 : -1))
      return change({ text: piece, place: 'brace', plugin, line, before })
    }
    const level = depth + (bare && lines > 0 ? 1 : 0)
    if (opens && level === 1) plugin = piece
    if (opens) line = piece
    const inside = opens ? 'first' : 'word'
    return change({ text: piece, place: level === 0 ? 'zone' : inside, plugin, line, before })
  })
}

/**
 * What is kept of a Corefile: its layout, zones, names of directives, and the words that checks read
 * (`corefile-words.ts`). Comments are masked.
 */
export function redactCorefile(text: string): string {
  let isEdns = false
  return mapCorefile(redactSpelled(text), ({ text: piece, place, plugin, line, before }) => {
    if (place === 'comment') return piece === '#' || piece === `# ${mask}` ? piece : `# ${mask}`
    if (place === 'brace') return piece
    if (place === 'zone') return asZone(piece, before)
    if (place === 'first') isEdns = false
    isEdns ||= /^"?edns0"?$/i.test(piece)
    // A block in one line is refused, and a check tells of it by its word.
    if ((place === 'first' || before === '{') && /^[\w.-]{1,60}$/.test(piece)) return redactText(piece)
    return namesSecret(line) && place !== 'first' ? mask : keptWord(piece, { plugin, line, isEdns })
  })
}

const zoneKeys = /^(?:[\w.:/*,~@%+()-]|\{\$\w{1,100}\}|\{%\w{1,100}%\})+$|^[{}]+$|^\[redacted\]$/

/** Before the first brace stand zones; a text that is no Corefile at all may say anything there. */
function asZone(piece: string, before: string): string {
  const isNamed = /^-|[:=]$/.test(before) && namesSecret(before)
  return isNamed || !zoneKeys.test(piece)
    ? redactText(piece).replace(/^(?!.*\[redacted\]).+$/, mask)
    : redactText(piece)
}

function isBare(text: string): boolean {
  const line = text
    .split('\n')
    .map((it) => it.trim())
    .find((it) => it !== '' && !it.startsWith('#'))
  // A brace opens only as a word of its own: `token={` is none.
  return line !== undefined && !/(?:^|\s)\{$/.test(line) && !line.endsWith(',') && !line.startsWith('import')
}
