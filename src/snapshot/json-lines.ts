import { BadRecord, again } from './bad-record.ts'

/** Longer than any record that is written; a foreign file without line ends must not fill the memory. */
const longestLine = 64 * 1024 * 1024

/**
 * A cluster of five thousand nodes and all of their pods has a fifth of it: a small file that unpacks to more is a
 * bomb.
 */
const mostBytes = 1024 * 1024 * 1024
const mostRecords = 1_000_000

/** The JSON value of each line. Splits bytes, not text: a character may lie across two chunks, a line end may not. */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let pending: Buffer[] = []
  let held = 0
  let line = 1
  let unpacked = 0
  for await (const chunk of chunks) {
    unpacked += chunk.length
    if (unpacked > mostBytes || line > mostRecords)
      throw new BadRecord('unpacks to more than any cluster has: it is not read', again)
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

function parse(bytes: Buffer, line: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new BadRecord(`is damaged: record ${line} is no JSON`, again)
  }
}
