import { createReadStream } from 'node:fs'
import { mostBytes } from '../../bundle/json-documents.ts'
import { inMiB } from '../../kube/limits.ts'
import { bytesIn } from '../../snapshot/open-file.ts'
import { ToolError } from '../../tool-error.ts'

/**
 * The text of a file, or of standard input by `-`. Throws ToolError `bad-file` where it is not to be read, or is too
 * large.
 */
export async function tracesFile(path: string): Promise<{ readonly name: string; readonly text: string }> {
  const name = path === '-' ? 'standard input' : path
  try {
    return { name, text: await textOf(path === '-' ? createReadStream('', { fd: 0 }) : bytesIn(path), name) }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error instanceof ToolError) throw error
    throw new ToolError('bad-file', `${name} can't be read: ${error.message}`, 'name a file of traces, as JSON')
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > mostBytes)
      throw new ToolError('bad-file', `${name} has more than ${inMiB(mostBytes)}`, 'save fewer traces: limit=100')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
