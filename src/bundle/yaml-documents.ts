import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml'
import { type Known, known, unknown } from '../model/known.ts'
import { type Documents, mostBytes } from './json-documents.ts'

/** A definition of a custom resource has some sixty levels; each costs a call. */
const deepest = 200

/** Labels that stand once and are meant twice; kubectl and oc write none. Looked at again when they are unfolded. */
const mostAliases = 100

/** Values that aliases may make out of less. */
const mostUnfolded = 100_000

/**
 * Each begins behind one of these, and takes some two hundred bytes while it is read: 64 MiB by kubectl have four and a
 * half million, and a text of brackets as many in a tenth of that.
 */
const mostMarks = 5 * 2 ** 20

/** No tag but of YAML's own core, so that nothing but plain values comes of it; `<<` as kubectl reads it. */
const schema = CORE_SCHEMA.withTags(mergeTag)

/** YAML documents, one after the other, as kubectl writes and reads them. Linear in the length of the text. */
export function yamlDocuments(text: string): Documents {
  if (text.length > mostBytes || hasMoreMarks(text)) return trouble('holds more than is read at once')
  try {
    const all = loadAll(text, { schema, json: true, maxDepth: deepest, maxAliases: mostAliases })
    const values = all.filter((it) => it !== null && it !== undefined)
    const left = { unfolded: mostUnfolded }
    const seen = new Set<object>()
    return values.length === 0
      ? trouble('is empty')
      : { kind: 'documents', values: values.map((it) => unfolded(it, { seen, left, depth: 0 })) }
  } catch (error) {
    if (error instanceof Bomb) return trouble('holds aliases that come to more than is read')
    return trouble(`is not valid YAML${error instanceof YAMLException ? placeOf(error) : ''}`)
  }
}

/** Of a file that holds one document. */
export function yamlValue(text: string): Known<unknown> {
  const read = yamlDocuments(text)
  if (read.kind === 'trouble') return unknown('cut-off', read.what)
  return read.values.length > 1 ? unknown('cut-off', 'holds more than one document') : known(read.values[0])
}

function trouble(what: string): Documents {
  return { kind: 'trouble', what }
}

/**
 * What js-yaml says is wrong, up to where it quotes the text, which may hold a secret: names of tags and aliases stand
 * in quotes, in angles or behind a colon, and nothing else of the text is in what it says.
 */
function placeOf({ reason, mark }: YAMLException): string {
  if (mark === undefined) return ''
  const said = /^[a-z](?:[a-z ,;'%-]{0,100}[a-z])?/i.exec(reason.slice(0, 200).split(/["<]|: /, 1)[0] ?? '')
  const what = said?.[0] ?? ''
  return ` (line ${mark.line + 1}${what === '' ? '' : `: ${what}`})`
}

class Bomb extends Error {}

interface Walk {
  /** Objects that stand somewhere already. */
  readonly seen: Set<object>
  readonly left: { unfolded: number }
  readonly depth: number
}

/**
 * What stands in two places by an alias becomes two, since whoever walks the value walks each: aliases of aliases are a
 * bomb then, and one of itself has no end. Numbers that JSON has not are null, as it writes them.
 */
function unfolded(value: unknown, walk: Walk): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if (walk.depth > 2 * deepest) throw new Bomb()
  const isCopy = walk.seen.has(value)
  if (isCopy) walk.left.unfolded -= 1 + Object.keys(value).length
  if (walk.left.unfolded < 0) throw new Bomb()
  walk.seen.add(value)
  const inner = { ...walk, depth: walk.depth + 1 }
  if (Array.isArray(value)) {
    const items: unknown[] = isCopy ? [] : value
    for (let at = 0; at < value.length; at++) items[at] = unfolded(value[at], inner)
    return items
  }
  const fields = value as Record<string, unknown>
  if (isCopy) return Object.fromEntries(Object.entries(fields).map(([key, it]) => [key, unfolded(it, inner)]))
  for (const key of Object.keys(fields)) {
    const it = unfolded(fields[key], inner)
    if (it !== fields[key]) Object.defineProperty(fields, key, { value: it })
  }
  return fields
}

/** Line ends, commas and brackets, and what `: ` and `- ` part. */
function hasMoreMarks(text: string): boolean {
  if (text.length <= mostMarks) return false
  let marks = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (marking.has(code) || (beforeSpace.has(code) && text.charCodeAt(at + 1) === space)) marks++
  }
  return marks > mostMarks
}

const codesOf = (characters: string): readonly number[] => [...characters].map((it) => it.charCodeAt(0))
const [space = 0] = codesOf(' ')
const marking: ReadonlySet<number> = new Set(codesOf('\n\r,[]{}'))
const beforeSpace: ReadonlySet<number> = new Set(codesOf(':-?'))
