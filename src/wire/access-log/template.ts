import { type SlotName, slots, type Values } from './access-line.ts'

/*
 * How a line is laid out: words of the format between slots. Reading goes forward only, so that it is linear whatever
 * a client put into its request; and a line fits as a whole or not at all, so that what a client wrote into one field
 * can't pass for the next.
 */

/**
 * `word` has no blank. `free` may have some, up to the words that follow. `list` is nginx's: `a, b : c`. `address` ends
 * at the last of what follows before a blank, as an IPv6 address has colons itself. `braces` may be missing with its
 * blank: HAProxy's captured headers.
 */
export type SlotKind = 'word' | 'free' | 'list' | 'address' | 'braces'

export interface Slot {
  /** null: read over. */
  readonly slot: SlotName | null
  readonly kind: SlotKind
}

export type Part = string | Slot

/** Whether the line from `at` on fits; what stood in the slots is put into `values`. */
export type Template = (line: string, at: number, values: Values) => boolean

interface Step {
  readonly index: number
  readonly kind: SlotKind
  readonly isQuoted: boolean
  /** What stands behind it; empty at the end of the line. */
  readonly behind: string
}

/** A format of nobody's sane mind is longer. */
const mostParts = 200

/**
 * null: two slots touch, so that nobody can tell where one ends. `escapes`: a quote in quotes has a backslash before
 * it, as of nginx; HAProxy writes #22, and Envoy and Traefik write the quote itself.
 */
export function templateOf(parts: readonly Part[], escapes: boolean): Template | null {
  const joined = withRequest(joinedWords(parts))
  if (joined.length > mostParts) return null
  const head = typeof joined[0] === 'string' ? joined[0] : ''
  const steps: Step[] = []
  for (const [at, part] of joined.entries()) {
    if (typeof part === 'string') continue
    const [before, after] = [joined[at - 1], joined[at + 1]]
    if (after !== undefined && typeof after !== 'string') return null
    const isQuoted = typeof before === 'string' && before.endsWith('"') && after?.startsWith('"') === true
    const index = part.slot === null ? -1 : slots[part.slot]
    steps.push({ index, kind: part.kind, isQuoted, behind: after ?? '' })
  }
  return steps.length === 0 ? null : (line, at, values) => fits({ line, head, steps, escapes }, at, values)
}

function joinedWords(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part
    else if (part !== '') joined.push(part)
  }
  return joined
}

/** `"METHOD PATH PROTOCOL"` is one slot: a path may hold blanks. */
function withRequest(parts: readonly Part[]): readonly Part[] {
  const made: Part[] = []
  for (let at = 0; at < parts.length; at++) {
    const [method, one, path, two, protocol] = parts.slice(at, at + 5)
    const isRequest =
      isSlot(method, 'method') && one === ' ' && isSlot(path, 'path') && two === ' ' && isSlot(protocol, null)
    made.push(isRequest ? { slot: 'request', kind: 'free' } : (parts[at] ?? ''))
    if (isRequest) at += 4
  }
  return made
}

function isSlot(part: Part | undefined, slot: SlotName | null): boolean {
  return typeof part === 'object' && part.slot === slot
}

interface Reading {
  readonly line: string
  readonly head: string
  readonly steps: readonly Step[]
  readonly escapes: boolean
}

function fits({ line, head, steps, escapes }: Reading, from: number, values: Values): boolean {
  if (!line.startsWith(head, from)) return false
  let at = from + head.length
  for (const step of steps) {
    if (step.kind === 'braces' && line.charCodeAt(at) !== brace) {
      if (step.behind === ' ') continue
      if (step.behind.startsWith(' ')) at--
    }
    const end = endOf(line, at, step, escapes)
    if (end === -1) return false
    if (step.index >= 0) values[step.index] = line.slice(at, end)
    at = end + step.behind.length
  }
  return at === line.length
}

const brace = 123

/** Where the slot that begins at `at` ends, what stands behind it being there; -1 where it does not. */
function endOf(line: string, at: number, step: Step, escapes: boolean): number {
  const { behind, kind } = step
  if (step.isQuoted) return quoteEnd(line, at, behind, escapes)
  if (kind === 'braces') {
    const close = line.charCodeAt(at) === brace ? line.indexOf('}', at) : at - 1
    return close >= at - 1 && line.startsWith(behind, close + 1) ? close + 1 : -1
  }
  if (kind === 'free') return behind === '' ? line.length : line.indexOf(behind, at)
  if (kind === 'list') return listEnd(line, at, behind)
  const blank = line.indexOf(' ', at)
  const end = blank === -1 ? line.length : blank
  if (kind === 'address' && behind !== '' && !behind.startsWith(' ')) {
    const last = line.lastIndexOf(behind, end)
    return last >= at && last < end ? last : -1
  }
  if (behind === '') return end === line.length ? end : -1
  if (behind.startsWith(' ')) return line.startsWith(behind, end) ? end : -1
  return line.indexOf(behind, at)
}

function quoteEnd(line: string, at: number, behind: string, escapes: boolean): number {
  let end = line.indexOf('"', at)
  let slash = escapes ? line.indexOf('\\', at) : -1
  while (slash !== -1 && slash < end) {
    // A backslash takes the character behind it along.
    if (slash + 1 === end) end = line.indexOf('"', end + 1)
    slash = line.indexOf('\\', slash + 2)
  }
  return end !== -1 && line.startsWith(behind, end) ? end : -1
}

/** `10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80`. */
function listEnd(line: string, at: number, behind: string): number {
  for (let from = at; ;) {
    const blank = line.indexOf(' ', from)
    const end = blank === -1 ? line.length : blank
    if (blank !== -1 && line.charCodeAt(blank - 1) === comma) from = blank + 1
    else if (blank !== -1 && line.startsWith(' : ', blank)) from = blank + 3
    else if (behind === '') return end === line.length ? end : -1
    else if (behind.startsWith(' ')) return line.startsWith(behind, end) ? end : -1
    else return line.indexOf(behind, at)
  }
}

const comma = 44
