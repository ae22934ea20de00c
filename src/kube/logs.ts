import { mapKnown, type Known } from '../model/known.ts'
import { describeAction, pathOf, queryOf } from './address.ts'
import type { Cluster } from './cluster.ts'
import { ask } from './request.ts'
import { pods } from './resources.ts'
import { openQuietLines, wholeLines } from './stream.ts'
import type { Connection } from './transport.ts'

// A kubelet rotates a container's log at 10 MiB unless told otherwise (containerLogMaxSize): a bound that honest logs
// do not reach, so that reading one can be checked to its end before anything is concluded from it.
const maxBytes = 64 * 2 ** 20

/**
 * Log lines. Without `follow` the whole log is read first, so that a broken connection is `cut-off`, not a short log.
 */
export async function readLogs(
  { transport, timeoutMs }: Connection,
  namespace: string,
  pod: string,
  options: Parameters<Cluster['logs']>[2],
): Promise<Known<AsyncIterable<string>>> {
  const { container, follow, previous, tailLines, sinceSeconds, signal } = options
  const action = describeAction({ verb: 'get', resource: pods, subresource: 'log', namespace })
  const query = queryOf({
    container,
    previous,
    tailLines,
    sinceSeconds,
    ...(follow === true ? { follow } : { limitBytes: maxBytes }),
  })
  const wanted = {
    path: pathOf(pods, namespace, pod, 'log') + query,
    action,
    name: pod,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  }
  if (follow === true) return openQuietLines(transport, wanted)
  const text = await ask(transport, { ...wanted, accept: '*/*' })
  return text.known ? mapKnown(wholeLines(text.value, maxBytes, action), each) : text
}

async function* each(all: readonly string[]): AsyncGenerator<string> {
  yield* all
}
