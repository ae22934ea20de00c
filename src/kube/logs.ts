import { type Known, mapKnown, unknown } from '../model/known.ts'
import { describeAction, pathOf, queryOf } from './address.ts'
import type { Cluster } from './cluster.ts'
import { kubeletWordsIn, withoutKubeletWords } from './kubelet-words.ts'
import { ask } from './request.ts'
import { pods } from './resources.ts'
import { openLines, openQuietLines, wholeLines } from './stream.ts'
import type { Connection } from './transport.ts'

// A kubelet rotates a container's log at 10 MiB unless told otherwise (containerLogMaxSize): a bound that honest logs
// do not reach, so that reading one can be checked to its end before anything is concluded from it.
const maxBytes = 64 * 2 ** 20

/** The kubelet writes lines of 16 KiB, and joins them; fifty containers are read at once. */
const followedBytes = 256 * 1024
/** Node's timers hold 32 bits. */
const longestWait = 2 ** 31 - 1

/**
 * Log lines. Without `follow` the whole log is read first, so that a broken connection is `cut-off`, not a short log.
 */
export async function readLogs(
  { transport, timeoutMs }: Connection,
  namespace: string,
  pod: string,
  options: Parameters<Cluster['logs']>[2],
): Promise<Known<AsyncIterable<string>>> {
  const { container, follow, previous, tailLines, sinceSeconds, signal, exact } = options
  const action = describeAction({ verb: 'get', resource: pods, subresource: 'log', namespace })
  const query = queryOf({
    container,
    previous,
    tailLines,
    sinceSeconds,
    ...(exact === undefined ? {} : { timestamps: true, sinceTime: exact.sinceTime }),
    ...(follow === true ? { follow } : {}),
    ...(follow === true || exact !== undefined ? {} : { limitBytes: maxBytes }),
  })
  const name = pod
  const wanted = {
    path: pathOf(pods, namespace, pod, 'log') + query,
    action,
    name,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  }
  // A header comes with the first line, whenever that is.
  if (exact !== undefined) {
    const opened = await openLines(transport, {
      ...wanted,
      timeoutMs: follow === true ? longestWait : timeoutMs,
      keepsEnds: true,
      longestLine: followedBytes,
      ownConnection: true,
      onBroken: () => exact.onBroken('the connection broke'),
    })
    return mapKnown(opened, (it) => withoutKubeletWords(it, (words) => exact.onBroken(kubeletSays(words))))
  }
  if (follow === true) return openQuietLines(transport, wanted)
  const text = await ask(transport, { ...wanted, accept: '*/*' })
  if (!text.known) return text
  const own = kubeletWordsIn(text.value)
  if (own !== null) return unknown('failed', `${action} ${name}: ${kubeletSays(own.words)}`)
  return mapKnown(wholeLines(text.value, maxBytes, action), each)
}

function kubeletSays(words: string): string {
  return `the kubelet says \`${words.slice(0, 300)}\``
}

async function* each(all: readonly string[]): AsyncGenerator<string> {
  yield* all
}
