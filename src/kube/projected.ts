import type { RawObject } from './cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { TooMany } from '../wire/too-many.ts'

/** Adds to `items`; what an object has too much of, or null. */
export function projectAll<T>(
  raws: readonly RawObject[],
  project: (raw: RawObject) => T | null,
  items: T[],
): string | null {
  for (const raw of raws) {
    const projected = projectOne(raw, project)
    if (!projected.known) return projected.why.detail
    if (projected.value !== null) items.push(projected.value)
  }
  return null
}

/** One that has too much of something is cut off, and is no end of the run. */
export function projectOne<T>(raw: RawObject, project: (raw: RawObject) => T): Known<T> {
  try {
    return known(project(raw))
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
    const { namespace, name } = raw.metadata
    const who = [...(namespace === undefined ? [] : [namespace]), name].map(inLength).join('/')
    return unknown('cut-off', `${who} has ${error.message}, more than is read`)
  }
}

/** Kubernetes allows no longer name (RFC 1123 subdomains); a server may say any. */
const longestName = 253

function inLength(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name
}

/** All of a list, or why none of it. */
export function projectList<T>(raws: readonly RawObject[], project: (raw: RawObject) => T | null): Known<T[]> {
  const items: T[] = []
  const more = projectAll(raws, project, items)
  return more === null ? known(items) : unknown('cut-off', more)
}
