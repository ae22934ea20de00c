// A list that stays true: one list call, then a watch from where it ended, and both again whenever the watch ends.
import { request, type RequestOptions } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { createInterface } from 'node:readline'

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly resourceVersion?: string }
}

interface Listed<T> {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly T[]
}

interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export type Server = Pick<RequestOptions, 'host' | 'port' | 'ca' | 'cert' | 'key'>

/** Calls `changed` with everything there is, at first and after each change. Never returns, never throws. */
export async function follow<T extends Named>(
  server: Server,
  path: string,
  changed: (items: readonly T[]) => void,
): Promise<never> {
  for (;;) {
    try {
      await once(server, path, changed)
    } catch (error) {
      process.stderr.write(`${path}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
    await sleep(500)
  }
}

async function once<T extends Named>(
  server: Server,
  path: string,
  changed: (items: readonly T[]) => void,
): Promise<void> {
  const lines: string[] = []
  await get(server, path, (line) => lines.push(line))
  const list = JSON.parse(lines.join('\n')) as Listed<T>
  const known = new Map(list.items.map((item) => [keyOf(item), item]))
  changed([...known.values()])
  await get(server, `${path}?watch=1&timeoutSeconds=300&resourceVersion=${list.metadata.resourceVersion}`, (line) => {
    const { type, object } = JSON.parse(line) as Change<T>
    if (type === 'ERROR') throw new Error('the watch is too old')
    if (type === 'BOOKMARK') return
    if (type === 'DELETED') known.delete(keyOf(object))
    else known.set(keyOf(object), object)
    changed([...known.values()])
  })
}

function keyOf({ metadata }: Named): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`
}

function get(server: Server, path: string, line: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...server, path, headers: { accept: 'application/json' } }, (response) => {
      if (response.statusCode !== 200) {
        response.resume()
        reject(new Error(`the API server says ${response.statusCode}`))
        return
      }
      const reader = createInterface({ input: response })
      reader.on('line', (text) => {
        try {
          line(text)
        } catch (error) {
          asked.destroy()
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
      reader.on('close', resolve)
      response.on('error', reject)
    })
    // A connection that dies without a word would leave old rules in force.
    asked.setTimeout(330_000, () => asked.destroy(new Error('silent for too long')))
    asked.on('error', reject)
    asked.end()
  })
}
