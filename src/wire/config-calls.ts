import { type Destination, destinationsIn } from './destinations.ts'

/** Whom a mounted text tells to call, and the line that does. */
interface ConfigCall extends Omit<Destination, 'isTold'> {
  readonly by: string
  readonly line: number
}

/** Of a tenant's text: as many lines, and as many addresses. */
const most = { lines: 20_000, line: 4000, calls: 100 }

/** Files that programs read as their settings; no scripts, pages, dashboards or templates of others. */
const isConfig = /(?:\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|template)|^\.env|^env)$/i
/** Kept beside the one that is used, for another place. */
const isOther = /example|sample|template\.ya?ml|[._-](?:dev|development|test|local|staging|stage|qa|ci)\b/i

/** Whether a file of this name holds what a program is told. */
export function isConfigName(name: string): boolean {
  return name.length < 300 && isConfig.test(name) && !isOther.test(name)
}

/**
 * The hosts that a server's or a program's configuration names with a port, or by a whole name of a Service: values of
 * keys (`url: http://cart:80`, `proxy_pass http://cart;`, `server a cart:80`, `address: cart` above `port_value: 80`),
 * no comment and no prose. Nothing else of a line is kept, and of a key that is named like a secret nothing at all.
 * Linear; never throws.
 */
export function callsInConfig(text: string): readonly ConfigCall[] {
  const lines = text.split('\n', most.lines).map((it) => (it.length > most.line ? '' : it))
  const own = new Set(lines.flatMap((it) => /^\s{0,80}upstream\s{1,8}([\w.-]{1,80})/.exec(it)?.[1] ?? []))
  const found: ConfigCall[] = []
  for (const [at, raw] of lines.entries()) {
    if (found.length >= most.calls) break
    const line = raw.trim()
    if (/^(?:[#;!]|\/\/)/.test(line)) continue
    const { key, value } = pairOf(line)
    if (key === null) continue
    const beside = portInFlow(value) ?? portBelow(lines[at + 1] ?? '')
    for (const { isTold, ...it } of destinationsIn(nameOf(key, raw), value)) {
      const isAlone = it.port === null && (!/\s/.test(value) || value.startsWith('{'))
      const port = isAlone ? beside : it.port
      // A bare word may be anything, and nginx's own upstreams have names as Services have.
      const isOwn = own.has(it.host) && !isTold && !isAlone
      const isService = it.host.includes('.svc') || (port !== null && !isOwn)
      if (isService) found.push({ ...it, port, by: key, line: at + 1 })
    }
  }
  return found
}

/** `key: value`, `key=value`, `- key: value`, `"key": "value",`, `key value;`. */
function pairOf(line: string): { readonly key: string | null; readonly value: string } {
  const [whole, key] = /^(?:-\s{1,8})?["']?([A-Za-z_][\w.-]{0,100})["']?\s{0,20}(?:[=:]|\s)\s{0,20}/.exec(line) ?? []
  if (whole === undefined || key === undefined) return { key: null, value: '' }
  const value = line.slice(whole.length)
  const comment = value.search(/\s#/)
  return { key, value: comment === -1 ? value : value.slice(0, comment) }
}

/**
 * nginx's `proxy_pass`, `fastcgi_pass`: whom it calls. Below another key `baseUrl` and `hostname` are that one's:
 * `cart:`, and in it `base-url: http://cart`.
 */
function nameOf(key: string, line: string): string {
  if (/^(?:fastcgi|uwsgi|grpc|scgi|memcached|proxy)_pass$/.test(key)) return 'upstream'
  return /^\s/.test(line) && /^(?:base[_-]?ur[li]|hostname)$/i.test(key) ? 'host' : key
}

/** `socket_address: { address: cart, port_value: 80 }`. */
function portInFlow(value: string): number | null {
  const [, inside] = /^\{([^{}]{1,400})\}/.exec(value) ?? []
  return inside === undefined
    ? null
    : (inside
        .split(',')
        .map(portBelow)
        .find((it) => it !== null) ?? null)
}

function portBelow(line: string): number | null {
  const [, told] = /^[\s-]{0,80}["']?port(?:_?value)?["']?\s{0,8}[=:]\s{0,8}["']?(\d{1,5})\b/i.exec(line) ?? []
  const port = Number(told ?? 0)
  return port > 0 && port < 65_536 ? port : null
}
