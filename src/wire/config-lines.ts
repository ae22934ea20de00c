/** One setting of a server's configuration, with the line that it stands in, from one on. */
export interface Setting {
  /** Of YAML with those above it: `server.port`. */
  readonly key: string
  readonly value: string
  readonly line: number
  /** `[mysqld]`; empty where there are none. */
  readonly section: string
}

/** How a file sets a key: `port 80`, `port = 80` below sections, or YAML. */
export type Syntax = 'words' | 'ini' | 'yaml'

/** An object of the API has a megabyte; a line that is longer than this is none that a person wrote. */
const most = { lines: 20_000, line: 2000 }

/** The settings of a text, comments left out. Of YAML only what is set on one line. Linear; never throws. */
export function settingsIn(syntax: Syntax, text: string): readonly Setting[] {
  const lines = text.split('\n', most.lines)
  return syntax === 'yaml' ? ofYaml(lines) : ofLines(syntax, lines)
}

function ofLines(syntax: Syntax, lines: readonly string[]): readonly Setting[] {
  let section = ''
  return lines.flatMap((raw, at) => {
    const text = withoutComment(raw)
    if (text.startsWith('[')) section = text.slice(1).split(']', 1)[0]?.trim().toLowerCase() ?? ''
    const cut = text.search(syntax === 'words' ? /\s/ : /[=:\s]/)
    if (cut < 1 || text.startsWith('[')) return []
    const rest = text.slice(cut).trimStart()
    const value = syntax === 'ini' && /^[=:]/.test(rest) ? rest.slice(1) : rest
    return [{ key: text.slice(0, cut), value: bare(value), line: at + 1, section }]
  })
}

function ofYaml(lines: readonly string[]): readonly Setting[] {
  const above: { readonly depth: number; readonly key: string }[] = []
  return lines.flatMap((raw, at) => {
    const text = withoutComment(raw)
    const cut = text.search(/:(?:\s|$)/)
    if (cut < 1) return []
    const item = /^(?:- )?/.exec(text)?.[0].length ?? 0
    const depth = raw.slice(0, most.line).search(/\S/) + item
    while ((above.at(-1)?.depth ?? -1) >= depth) above.pop()
    const key = bare(text.slice(item, cut))
    const value = bare(text.slice(cut + 1))
    const path = [...above.slice(-8).map((it) => it.key), key].join('.')
    if (value === '' && above.length < 64) above.push({ depth, key })
    return value === '' ? [] : [{ key: path, value, line: at + 1, section: '' }]
  })
}

function withoutComment(raw: string): string {
  if (raw.length > most.line) return ''
  const text = raw.trim()
  // Properties have comments behind `!`, and MySQL includes behind it.
  if (/^(?:[#;]|!(?!include)|\/\/)/.test(text)) return ''
  const at = text.search(/\s#/)
  return at === -1 ? text : text.slice(0, at).trimEnd()
}

function bare(value: string): string {
  const text = value.trim()
  const [, inside] = /^(["'])(.*)\1[,;]?$/.exec(text) === null ? [] : [null, text.replace(/[,;]$/, '').slice(1, -1)]
  return inside ?? text
}
