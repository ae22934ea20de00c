import { mostBytes } from '../bundle/json-documents.ts'
import { inMiB } from '../kube/limits.ts'
import { ToolError } from '../tool-error.ts'

/** The text of a file that somebody named. Throws ToolError `bad-file`, with this hint, for more than is read. */
export async function wholeText(bytes: AsyncIterable<Uint8Array>, name: string, hint: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > mostBytes) throw new ToolError('bad-file', `${name} has more than ${inMiB(mostBytes)}`, hint)
    chunks.push(chunk)
  }
  const all = Buffer.concat(chunks)
  // PowerShell's `>` writes so.
  return new TextDecoder(all[0] === 0xff && all[1] === 0xfe ? 'utf-16le' : 'utf-8', { ignoreBOM: true }).decode(all)
}
