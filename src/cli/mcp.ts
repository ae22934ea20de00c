import type { ClusterAsk } from '../session/asks.ts'
import { foldersOf } from '../session/folders.ts'
import { ending } from './terminal/interrupt.ts'

export type McpFlags = ClusterAsk & { readonly allowProbe?: boolean; readonly image: string }

/** Speaks the Model Context Protocol on standard input and output, until the other side goes. Returns 0, 130. */
export async function mcpCommand({ allowProbe, image, ...cluster }: McpFlags): Promise<number> {
  const { serve } = await import('../mcp/server.ts')
  const interrupt = ending.interruptible()
  const { runs, plans } = foldersOf(process.env)
  try {
    await serve({ cluster, image, probe: allowProbe === true, runs, plans }, interrupt.signal)
    return interrupt.signal.aborted ? ending.interruptedCode() : 0
  } finally {
    interrupt.release()
  }
}
