import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'

const lineFeed = 10
/** A chunk is 64 KiB: some 10 MB/s. */
const floodMs = 5

/**
 * Lines of UTF-8 text that arrives in chunks cut anywhere, also inside a character or a line end. Without `\n` or
 * `\r\n`; a last line that has none is given too, an empty last line is not. Of a line that is longer than `longest`
 * characters the rest is dropped: an endless one must not fill the memory. `end` is put behind each line that has its
 * line end, so that a last one without is told from it.
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  longest = Infinity,
  end: '' | '\n' = '',
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  // The pieces of a line without an end yet: joined once, so that one enormous line stays linear.
  let pending: string[] = []
  let held = 0
  const hold = (part: string): void => {
    if (held < longest) pending.push(part.slice(0, longest - held))
    held += part.length
  }
  for await (const chunk of chunks) {
    // Of fifty containers that never end a line, even the garbage is too much: such a flood is read slowly.
    if (held >= longest && !chunk.includes(lineFeed)) {
      await sleep(floodMs)
      continue
    }
    const parts = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)).split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      hold(part)
      yield withoutReturn(pending.join('')) + end
      pending = []
      held = 0
    }
    if (last !== '') hold(last)
  }
  const rest = pending.join('') + decoder.end()
  if (rest !== '') yield rest
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
