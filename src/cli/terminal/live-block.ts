import { stripVTControlCharacters } from 'node:util'

/** Lines at the bottom of a terminal that are drawn again and again; what is said above them stays. */
export interface LiveBlock {
  readonly above: (line: string) => void
  readonly draw: (lines: readonly string[]) => void
}

export function liveBlock(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>): LiveBlock {
  let shown: readonly string[] = []
  // A terminal that was made narrower has folded the old lines: they take more rows than they were.
  const rows = (): number =>
    shown.reduce(
      (sum, it) =>
        sum + Math.max(1, Math.ceil(stripVTControlCharacters(it).length / Math.max(1, stream.columns || 80))),
      0,
    )
  const wipe = (): string => (shown.length === 0 ? '' : `\u001B[${rows()}A\r\u001B[J`)
  const put = (lines: readonly string[]): string => lines.map((it) => `${it}\n`).join('')
  return {
    above(line) {
      stream.write(`${wipe()}${line}\n${put(shown)}`)
    },
    draw(lines) {
      const text = `${wipe()}${put(lines)}`
      shown = lines
      stream.write(text)
    },
  }
}
