import type { Mark, Shape } from '../model/marks.ts'

/** What becomes of a text, by its mark; of a command line as a whole; and of a word that is none of those allowed. */
export interface Changes {
  text(text: string, mark: Mark): string
  args(args: readonly string[]): readonly string[]
}

export type Walk = (value: unknown) => unknown

/**
 * Changes every text of values of this shape. What the shape does not know is left out, and a text where none belongs
 * is changed as a sentence: what bears no mark does not get through. Gives the same object back where nothing changed,
 * which is nearly everywhere.
 */
export function walk(shape: Shape, changes: Changes): Walk {
  const stray = (text: string): string => changes.text(text, 'text')
  switch (shape.kind) {
    case 'plain':
      return (value) => only(value, stray)
    case 'one-of':
      return (value) => (typeof value === 'string' && shape.words.has(value) ? value : only(value, stray))
    case 'text':
      return (value) => only(value, (text) => changes.text(text, shape.mark))
    case 'arguments':
      return (value) => (isTexts(value) ? same(value, changes.args(value)) : only(value, stray))
    case 'list':
      return listed(walk(shape.of, changes))
    case 'map':
      return mapped((key) => changes.text(key, shape.keys), walk(shape.of, changes))
    case 'object':
      return fielded(new Map(Object.entries(shape.fields).map(([field, of]) => [field, walk(of, changes)])))
  }
}

function only(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((it) => typeof it === 'string')
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.length === before.length && after.every((it, index) => it === before[index]) ? before : after
}

function listed(item: Walk): Walk {
  return (value) => (Array.isArray(value) ? same(value, value.map(item)) : item(value))
}

function mapped(key: (text: string) => string, item: Walk): Walk {
  // Labels are one object for many pods.
  const done = new WeakMap<object, unknown>()
  return (value) => {
    if (typeof value !== 'object' || value === null) return null
    const before = done.get(value)
    if (before !== undefined) return before
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    const after = entries.map(([name, held]) => [key(name), item(held)] as const)
    const isSame = after.every(([name, held], index) => name === entries[index]?.[0] && held === entries[index][1])
    const made = isSame ? value : Object.fromEntries(after)
    done.set(value, made)
    return made
  }
}

function fielded(fields: ReadonlyMap<string, Walk>): Walk {
  return (value) => {
    if (typeof value !== 'object' || value === null) return null
    const held = value as Readonly<Record<string, unknown>>
    // In the shape's order: what is numbered by first sight is the same for equal values.
    let made: Record<string, unknown> | null = null
    let there = 0
    for (const [field, of] of fields) {
      const before = held[field]
      if (before === undefined || !Object.hasOwn(held, field)) continue
      there += 1
      const after = of(before)
      if (after === before) continue
      made ??= Object.fromEntries(Object.entries(held))
      made[field] = after
    }
    if (there === Object.keys(held).length) return made ?? held
    return Object.fromEntries(
      Object.entries(made ?? held).filter(([field, it]) => it !== undefined && fields.has(field)),
    )
  }
}
