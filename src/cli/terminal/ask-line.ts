import { createInterface } from 'node:readline/promises'

/** One line from the terminal; null when Ctrl-C, Ctrl-D or `signal` came in its stead, which all mean no. */
export async function askLine(
  prompt: string,
  signal: AbortSignal,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string | null> {
  const lines = createInterface({ input, output })
  try {
    return (await lines.question(prompt, { signal })).trim()
  } catch (error) {
    // readline takes Ctrl-C off the terminal before it becomes a SIGINT, and tells of it as of an abort.
    if (error instanceof Error && error.name === 'AbortError') return null
    throw error
  } finally {
    lines.close()
  }
}
