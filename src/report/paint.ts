import { styleText } from 'node:util'
import { type Call, plainCall } from './called.ts'
import type { Confidence, Severity } from '../findings/verdict.ts'

export type Mark = Severity | 'ok' | 'cannot-tell' | 'not-applicable'

/**
 * How text output looks: with or without colour, with or without characters beyond ASCII. Meaning never by colour
 * alone.
 */
export interface Paint {
  readonly mark: (mark: Mark) => string
  readonly strong: (text: string) => string
  readonly dim: (text: string) => string
  readonly bad: (text: string) => string
  readonly confidence: (confidence: Confidence) => string
  /** Colours that tell things apart, the nth of them for each number. */
  readonly hue: (nth: number, text: string) => string
  readonly bar: string
  readonly dot: string
  readonly arrow: string
  readonly branch: string
  /** Stands before each line that is quoted from a file or a log: none of hopscope's own begins so. */
  readonly quote: string
  readonly width: number
  /** Where prose is broken; null: nowhere, for whoever reads a pipe breaks lines as he likes. */
  readonly wrap: number | null
  readonly call: Call
}

type Format = Parameters<typeof styleText>[0]

const colours: Readonly<Record<Mark, Format>> = {
  error: 'red',
  warning: 'yellow',
  info: 'blue',
  ok: 'green',
  'cannot-tell': 'magenta',
  'not-applicable': 'gray',
}

const glyphs: Readonly<Record<Mark, string>> = {
  error: '✗',
  warning: '!',
  info: 'i',
  ok: '✓',
  'cannot-tell': '?',
  'not-applicable': '-',
}
const plainGlyphs: Readonly<Record<Mark, string>> = {
  error: 'x',
  warning: '!',
  info: 'i',
  ok: '+',
  'cannot-tell': '?',
  'not-applicable': '-',
}

const hues = ['cyan', 'green', 'magenta', 'yellow', 'blue', 'cyanBright', 'greenBright', 'magentaBright'] as const

export interface PaintOptions {
  readonly colour: boolean
  readonly ascii: boolean
  readonly width: number
  readonly wrap?: number
  readonly call?: Call
}

export function paint(options: PaintOptions): Paint {
  const style = (format: Format, text: string): string =>
    options.colour ? styleText(format, text, { validateStream: false }) : text
  const set = options.ascii ? plainGlyphs : glyphs
  return {
    mark: (mark) => style(colours[mark], set[mark]),
    strong: (text) => style('bold', text),
    dim: (text) => style('dim', text),
    bad: (text) => style('red', text),
    confidence: (confidence) => style(confidence === 'observed' ? 'bold' : 'dim', confidence),
    hue: (nth, text) => style(hues[nth % hues.length] ?? 'cyan', text),
    bar: options.ascii ? '#' : '█',
    dot: options.ascii ? '-' : '·',
    arrow: options.ascii ? '<-' : '←',
    branch: options.ascii ? '`-' : '└',
    quote: options.ascii ? '|' : '│',
    width: options.width,
    wrap: options.wrap ?? null,
    call: options.call ?? plainCall,
  }
}
