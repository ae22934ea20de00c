import type { LinearPattern } from '../../wire/linear-regex.ts'
import { jsonLine } from './json-line.ts'
import type { Output } from '../schemas/parts.ts'
import type { logsLine } from '../schemas/logs.ts'
import type { Paint } from '../paint.ts'
import { visible } from '../visible.ts'

/** A line of a container, as it came through the door. */
export interface ShownLine {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly node: string | null
  /** RFC 3339; empty where the server gave none. */
  readonly time: string
  readonly text: string
}

export interface LineLook {
  readonly paint: Pick<Paint, 'hue' | 'bad' | 'dim'>
  readonly withTime: boolean
  readonly withNamespace: boolean
  readonly highlight: readonly LinearPattern[]
}

/** As stern prints it: `pod container text`, each pod in a colour of its own. Nothing in it is obeyed by a terminal. */
export function tailLineText(line: ShownLine, { paint, withTime, withNamespace, highlight }: LineLook): string {
  const name = withNamespace ? `${line.namespace} ${line.pod}` : line.pod
  const hue = hueOf(`${line.namespace}/${line.pod}`)
  const head = `${paint.hue(hue, visible(name))} ${paint.hue(hue, visible(line.container))}`
  return `${head} ${withTime ? `${paint.dim(visible(line.time))} ` : ''}${marked(line.text, highlight, paint)}\n`
}

export function rawLineText({ text }: ShownLine): string {
  return `${visible(text)}\n`
}

/** The names of the fields are stern's, so that its users' scripts go on. */
export function tailLineJson(line: ShownLine): string {
  const out: Output<typeof logsLine> = {
    schema: 'hopscope/logs/v1',
    t: 'line',
    timestamp: line.time === '' ? null : line.time,
    namespace: line.namespace,
    podName: line.pod,
    containerName: line.container,
    nodeName: line.node,
    message: line.text,
  }
  return jsonLine(out)
}

/** The same colour for the same pod, in each run. */
function hueOf(name: string): number {
  let sum = 0
  for (let at = 0; at < name.length; at++) sum = (Math.imul(sum, 31) + name.charCodeAt(at)) | 0
  return Math.abs(sum)
}

function marked(text: string, patterns: readonly LinearPattern[], paint: Pick<Paint, 'bad'>): string {
  const plain = visible(text)
  if (patterns.length === 0) return plain
  const spans = patterns.flatMap((it) => it.spans(plain)).toSorted(([a], [b]) => a - b)
  let [out, at] = ['', 0]
  for (const [from, to] of spans) {
    if (from < at) continue
    out += plain.slice(at, from) + paint.bad(plain.slice(from, to))
    at = to
  }
  return out + plain.slice(at)
}

type Piece = (line: ShownLine, paint: Pick<Paint, 'hue'>) => string

const fields: Readonly<Record<string, (line: ShownLine) => string>> = {
  Message: (it) => it.text,
  PodName: (it) => it.pod,
  ContainerName: (it) => it.container,
  Namespace: (it) => it.namespace,
  NodeName: (it) => it.node ?? '',
  Timestamp: (it) => it.time,
}

/**
 * Of stern's templates what its users write most: `{{.PodName}} {{color .PodColor .ContainerName}} {{"\n"}}`. null:
 * something else is in it, which is said, not printed.
 */
export function lineTemplate(text: string): ((line: ShownLine, paint: Pick<Paint, 'hue'>) => string) | null {
  const pieces: Piece[] = []
  let at = 0
  for (const { 0: whole, 1: inner = '', index } of text.matchAll(/\{\{([^{}]{0,200})\}\}/g)) {
    pieces.push(words(text.slice(at, index)))
    const piece = action(inner.trim())
    if (piece === null) return null
    pieces.push(piece)
    at = index + whole.length
  }
  const rest = text.slice(at)
  if (pieces.length === 0 || rest.includes('{{')) return null
  pieces.push(words(rest))
  return (line, paint) => pieces.map((it) => it(line, paint)).join('')
}

function words(text: string): Piece {
  return () => text
}

function action(text: string): Piece | null {
  const [, quoted] = /^"((?:[^"\\]|\\[nt"\\])*)"$/.exec(text) ?? []
  if (quoted !== undefined) return words(quoted.replaceAll(/\\(.)/g, (_, it: string) => escapes[it] ?? it))
  const [, coloured, plain] = /^(?:color \.(?:Pod|Container)Color \.(\w+)|\.(\w+))$/.exec(text) ?? []
  const name = coloured ?? plain ?? ''
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) return null
  return (line, paint) => {
    const value = visible(field(line))
    return coloured === undefined ? value : paint.hue(hueOf(`${line.namespace}/${line.pod}`), value)
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' }
