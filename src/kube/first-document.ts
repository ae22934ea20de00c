import { Composer, type CST, LineCounter, Parser, YAMLParseError } from 'yaml'
import { isTooDense } from './request.ts'

/** What a YAML text holds; `what` is for the words after "kubeconfig PATH", and quotes nothing: it holds secrets. */
type Read = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'trouble'; readonly what: string }

/**
 * What stands for itself in YAML costs microseconds each, whatever the length of the text: a hundred kilobytes of them
 * would block the process for a second. A kubeconfig of a thousand clusters has one for each twenty characters, most of
 * them in certificates that have none.
 */
const mostMarks = 8000
const charactersOfAMark = 12

/** Each is looked for among all of them. */
const mostAliases = 500

/** YAML allows one on a line; each more is an error that costs as much as ten fields. */
const mostKeysOfALine = 200

/** The first document of a YAML text, as kubectl reads it: the last of two equal keys counts. */
export function firstDocument(text: string): Read {
  const trouble = (what: string): Read => ({ kind: 'trouble', what })
  // A kubeconfig has five levels; each of a hundred thousand costs an error with its stack.
  if (/(?:[[{]\s*){200}/.test(text)) return trouble('is nested too deeply')
  if (marksIn(text) > mostMarks + text.length / charactersOfAMark)
    return fromJson(text) ?? trouble('holds far more fields than a kubeconfig of its length')
  const lines = new LineCounter()
  const place = (at: number): string => {
    const { line, col } = lines.linePos(at)
    return ` (line ${line}, column ${col})`
  }
  const tokens: CST.Token[] = []
  // At the first character that fits nowhere: of a file of such, each would cost an error.
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (token.type === 'error') return trouble(`is not valid YAML${place(token.offset)}`)
    tokens.push(token)
  }
  try {
    // intAsBigInt keeps every digit of a token that nobody quoted.
    const composer = new Composer({
      merge: true,
      intAsBigInt: true,
      uniqueKeys: false,
      logLevel: 'error',
      // Made pretty, each error of a file looks through all of it again: only the place of the first is told.
      prettyErrors: false,
    })
    const { value: first } = composer.compose(tokens).next()
    if (first?.errors[0] !== undefined) throw first.errors[0]
    return { kind: 'value', value: first?.toJS() }
  } catch (error) {
    return trouble(`is not valid YAML${error instanceof YAMLParseError ? place(error.pos[0]) : ''}`)
  }
}

/** JSON without a space is as dense as that, and quickly read; null for what is none. */
function fromJson(text: string): Read | null {
  if (isTooDense(text)) return null
  try {
    return { kind: 'value', value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

function marksIn(text: string): number {
  let [marks, aliases, keys] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (marking.has(code) || (betweenWords.has(code) && !(text.charCodeAt(at + 1) > space))) marks++
    if (code === asterisk) aliases++
    if (code === colon) keys++
    else if (partingKeys.has(code)) keys = 0
    if (aliases > mostAliases || keys > mostKeysOfALine) return Infinity
  }
  return marks
}

const codesOf = (characters: string): readonly number[] => [...characters].map((it) => it.charCodeAt(0))
const [asterisk = 0, space = 0, colon = 0] = codesOf('* :')
const marking: ReadonlySet<number> = new Set(codesOf('\n\r,[]{}&*!|>\'"%@`#\t'))
const partingKeys: ReadonlySet<number> = new Set(codesOf('\n\r,[]{}\'"'))
/** Within a word they are letters: `arn:aws:eks:eu-west-1`. */
const betweenWords: ReadonlySet<number> = new Set(codesOf('-?:'))
