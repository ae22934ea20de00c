// Where a kubelet can't read a container's log, its answer is 200 all the same: it writes an empty piece first
// (GetKubeletContainerLogs in pkg/kubelet/kubelet_pods.go), and then its error, without a line end, where lines would
// stand. `kubectl logs` prints that as if the container had said it.

/** RFC3339NanoFixed or RFC3339NanoLenient, and a blank (pkg/kubelet/kuberuntime/logs). */
const stamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?: |\r?\n?$)/
/** What is left of such a time when a connection breaks in it. */
const pieceOfStamp = /^[\d:.TZ+-]*\r?$/

/**
 * The lines of an answer that was asked for with times; `said` is told what of it is the kubelet's own. Each line of a
 * container has its time before it, whatever the container writes, so what comes last and has none is the kubelet's. A
 * server that gives no times at all (some virtual kubelets) is known by its whole lines.
 */
export async function* withoutKubeletWords(
  source: AsyncIterable<string>,
  said: (words: string) => void,
): AsyncGenerator<string> {
  let givesTimes = true
  for await (const raw of source) {
    const isStamped = stamped.test(raw)
    if (raw.endsWith('\n')) givesTimes &&= isStamped
    else if (givesTimes && !isStamped && !pieceOfStamp.test(raw)) {
      said(raw)
      continue
    }
    yield raw
  }
}

/**
 * The errors of ReadLogs (k8s.io/cri-client/pkg/logs, 1.24 to 1.35) and of GetContainerLogs before it, and what the
 * runtime says through them.
 */
const errors = [
  'unable to retrieve container logs for [a-z-]+://',
  'failed to try resolving symlinks in path "',
  'failed to (?:open|read) log file "',
  'failed to (?:tail|seek) -?\\d+ (?:lines of|in) log file "',
  'failed to reset seek in log file "',
  'failed to create fsnotify watcher: ',
  'failed to watch (?:directory|file) "',
  'failed to get parse function: unsupported log format: ',
  'unexpected stream type "',
  'context cancelled$',
  'container status is nil$',
  'rpc error: code = [A-Za-z]+ desc = ',
]
const error = new RegExp(`^(?:${errors.join('|')})`)

/** The same of a whole answer without times, where it can be told by its words alone; null: none. */
export function kubeletWordsIn(text: string): { readonly words: string; readonly before: string } | null {
  const start = text.lastIndexOf('\n') + 1
  const words = text.slice(start)
  return error.test(words.slice(0, 200)) ? { words, before: text.slice(0, start) } : null
}
