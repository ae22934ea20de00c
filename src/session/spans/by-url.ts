import { inMiB, rawBytes } from '../../kube/limits.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { ToolError } from '../../tool-error.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { redactText } from '../../wire/secrets.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import type { TracingServer } from './tracing-server.ts'

/**
 * The tracing server at a URL, its base path with it. A user and a password in the URL are sent as such, and shown
 * nowhere. Throws ToolError `usage` where it is no URL of HTTP.
 */
export function tracingAt(
  url: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): TracingServer {
  const at = URL.parse(url)
  if (at === null || !/^https?:$/.test(at.protocol))
    throw new ToolError('usage', `\`${redactText(url)}\` is no URL of a tracing server`, '--url http://127.0.0.1:16686')
  const { username, password } = at
  const asUser = `${percentDecoded(username)}:${percentDecoded(password)}`
  const headers = username === '' ? {} : { authorization: `Basic ${Buffer.from(asUser).toString('base64')}` }
  const root = `${at.origin}${withoutTrailing(at.pathname, '/')}`
  return {
    where: root,
    otherwise: "it is Jaeger's query service that is asked, by its UI's port and path: --url http://HOST:16686",
    get: async (path) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      try {
        // A redirect leads to a page to log in at, or elsewhere: what was named is asked, and nobody else.
        const answer = await fetch(`${root}${path}`, { headers, redirect: 'manual', signal: limit })
        return await bodyOf(answer)
      } catch (error) {
        if (signal.aborted) return unknown('cut-off', 'stopped')
        if (limit.aborted) return unknown('timed-out', `no answer within ${timeoutMs / 1000} s`)
        return unknown('failed', reasonOf(error))
      }
    },
  }
}

async function bodyOf(answer: Response): Promise<Known<string>> {
  if (!answer.ok) {
    await answer.body?.cancel()
    const { status } = answer
    if (status === 404) return unknown('not-there', 'it answered 404')
    if (status === 401 || status === 403) return unknown('forbidden', `it answered ${status}: give a user in the URL`)
    const to = status >= 300 && status < 400 ? ', which leads elsewhere' : ''
    return unknown('failed', `it answered ${status}${to}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the body.
    if (size > rawBytes) return unknown('cut-off', `more than ${inMiB(rawBytes)}`)
    chunks.push(chunk)
  }
  return known(Buffer.concat(chunks).toString('utf8'))
}

/** fetch says `fetch failed`, and of what under `cause`. */
function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {}
  const why = cause instanceof Error ? cause.message || cause.name : String(error)
  return redactText(why)
}
