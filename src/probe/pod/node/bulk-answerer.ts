import { createServer, type Server, type Socket } from 'node:net'

/** Some segments of any size that an interface takes, and nothing that a network notices. */
export const bulkBytes = 16_384

/** `s`: few bytes each way. `u`: many to here. `d`: many from here. */
export type BulkKind = 's' | 'u' | 'd'

export const bulkHead = (token: string, kind: BulkKind): string => `hopscope-bulk ${token} ${kind}\n`
export const bulkDone = 'done\n'

const head = /^hopscope-bulk ([a-z0-9]{1,40}) ([sud])\n/
const longestHead = 64
const patienceMs = 6000
const mostAtOnce = 64

export interface BulkAnswerer {
  readonly port: number
  readonly close: () => void
}

/** Serves connections of this run alone, and hangs up on whoever does not know the token. null: no port can be had. */
export function bulkAnswerer(token: string): Promise<BulkAnswerer | null> {
  return new Promise((resolve) => {
    const server: Server = createServer((socket) => serve(socket, token))
    server.maxConnections = mostAtOnce
    server.once('error', () => resolve(null))
    server.listen(0, () => {
      const at = server.address()
      server.on('error', () => {})
      server.unref()
      resolve(at === null || typeof at === 'string' ? null : { port: at.port, close: () => server.close() })
    })
  })
}

function serve(socket: Socket, token: string): void {
  let text = ''
  let bytes = 0
  let kind: BulkKind | null = null
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    bytes += chunk.length
    if (kind === null) {
      text += chunk.subarray(0, longestHead).toString('latin1')
      const [line, whose, asked] = head.exec(text) ?? []
      if (line === undefined ? text.length >= longestHead : whose !== token) return void socket.destroy()
      if (line === undefined) return
      kind = asked as BulkKind
      bytes -= line.length
      if (kind === 's') return void socket.end(bulkDone)
      if (kind === 'd') return void socket.end(Buffer.alloc(bulkBytes, 0x2e))
    }
    if (kind === 'u' && bytes >= bulkBytes) socket.end(bulkDone)
  })
}
