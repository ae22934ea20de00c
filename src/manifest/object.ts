/** A Kubernetes object as plain data, every field of it: what a plan writes and restores must be whole. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}
export type Manifest = JsonObject

type Path = readonly (string | number)[]

/** A field of the object's own: a label may be called `constructor`, which every object of JavaScript inherits. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** The value at a path, or undefined where the path ends early. */
export function at(value: Json | undefined, ...path: Path): Json | undefined {
  let here: Json | undefined = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = isList(here) ? here[Number(key)] : own(here, String(key))
  }
  return here
}

/**
 * A copy with the value at a path; `undefined` takes the field away. Objects on the way are made where there are none.
 */
export function put(value: JsonObject, path: Path, to: Json | undefined): JsonObject {
  return putIn(value, path, to) as JsonObject
}

function putIn(value: Json | undefined, path: Path, to: Json | undefined): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) return to
  if (value !== undefined && isList(value)) {
    const changed = putIn(value[Number(key)], rest, to)
    const inPlace = changed === undefined ? [] : [changed]
    return value.flatMap((it, index) => (index === Number(key) ? inPlace : [it]))
  }
  const fields: JsonObject = typeof value === 'object' && value !== null && !isList(value) ? value : {}
  const changed = putIn(own(fields, String(key)), rest, to)
  const { [String(key)]: _gone, ...others } = fields
  // Replaced in place, so that a diff shows the order that the object had.
  if (changed === undefined) return others
  return Object.hasOwn(fields, String(key))
    ? Object.fromEntries(Object.entries(fields).map(([name, held]) => [name, name === String(key) ? changed : held]))
    : { ...fields, [String(key)]: changed }
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function list(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : []
}

export function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** A string map such as labels; values that are no strings are left out. */
export function strings(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((it): it is [string, string] => typeof it[1] === 'string'))
}

export function nameOf(object: Manifest): string {
  return text(at(object, 'metadata', 'name')) ?? ''
}

export function namespaceOf(object: Manifest): string | null {
  return text(at(object, 'metadata', 'namespace'))
}
