import { type Known, known, unknown } from '../../model/known.ts'

/** Of a file, at most (`show` reads one more). A resolv.conf has some hundred bytes, a hosts file some thousand. */
export const mostFileBytes = 20_000

/** What a tool of a script said, how it ended, and how long it took. */
export interface Section {
  readonly tool: string
  readonly text: string
  readonly code: number
  readonly ms: number
}

/**
 * The lines between `@NAME` and `@end`; null where either is missing. The container writes this: one walk over the
 * lines, and no more.
 */
export function block(stdout: string, name: string): string | null {
  const lines = stdout.split('\n')
  const start = lines.indexOf(`@${name}`)
  const end = start === -1 ? -1 : lines.indexOf('@end', start)
  if (end === -1) return null
  const own = lines.slice(start + 1, end)
  // The script ends the last line of a file, which may have ended by itself.
  return (own.at(-1) === '' ? own.slice(0, -1) : own).join('\n')
}

/**
 * A file as the script showed it. One that is longer than what is taken of it is not known: what its first part does
 * not say, the rest may, and the line at the cut is no line of the file's.
 */
export function fileIn(stdout: string, name: string, path: string): Known<string> {
  const text = block(stdout, name)
  if (text === null) return unknown('failed', `${path} could not be read`)
  return Buffer.byteLength(text) > mostFileBytes
    ? unknown('cut-off', `${path} has more than ${mostFileBytes} bytes, and what it says is not judged by a part of it`)
    : known(text)
}

/** The same of a file that is never empty: no text is no file. */
export function filledIn(stdout: string, name: string, path: string): Known<string> {
  const read = fileIn(stdout, name, path)
  return read.known && read.value === '' ? unknown('failed', `${path} could not be read`) : read
}

/** Each `@KIND tool`, `@start`, its words, `@stop`, `@exit`. What was cut off is left out. */
export function sections(
  stdout: string,
  kind: 'look' | 'tcp' | 'own' | 'server' | 'outer' | 'name' | 'cross',
): readonly Section[] {
  const found: Section[] = []
  const lines = stdout.split('\n')
  let open: { readonly tool: string; readonly start: number; readonly words: string[] } | null = null
  for (const [index, line] of lines.entries()) {
    const start = line.startsWith(`@${kind} `) ? secondsAfter('@start ', lines[index + 1] ?? '') : null
    if (start !== null) open = { tool: line.slice(kind.length + 2), start, words: [] }
    if (open === null || start !== null || line.startsWith('@start ')) continue
    // A tool may leave its last line without an end.
    const at = line.lastIndexOf('@stop ')
    const stop = at === -1 ? null : secondsAfter('@stop ', line.slice(at))
    const code = /^@exit (\d{1,9})$/.exec(lines[index + 1] ?? '')?.[1]
    if (stop === null || code === undefined) {
      open.words.push(`${line}\n`)
      continue
    }
    found.push({
      tool: open.tool,
      text: open.words.join('') + line.slice(0, at),
      code: Number(code),
      ms: Math.round((stop - open.start) * 1000),
    })
    open = null
  }
  return found
}

function secondsAfter(mark: string, line: string): number | null {
  const text = line.startsWith(mark) ? line.slice(mark.length) : ''
  return /^[\d.]{1,20}$/.test(text) ? Number(text) : null
}

/** Whose /etc/resolv.conf it is not to read, as the script told it: null where it did not tell. */
export function resolvConfUnread(stdout: string): { readonly uid: number | null } | null {
  const line = stdout.split('\n', mostLines).find((it) => it.startsWith('@unreadable'))
  if (line === undefined) return null
  const [, uid] = /^@unreadable (\d{1,10})$/.exec(line) ?? []
  return { uid: uid === undefined ? null : Number(uid) }
}

/** The same in words, as the reason why the file is not known. */
export function unreadWhy({ uid }: { readonly uid: number | null }): Extract<Known<never>, { known: false }> {
  const user = uid === null ? 'the user of the container' : `user ${uid} of the container`
  return unknown('failed', `/etc/resolv.conf is there, and ${user} may not read it`)
}

/** It follows the file, of which no more is taken than so many bytes. */
const mostLines = mostFileBytes
