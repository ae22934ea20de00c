import { anyOf } from './pattern.ts'

/** One kind of line, and how to find the part of it that says what is wrong: its first group, else the line. */
interface Form<K extends string> {
  readonly kind: K
  readonly line: Pick<RegExp, 'exec'>
}

/**
 * client-go names what it wanted to list (`*v1.Service`) before it says why it could not; one look ahead after the
 * other.
 */
const apiUnreachable = {
  exec(line: string): RegExpExecArray | null {
    const failed = line.search(/[Ff]ailed to (?:watch|list) \*\w{1,40}\.\w/)
    return failed === -1
      ? null
      : /((?:dial tcp|net\/http|x509|tls|Unauthorized|EOF|context deadline exceeded|http2|read tcp)[^"]*)/.exec(
          line.slice(failed),
        )
  },
}

/**
 * Lines of CoreDNS 1.2 to 1.14: plugin/loop/loop.go, plugin/reload/reload.go, coredns/caddy (plugins.go, parse.go), and
 * client-go's reflector, through plugin/kubernetes since 1.8.4 and by itself before, as in kube-dns. The first group is
 * what is kept, or the line where there is none.
 */
const forms = [
  {
    kind: 'loop',
    line: /^\[\w+\] plugin\/loop: (Loop \(.*?\) detected for zone "[^"]*"|Forwarding loop detected in "[^"]*" zone)/,
  },
  // 1.2 and 1.3.0.
  { kind: 'loop', line: /^\[\w+\] plugin\/loop: Seen .*(more than twice, loop detected)/ },
  { kind: 'reload-failed', line: /^\[\w+\] (?:plugin\/reload: )?(Corefile changed but reload failed: .*)/ },
  {
    kind: 'corefile-refused',
    line: new RegExp(
      String.raw`^(?:\[FATAL\] )?(${anyOf(
        /\S+:\d+ - (?:Error during parsing|Syntax error): .*/,
        /plugin\/[\w-]+: (?!Loop|Forwarding loop|Seen ).*/,
        /cannot serve \S+ - .*/,
        /specified zone is too long.*|zone is not a valid domain name.*|expecting data after last colon.*/,
        /multiple views defined.*|error inspecting server blocks: .*/,
      )})`,
    ),
  },
  { kind: 'cannot-listen', line: /^(?:Listen: )?(listen (?:tcp|udp)\S* \S*: bind: .*)/ },
  {
    kind: 'forbidden',
    line: new RegExp(
      [
        String.raw`(?<![\w.])([\w.]+ is forbidden: User "[^"]*" cannot \w+ resource "[^"]*"`,
        '(?: in API group "[^"]*")?(?: (?:at the cluster scope|in the namespace "[^"]*"))?)',
      ].join(''),
    ),
  },
  { kind: 'api-unreachable', line: apiUnreachable },
  // client-go's reflector, of a watch that did not end by itself: since then nothing was heard, until one stands again.
  { kind: 'watch-ended', line: /^\[\w+\] plugin\/kubernetes: (?:Warning: )?(watch (?:of \S{1,80} )?ended with.*)/ },
  // client-go says nothing of a connection that is refused (tools/cache/reflector.go, isWatchErrorRetriable): then only
  // the waiting shows.
  {
    kind: 'unsynced',
    line: new RegExp(
      String.raw`^\[\w+\] plugin/${anyOf(
        /kubernetes: starting server with unsynced Kubernetes API/,
        /kubernetes: waiting for Kubernetes API before starting server/,
        /ready: (?:Plugins not ready|Still waiting on): .*kubernetes/,
      )}`,
    ),
  },
  // plugin/forward and plugin/errors: the name that was asked for stands before these words, and is not kept.
  { kind: 'io-timeout', line: /^(?!.*\/apis?\/).*?((?:read|dial|write) (?:udp|tcp) \S+: i\/o timeout)/ },
  { kind: 'no-healthy-upstream', line: /(no healthy (?:proxies|upstream)|no upstream host|unreachable backend)/ },
  { kind: 'too-many-concurrent', line: /(concurrent queries exceeded maximum \d+)/ },
  // kubernetes/dns cmd/node-cache/app/cache_app.go: the Service of -upstreamsvc was not there when the pod started.
  { kind: 'no-upstream-service', line: /(Unable to lookup IP address of Upstream service [^\s,]{1,253})/ },
  { kind: 'slow-health', line: /(Local health request to "[^"]*" took more than 1s)/ },
] as const satisfies readonly Form<string>[]

export type CoreDnsSignKind = (typeof forms)[number]['kind'] | 'last-words'

/** `said` = the last such line, without what differs from line to line. */
export interface CoreDnsSign {
  readonly kind: CoreDnsSignKind
  readonly times: number
  readonly said: string
}

/**
 * klog's head and the time that the log package puts before a line: `E1202 10:45:03.5 1 reflector.go:127] `,
 * `2019/03/01 10:00:00 `.
 */
const heads = new RegExp(
  `^${anyOf(
    /[IWEF]\d{4} \d\d:\d\d:\d\d(?:\.\d+)?\s+\d+ [\w.-]+:\d+\] /,
    /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)? /,
  )}+`,
)

/**
 * What the lines of a CoreDNS log say is wrong, each kind once, in the order of `forms`. Text of any other sort is
 * passed over, except the last words of a run that ended where no form knows why.
 */
export function coreDnsSigns(lines: readonly string[], run: 'ended' | 'going' = 'going'): readonly CoreDnsSign[] {
  const found = new Map<CoreDnsSignKind, { times: number; said: string }>()
  for (const raw of lines) {
    const line = raw.slice(0, longestLine).replace(heads, '')
    const form = forms.find((it) => it.line.exec(line) !== null)
    if (form === undefined) continue
    const said = (form.line.exec(line)?.[1] ?? line).trim().slice(0, longest)
    found.set(form.kind, { times: (found.get(form.kind)?.times ?? 0) + 1, said })
  }
  const signs = [...new Set(forms.map((it) => it.kind))].flatMap((kind) => {
    const it = found.get(kind)
    return it === undefined ? [] : [{ kind, ...it }]
  })
  if (run === 'going' || signs.some((it) => fatal.has(it.kind))) return signs
  const last = lastWords(lines)
  return last === null ? signs : [...signs, { kind: 'last-words', times: 1, said: last }]
}

/** What says something stands before this. */
const longestLine = 4096

const fatal: ReadonlySet<CoreDnsSignKind> = new Set(['loop', 'corefile-refused', 'cannot-listen'])

/**
 * What a server wrote when it gave up: `[FATAL]`, a panic, or a bare line, as coremain prints its error. Lines with
 * another level are not kept, since they may hold names that applications look up; nor is what every start prints.
 */
function lastWords(lines: readonly string[]): string | null {
  const said = lines.map((it) => it.slice(0, longestLine).replace(heads, '').trim())
  const panic = said.findLast((it) => /^(?:panic|fatal error): /.test(it))
  if (panic !== undefined) return panic.slice(0, longest)
  const last = said.findLast((it) => it !== '')
  if (last === undefined || (last.startsWith('[') && !last.startsWith('[FATAL]'))) return null
  return /^(?:CoreDNS-\d|(?:linux|windows|darwin)\/|maxprocs|\S*:\d+$|\s*$)/.test(last) ? null : last.slice(0, longest)
}

/**
 * The hash of the Corefile that runs, by the last line that says it; null where none does. MD5 of old releases is not
 * told.
 */
export function runningConfig(lines: readonly string[]): string | null {
  const said =
    lines.findLast((it) => it.slice(0, longestLine).includes('plugin/reload: Running configuration SHA512 = ')) ?? ''
  return /SHA512 = ([0-9a-f]{128})(?![0-9a-f])/.exec(said.slice(0, longestLine))?.[1] ?? null
}

/** A Corefile's directive may be quoted in an error, and be long. */
const longest = 300
