import { createReadStream } from 'node:fs'
import { type LogSummary, summing } from '../../answers/tail/log-summary.ts'
import { lines } from '../../kube/lines.ts'
import { lineBytes } from '../../kube/limits.ts'
import { ToolError } from '../../tool-error.ts'
import { fromOutside } from '../../wire/outside.ts'
import { accessReader, logFormat, type LogFormat } from '../../wire/access-log/reader.ts'

export interface LogFilesAsk {
  /** `-` is `standardInput`. */
  readonly files: readonly string[]
  /** Formats as a controller's configuration has them. */
  readonly format?: readonly string[]
}

/** What the lines in the files say of requests; nothing of them is kept but counts. Touches no cluster. */
export async function summaryOfFiles(ask: LogFilesAsk, standardInput: AsyncIterable<Uint8Array>): Promise<LogSummary> {
  const own = formatsOf(ask.format)
  const sums = summing()
  for (const file of ask.files) {
    const read = accessReader(own)
    try {
      for await (const line of lines(file === '-' ? standardInput : createReadStream(file), lineBytes))
        sums.add(read(line))
    } catch (error) {
      throw unreadable(file, error)
    }
  }
  return fromOutside(sums.result())
}

export function formatsOf(texts: readonly string[] = []): readonly LogFormat[] {
  return texts.map((text) => {
    const made = logFormat(text)
    if (made === null)
      throw new ToolError(
        'usage',
        'no line can be told apart by this --format: two of its variables touch, or it has none',
        'hopscope logs --from FILE --summary --format \'$remote_addr [$time_local] "$request" $status\'',
      )
    return made
  })
}

function unreadable(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  return code === null
    ? error
    : new ToolError('usage', `the log \`${file}\` could not be read: ${code}`, 'hopscope logs --from FILE --summary')
}
