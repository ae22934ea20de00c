import { stringify } from 'yaml'
import { at, isList, isObject, type Json, type Manifest, text, own } from './object.ts'
import { canonical } from './canonical.ts'

export interface DiffLine {
  readonly sign: '+' | '-' | '~'
  readonly text: string
}

/** What changes from one object to the other, field by field, each under its whole path: `~ spec.replicas: 0 -> 2`. */
export function diff(before: Manifest, after: Manifest): readonly DiffLine[] {
  return walk('', before, after)
}

/** An object as lines of YAML. */
export function yamlLines(value: Json): readonly string[] {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n')
}

function walk(path: string, before: Json | undefined, after: Json | undefined): readonly DiffLine[] {
  if (before === undefined) return after === undefined ? [] : field('+', path, after)
  if (after === undefined) return field('-', path, before)
  if (canonical(before) === canonical(after)) return []
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => walk(join(path, key), own(before, key), own(after, key)))
  }
  if (isList(before) && isList(after)) return lists(path, before, after)
  if (isText(before) && isText(after)) return textLines(path, before.split('\n'), after.split('\n'))
  if (isPlain(before) && isPlain(after)) return [{ sign: '~', text: `${path}: ${plain(before)} -> ${plain(after)}` }]
  return [...field('-', path, before), ...field('+', path, after)]
}

/**
 * A file in a field, such as a Corefile: the lines that differ, with their numbers, and the longest part that both have
 * left out.
 */
function textLines(path: string, before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const common = commonLines(before, after)
  const lines: DiffLine[] = [{ sign: '~', text: `${path}:` }]
  let [old, now] = [0, 0]
  for (const [atOld, atNow] of [...common, [before.length, after.length] as const]) {
    for (; old < atOld; old++)
      lines.push({ sign: '-', text: `${String(old + 1).padStart(4)}  ${before[old]?.trimEnd()}` })
    for (; now < atNow; now++)
      lines.push({ sign: '+', text: `${String(now + 1).padStart(4)}  ${after[now]?.trimEnd()}` })
    old += 1
    now += 1
  }
  return lines
}

/** 16 MB of table: a Corefile of 2,000 lines against itself. */
const mostCells = 4_000_000

/**
 * Indices of a longest common subsequence: files in objects are small, so the plain table will do; enormous ones have
 * none.
 */
export function commonLines(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly [number, number])[] {
  if (before.length * after.length > mostCells) return []
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [row, below] = [lengths[i], lengths[i + 1]]
      if (row !== undefined && below !== undefined)
        row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < before.length && j < after.length;) {
    if (before[i] === after[j]) pairs.push([i++, j++])
    else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) i++
    else j++
  }
  return pairs
}

function isText(value: Json): value is string {
  return typeof value === 'string' && value.includes('\n')
}

/**
 * Containers, volumes, options: lists of things with names are compared name by name, as a strategic merge patch does.
 */
function lists(path: string, before: readonly Json[], after: readonly Json[]): readonly DiffLine[] {
  const [old, now] = [named(before), named(after)]
  if (old !== null && now !== null) {
    const names = [...new Set([...old.keys(), ...now.keys()])]
    return names.flatMap((name) => walk(`${path}[${name}]`, old.get(name), now.get(name)))
  }
  const kept = new Set(after.map(canonical))
  const had = new Set(before.map(canonical))
  return [
    ...before.flatMap((it, index) => (kept.has(canonical(it)) ? [] : field('-', `${path}[${index}]`, it))),
    ...after.flatMap((it, index) => (had.has(canonical(it)) ? [] : field('+', `${path}[${index}]`, it))),
  ]
}

export function named(values: readonly Json[]): ReadonlyMap<string, Json> | null {
  const entries = values.map((it) => [text(at(it, 'name')), it] as const)
  const names = new Set(entries.map(([name]) => name))
  return names.has(null) || names.size < entries.length ? null : new Map(entries.map(([name, it]) => [name ?? '', it]))
}

function field(sign: '+' | '-', path: string, value: Json): readonly DiffLine[] {
  if (isPlain(value)) return [{ sign, text: `${path}: ${plain(value)}` }]
  return [{ sign, text: `${path}:` }, ...yamlLines(value).map((line): DiffLine => ({ sign, text: `  ${line}` }))]
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0
}

function plain(value: Json): string {
  return yamlLines(value)[0] ?? ''
}

export function join(path: string, key: string): string {
  // Label keys hold dots and slashes: quoted, so that the path can be read.
  const word = /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
  return path === '' ? word : `${path}.${word}`
}
