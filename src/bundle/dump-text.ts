/** The text of a dump without the logs in it; `forged`: a log may have written what the dump writes. */
export type WithoutLogs =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'forged'; readonly pod: string }

/**
 * What `kubectl cluster-info dump` puts around each log (k8s.io/kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go). A log
 * that ends without a line's end has the last of it on its own last line.
 */
const mark = /==== (START|END) logs for container ([^\s/]{1,253}) of pod ([^\s/]{1,253}\/[^\s/]{1,253}) ====$/gm

/**
 * A container writes what it likes into its log, such as the end of the log and lists of its own after it. It cannot
 * take the dump's own mark away: so each is there once, or nothing behind the first log can be trusted.
 */
export function withoutLogs(dump: string): WithoutLogs {
  const kept: string[] = []
  const seen = new Set<string>()
  let open: string | null = null
  let at = 0
  for (const { 0: whole, 1: which, 2: container = '', 3: pod = '', index } of dump.matchAll(mark)) {
    const log = `${container} of ${pod}`
    if (which === 'START') {
      const isOwnLine = index === 0 || dump[index - 1] === '\n'
      if (open !== null || seen.has(log) || !isOwnLine) return { kind: 'forged', pod: open ?? log }
      kept.push(dump.slice(at, index))
      open = log
      seen.add(log)
    } else {
      if (open !== log) return { kind: 'forged', pod: open ?? log }
      open = null
      at = index + whole.length
    }
  }
  // A dump that was cut off in a log has nothing more to say.
  if (open === null) kept.push(dump.slice(at))
  return { kind: 'text', text: kept.join('\n') }
}
