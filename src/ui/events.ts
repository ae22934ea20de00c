import type { ServerResponse } from 'node:http'
import type { Live } from './live.ts'
import { reply, type Reply } from './reply.ts'

/** Tabs that follow a run. */
const mostFollowers = 8
/** A connection that died without a word is noticed by writing to it. */
const beatMs = 10_000

/** Runs as server-sent events. `lastEvent`: the id that a browser names, which got the lines up to it. */
export function followed(): (it: Live, lastEvent: string) => Reply {
  let followers = 0
  const follow = (it: Live, after: number, response: ServerResponse): void => {
    followers++
    const beat = setInterval(() => response.write(': still here\n\n'), beatMs)
    const leave = it.listen(after, ({ id, kind, line }) => {
      response.write(`id: ${id}\ndata: ${JSON.stringify({ kind, line })}\n\n`)
      if (kind === 'end') response.end()
    })
    response.once('close', () => {
      followers--
      clearInterval(beat)
      leave()
    })
  }
  return (it, lastEvent) => {
    const after = /^\d{1,9}$/.test(lastEvent) ? Number(lastEvent) : 0
    // Which ends the browser's asking again.
    if (it.outcome() !== null && after >= (it.told().at(-1)?.id ?? 0)) return reply('text', '', 204)
    if (followers >= mostFollowers) return reply('text', 'too many pages follow this run\n', 503)
    return { ...reply('events', ''), stream: (response) => follow(it, after, response) }
  }
}
