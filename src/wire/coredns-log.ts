/** One kind of line, and how to find the part of it that says what is wrong: its first group, else the line. */
interface Form<K extends string> {
  readonly kind: K
  readonly line: Pick<RegExp, 'exec'>
}

/** client-go names what it wanted to list before it says why it could not; one look ahead after the other. */
const apiUnreachable = {
  exec(line: string): RegExpExecArray | null {
    const at = line.indexOf('plugin/kubernetes: ')
    const rest = at === -1 ? '' : line.slice(at)
    const failed = rest.search(/Failed to watch|[Ff]ailed to list/)
    return failed === -1 ? null : /((?:dial tcp|net\/http|x509|tls|Unauthorized|EOF|context deadline exceeded|http2|read tcp)[^"]*)/.exec(rest.slice(failed))
  },
}

/**
 * Lines of CoreDNS 1.6 to 1.14: plugin/loop/loop.go, plugin/reload/reload.go, coredns/caddy (plugins.go, parse.go), and
 * client-go's reflector through plugin/kubernetes. The first group is what is kept, or the line where there is none.
 */
const forms = [
  { kind: 'loop', line: /^\[\w+\] plugin\/loop: (Loop \(.*?\) detected for zone "[^"]*")/ },
  { kind: 'reload-failed', line: /^\[\w+\] plugin\/reload: (Corefile changed but reload failed: .*)/ },
  { kind: 'corefile-refused', line: /^(\S+:\d+ - Error during parsing: .*|plugin\/[\w-]+: .*)/ },
  { kind: 'cannot-listen', line: /^(?:Listen: )?(listen (?:tcp|udp)\S* \S*: bind: .*)/ },
  { kind: 'forbidden', line: /(?<![\w.])([\w.]+ is forbidden: User "[^"]*" cannot \w+ resource "[^"]*"(?: in API group "[^"]*")?(?: (?:at the cluster scope|in the namespace "[^"]*"))?)/ },
  { kind: 'api-unreachable', line: apiUnreachable },
  // client-go says nothing of a connection that is refused (tools/cache/reflector.go, isWatchErrorRetriable): then only the waiting shows.
  { kind: 'unsynced', line: /^\[\w+\] plugin\/(?:kubernetes: (?:starting server with unsynced Kubernetes API|waiting for Kubernetes API before starting server)|ready: (?:Plugins not ready|Still waiting on): .*kubernetes)/ },
  // plugin/forward and plugin/errors: the name that was asked for stands before these words, and is not kept.
  { kind: 'io-timeout', line: /((?:read|dial|write) (?:udp|tcp) \S+: i\/o timeout)/ },
  { kind: 'no-healthy-upstream', line: /(no healthy (?:proxies|upstream))/ },
  { kind: 'too-many-concurrent', line: /(concurrent queries exceeded maximum \d+)/ },
  { kind: 'slow-health', line: /(Local health request to "[^"]*" took more than 1s)/ },
] as const satisfies readonly Form<string>[]

export type CoreDnsSignKind = (typeof forms)[number]['kind']

export interface CoreDnsSign {
  readonly kind: CoreDnsSignKind
  readonly times: number
  readonly said: string
}

/** What the lines of a CoreDNS log say is wrong, each kind once, in the order of `forms`. Text of any other sort is passed over. */
export function coreDnsSigns(lines: readonly string[]): readonly CoreDnsSign[] {
  const found = new Map<CoreDnsSignKind, { times: number; said: string }>()
  for (const whole of lines) {
    const line = whole.slice(0, longestLine)
    const form = forms.find((it) => it.line.exec(line) !== null)
    if (form === undefined) continue
    const said = (form.line.exec(line)?.[1] ?? line).trim().slice(0, longest)
    found.set(form.kind, { times: (found.get(form.kind)?.times ?? 0) + 1, said })
  }
  return forms.flatMap(({ kind }) => {
    const it = found.get(kind)
    return it === undefined ? [] : [{ kind, ...it }]
  })
}

/** What says something stands before this. */
const longestLine = 4096

/** A Corefile's directive may be quoted in an error, and be long. */
const longest = 300
