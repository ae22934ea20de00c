import { isList, isObject, type Json, type Manifest, own } from '../manifest/object.ts'
import { canonical } from '../manifest/canonical.ts'
import { commonLines, join, named } from '../manifest/diff.ts'

/** Another's value in a field that the plan changed as well. */
export interface Clash {
  /** `spec.template.spec.containers[web].image`. */
  readonly path: string
}

export interface Merged {
  readonly value: Manifest
  readonly clashes: readonly Clash[]
}

/** Whose value a field gets that the plan and somebody else changed. */
export type Clashing = (path: string) => 'former' | 'theirs'

type Value = Json | undefined

/**
 * What the plan changed from `before` to `after` is taken back in `live`; everything else in `live` stays as it is:
 * field by field, lists of named things name by name, other lists and texts piece by piece, as diff3 does.
 */
export function takeBack(before: Manifest, after: Manifest, live: Manifest, clashing: Clashing): Merged {
  const clashes: Clash[] = []
  const value = merge({ before, after, live }, '', (path) => {
    clashes.push({ path })
    return clashing(path)
  })
  return { value: isObject(value) ? value : {}, clashes }
}

interface Three {
  readonly before: Value
  readonly after: Value
  readonly live: Value
}

function merge({ before, after, live }: Three, path: string, clash: Clashing): Value {
  if (equal(before, after)) return live
  if (equal(live, after)) return before
  if (equal(live, before)) return live
  if (isFields(before) && isFields(after) && isFields(live))
    return fields(before ?? {}, after ?? {}, live ?? {}, { path, clash, isOptional: before === undefined })
  if (isItems(before) && isItems(after) && isItems(live)) return items(before, after, live, { path, clash })
  if (isText(before) && isText(after) && isText(live)) {
    const lines = pieces(before.split('\n'), after.split('\n'), live.split('\n'), (it) => it)
    if (lines !== null) return lines.join('\n')
  }
  return clash(path) === 'former' ? before : live
}

/** A container that one side made or took away: half of one is none. */
function asWhole({ before, after, live }: Three, path: string, clash: Clashing): Value {
  if (equal(before, after) || equal(live, before)) return live
  return equal(live, after) || clash(path) === 'former' ? before : live
}

/**
 * What one of the three lacks counts as empty: the plan may have made a map in which somebody else now keeps a field.
 */
function fields(
  before: Manifest,
  after: Manifest,
  live: Manifest,
  at: { readonly path: string; readonly clash: Clashing; readonly isOptional: boolean },
): Value {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(before)])]
  const merged = keys.flatMap((key): readonly (readonly [string, Json])[] => {
    const value = merge(
      { before: own(before, key), after: own(after, key), live: own(live, key) },
      join(at.path, key),
      at.clash,
    )
    return value === undefined ? [] : [[key, value]]
  })
  return merged.length === 0 && at.isOptional ? undefined : Object.fromEntries(merged)
}

function items(
  before: readonly Json[],
  after: readonly Json[],
  live: readonly Json[],
  { path, clash }: { readonly path: string; readonly clash: Clashing },
): Value {
  const [was, wanted, is] = [named(before), named(after), named(live)]
  if (was !== null && wanted !== null && is !== null) {
    const names = [...new Set([...is.keys(), ...was.keys()])]
    return names.flatMap((name) => {
      const item = { before: was.get(name), after: wanted.get(name), live: is.get(name) }
      const isWhole = item.before === undefined || item.after === undefined || item.live === undefined
      return (isWhole ? asWhole(item, `${path}[${name}]`, clash) : merge(item, `${path}[${name}]`, clash)) ?? []
    })
  }
  return pieces(before, after, live, canonical) ?? (clash(path) === 'former' ? before : live)
}

/**
 * diff3 (Khanna, Kunal, Pierce 2007): between two lines that all three have, a piece that only one side changed is that
 * side's. null where both changed the same piece.
 */
function pieces<T>(
  before: readonly T[],
  after: readonly T[],
  live: readonly T[],
  text: (it: T) => string,
): readonly T[] | null {
  const [was, wanted, is] = [before.map(text), after.map(text), live.map(text)]
  const inBefore = new Map(commonLines(wanted, was))
  const inLive = new Map(commonLines(wanted, is))
  const stable = wanted.flatMap((_, index) => {
    const [old, now] = [inBefore.get(index), inLive.get(index)]
    return old === undefined || now === undefined ? [] : [{ index, old, now }]
  })
  const merged: T[] = []
  let from = { index: 0, old: 0, now: 0 }
  for (const to of [...stable, { index: wanted.length, old: was.length, now: is.length }]) {
    const old = was.slice(from.old, to.old).join('\n')
    const middle = wanted.slice(from.index, to.index).join('\n')
    const now = is.slice(from.now, to.now).join('\n')
    if (old === middle || now === old) merged.push(...live.slice(from.now, to.now))
    else if (now === middle) merged.push(...before.slice(from.old, to.old))
    else return null
    merged.push(...live.slice(to.now, to.now + 1))
    from = { index: to.index + 1, old: to.old + 1, now: to.now + 1 }
  }
  return merged
}

function equal(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return a === b
  return canonical(a) === canonical(b)
}

function isFields(it: Value): it is Manifest | undefined {
  return it === undefined || isObject(it)
}

function isItems(it: Value): it is readonly Json[] {
  return it !== undefined && isList(it)
}

function isText(it: Value): it is string {
  return typeof it === 'string' && it.includes('\n')
}
