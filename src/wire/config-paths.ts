/** A line of YAML, properties, INI or printed JSON that sets a key, with the keys above it. */
export interface PathLine {
  readonly key: string
  readonly value: string
  readonly line: number
  /** `clients`, `orders`, `url`; of a list's item the place that it begins at (`#12`). */
  readonly path: readonly string[]
  /** Which document of the file: `---` begins another. */
  readonly doc: number
}

interface Frame {
  readonly depth: number
  readonly keys: readonly string[]
}

/** What opens a map, a list or a text below: nothing, an anchor, a brace, `|` and `>`. */
const opens = /^(?:[&!]\S{1,100}|[[{]|[|>][+-]?\d?)?\s{0,20}$/
/** Nobody nests deeper, and a line has so many keys above it at most. */
const deepest = 24

/** Of a tenant's text: as many lines, and as long ones. */
const most = { lines: 20_000, line: 4000 }

/** A text's lines, those empty that nobody wrote by hand. Linear; never throws. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n', most.lines).map((it) => (it.length > most.line ? '' : it))
}

/** The lines that set a key, with the keys above by indentation, comments left out. Linear; never throws. */
export function pathLinesIn(text: string, separators = /[=:\s]/): readonly PathLine[] {
  const above: Frame[] = []
  let doc = 0
  return linesOf(text).flatMap((raw, at) => {
    const line = raw.trim()
    const section = /^\[{1,2}([\w.-]{1,100})\]{1,2}$/.exec(line)?.[1]
    if (section !== undefined || /^[#!]?---/.test(line)) above.length = 0
    if (/^[#!]?---/.test(line)) doc += 1
    if (section !== undefined) above.push({ depth: -1, keys: section.split('.') })
    if (section !== undefined || /^(?:[#;!]|\/\/)/.test(line)) return []
    const indent = raw.search(/\S/)
    const dash = /^(?:-\s{1,8})?/.exec(line)?.[0].length ?? 0
    if (indent === -1) return []
    while ((above.at(-1)?.depth ?? -1) >= indent + Math.min(dash, 1)) above.pop()
    if (dash > 0 && above.length < deepest) above.push({ depth: indent + 1, keys: [`#${at}`] })
    const { key, value } = pairOf(line.slice(dash), separators)
    if (key === null) return []
    const keys = key.split('.', 12)
    const path = [...above.flatMap((it) => it.keys).slice(0, deepest), ...keys]
    if (opens.test(value) && above.length < deepest) above.push({ depth: indent + dash, keys })
    return [{ key, value, line: at + 1, path, doc }]
  })
}

/** `key: value`, `key=value`, `"key": "value",`, `key value;`. */
function pairOf(line: string, separators: RegExp): { readonly key: string | null; readonly value: string } {
  const [whole, key] = /^["']?([A-Za-z_@][\w.-]{0,100})["']?\s{0,20}/.exec(line) ?? []
  if (whole === undefined || key === undefined) return { key: null, value: '' }
  const rest = line.slice(whole.length)
  // A URL by itself, of a list.
  if (rest.startsWith('://')) return { key: null, value: '' }
  const isApart = /\s$/.test(whole) && separators.test(' ')
  if (!isApart && !separators.test(rest.slice(0, 1))) return { key: null, value: '' }
  const value = rest.replace(/^[=:]\s{0,20}/, '')
  const comment = value.search(/(?:^|\s)#/)
  return { key, value: comment === -1 ? value : value.slice(0, comment) }
}
