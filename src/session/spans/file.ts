import { bytesIn, standardInput } from '../../snapshot/open-file.ts'
import { ToolError } from '../../tool-error.ts'
import { wholeText } from '../whole-text.ts'

/**
 * The text of a file, or of standard input by `-`. Throws ToolError `bad-file` where it is not to be read, or is too
 * large.
 */
export async function tracesFile(path: string): Promise<{ readonly name: string; readonly text: string }> {
  const name = path === '-' ? 'standard input' : path
  try {
    const bytes = path === '-' ? standardInput() : bytesIn(path)
    return { name, text: await wholeText(bytes, name, 'save fewer traces: limit=100') }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error instanceof ToolError) throw error
    throw new ToolError('bad-file', `${name} can't be read: ${error.message}`, 'name a file of traces, as JSON')
  }
}
