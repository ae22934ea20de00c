import { type LinearPattern, linearPattern } from '../../wire/linear-regex.ts'
import { lineTemplate, rawLineText, type ShownLine, tailLineJson, tailLineText } from '../../report/logs/tail-text.ts'
import { tailMarkJson, tailMarkText } from '../../report/logs/mark-text.ts'
import type { TailLine, TailMark } from '../../answers/tail/events.ts'
import { ToolError } from '../../tool-error.ts'
import { type Colour, terminalPaint } from '../terminal/look.ts'
import { tell } from '../terminal/say.ts'

export interface OutputFlags {
  readonly output: 'text' | 'raw' | 'json'
  readonly color: Colour
  readonly timestamps?: boolean
  readonly template?: string
  readonly highlight?: readonly string[]
  readonly include?: readonly string[]
  readonly allNamespaces?: boolean
  readonly onlyLogLines?: boolean
}

export interface LinesOutput {
  /** A promise where the reader is to be waited for. */
  readonly line: (line: TailLine) => Promise<void> | undefined
  readonly mark: (mark: TailMark) => void
}

/** Lines on standard output, what happens to their pods beside it: on standard error, or as objects of their own. */
export function linesOutput(stream: NodeJS.WriteStream, flags: OutputFlags, signal: AbortSignal): LinesOutput {
  const print = printerOf(stream, flags)
  // Fifty containers wait for one stream.
  let waiting: Promise<void> | null = null
  const write = (text: string): Promise<void> | undefined => {
    if (stream.write(text)) return undefined
    waiting ??= room(stream, signal).finally(() => {
      waiting = null
    })
    return waiting
  }
  return {
    line: ({ place, time, text }) => write(print({ ...place, time, text })),
    mark(mark) {
      if (flags.output === 'json') return void write(tailMarkJson(mark))
      const isLoss = mark.kind === 'gap' || mark.kind === 'unread' || mark.kind === 'waiting'
      if (flags.onlyLogLines === true && !isLoss) return
      tell(tailMarkText(mark))
    },
  }
}

function printerOf(stream: NodeJS.WriteStream, flags: OutputFlags): (line: ShownLine) => string {
  const paint = terminalPaint(stream, flags.color)
  if (flags.template !== undefined) {
    const made = lineTemplate(flags.template)
    if (made === null)
      throw new ToolError(
        'usage',
        'the --template has something that is not known here',
        `hopscope logs --template '{{.PodName}} {{.ContainerName}} {{.Message}}{{"\\n"}}'`,
      )
    return (line) => made(line, paint)
  }
  if (flags.output === 'json') return tailLineJson
  if (flags.output === 'raw') return rawLineText
  const look = {
    paint,
    withTime: flags.timestamps === true,
    withNamespace: flags.allNamespaces === true,
    // What was looked for is shown where it is.
    highlight: [...(flags.include ?? []), ...(flags.highlight ?? [])].map(patternIn),
  }
  return (line) => tailLineText(line, look)
}

function patternIn(text: string): LinearPattern {
  const pattern = linearPattern(text)
  if (pattern !== null) return pattern
  throw new ToolError(
    'usage',
    `\`${text.slice(0, 100)}\` is no regular expression`,
    "hopscope logs --highlight 'error|timeout'",
  )
}

/** Until the stream takes more; also when it never will. */
function room(stream: NodeJS.WriteStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stream.off('drain', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    stream.once('drain', end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
