import { stringify } from 'yaml'
import { at, isList, isObject, type Json, type Manifest, text } from '../remedies/manifest.ts'
import { canonical } from '../snapshot/canonical.ts'

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
    return keys.flatMap((key) => walk(join(path, key), before[key], after[key]))
  }
  if (isList(before) && isList(after)) return lists(path, before, after)
  if (isPlain(before) && isPlain(after)) return [{ sign: '~', text: `${path}: ${plain(before)} -> ${plain(after)}` }]
  return [...field('-', path, before), ...field('+', path, after)]
}

/** Containers, volumes, options: lists of things with names are compared name by name, as a strategic merge patch does. */
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

function named(values: readonly Json[]): ReadonlyMap<string, Json> | null {
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

function join(path: string, key: string): string {
  // Label keys hold dots and slashes: quoted, so that the path can be read.
  const word = /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
  return path === '' ? word : `${path}.${word}`
}
