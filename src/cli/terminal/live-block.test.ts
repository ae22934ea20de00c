import { expect, it } from 'vitest'
import { liveBlock } from './live-block.ts'

/** A terminal that knows what the block uses: line feeds, "up" and "clear to the end". */
function terminal(columns: number) {
  const rows: string[] = ['']
  const write = (text: string): boolean => {
    // oxlint-disable-next-line no-control-regex -- a terminal reads them
    for (const part of text.match(/\u001B\[\d+A|\u001B\[J|\r|\n|[^\u001B\r\n]+/g) ?? []) {
      const up = /\[(\d+)A/.exec(part)
      if (up !== null) row -= Number(up[1])
      else if (part === '\u001B[J') rows.splice(row)
      else if (part === '\n') row++
      else if (part !== '\r')
        for (let at = 0; at < part.length; at += columns) rows[at === 0 ? row : ++row] = part.slice(at, at + columns)
    }
    return true
  }
  let row = 0
  return { write, columns, rows }
}

it('stays at the bottom, and what is said stays above it', () => {
  const screen = terminal(40)
  const block = liveBlock(screen)
  block.above('began')
  block.draw(['one', 'two'])
  block.above('something happened')
  block.draw(['three'])
  expect(screen.rows).toEqual(['began', 'something happened', 'three'])
})

it('counts the rows of a line that the terminal folded', () => {
  const screen = terminal(10)
  const block = liveBlock(screen)
  block.draw(['a line of more than ten'])
  block.draw(['short'])
  expect(screen.rows).toEqual(['short'])
})
