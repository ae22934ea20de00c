import { createInterface } from 'node:readline/promises'

/** One line from the terminal; null when Ctrl-C, Ctrl-D or `signal` came in its stead, which all mean no. */
export async function askLine(
  prompt: string,
  signal: AbortSignal,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string | null> {
  const lines = createInterface({ input, output })
  // An input that ends closes the interface, and its question is then never answered.
  const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)))
  try {
    const line = await Promise.race([lines.question(prompt, { signal }), ended])
    return line?.trim() ?? null
  } catch (error) {
    // readline takes Ctrl-C off the terminal before it becomes a SIGINT, and tells of it as of an abort.
    if (error instanceof Error && error.name === 'AbortError') return null
    throw error
  } finally {
    lines.close()
  }
}
