import { jsonNodes } from '../wire/json-nodes.ts'
import { BadRecord, again } from './bad-record.ts'

/** Longer than any record that is written; a foreign file without line ends must not fill the memory. */
const longestLine = 16 * 1024 * 1024
/** Values in a record: a small file may unpack to `{},{},{}`, of which each takes a hundred bytes once it is parsed. */
const mostNodes = 512 * 1024

/**
 * A cluster of five thousand nodes and a hundred thousand pods has a quarter of it: a small file that unpacks to more
 * is a bomb.
 */
const mostBytes = 512 * 1024 * 1024
export const mostRecords = 600_000

/** The JSON value of each line. Splits bytes, not text: a character may lie across two chunks, a line end may not. */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let pending: Buffer[] = []
  let held = 0
  let line = 1
  let unpacked = 0
  for await (const chunk of chunks) {
    unpacked += chunk.length
    if (unpacked > mostBytes || line > mostRecords) throw tooMuch()
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const rest = chunk.subarray(start, end)
      yield parse(pending.length === 0 ? rest : Buffer.concat([...pending, rest]), line)
      pending = []
      held = 0
      line += 1
      start = end + 1
    }
    if (start === chunk.length) continue
    pending.push(chunk.subarray(start))
    held += chunk.length - start
    if (held > longestLine) throw new BadRecord(`is damaged: record ${line} has no end`, again)
  }
  if (pending.length > 0) throw new BadRecord(`is cut off in record ${line}`, again)
}

export function tooMuch(): BadRecord {
  return new BadRecord('unpacks to more than any cluster has: it is not read', again)
}

function parse(bytes: Buffer, line: number): unknown {
  const text = bytes.toString('utf8')
  if (text.length > mostNodes && jsonNodes(text) > mostNodes) throw tooMuch()
  try {
    return JSON.parse(text)
  } catch {
    throw new BadRecord(`is damaged: record ${line} is no JSON`, again)
  }
}
