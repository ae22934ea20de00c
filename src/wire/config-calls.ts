import { envoyCalls, isEnvoy } from './config-envoy.ts'
import { linesOf, type PathLine, pathLinesIn } from './config-paths.ts'
import { haproxyCalls, isHaproxy, isNginx, nginxCalls, type ServerCall } from './config-servers.ts'
import { isUsed } from './config-uses.ts'
import { destinationsIn } from './destinations.ts'

/** Of a tenant's text. */
const mostCalls = 100

/** Files that programs read as their settings; no scripts, pages, dashboards or templates of others. */
const isConfig = /(?:\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|template|hcl|xml)|^\.env|^env)$/i
/** Kept beside the one that is used, for another place. */
const isOther = /example|sample|template\.ya?ml|[._-](?:dev|development|test|local|staging|stage|qa|ci)\b/i

/** Whether a file of this name holds what a program is told. */
export function isConfigName(name: string): boolean {
  return name.length < 300 && isConfig.test(name) && !isOther.test(name)
}

/**
 * The hosts that a server's or a program's configuration names with a port, or by a whole name of a Service. Of nginx,
 * HAProxy and Envoy only what their manuals say is called; else values of keys (`url: http://cart:80`), no comment and
 * no prose, and of no key that is for browsers, for comparing or for people, nor of what is switched off. Nothing else
 * of a line is kept, and of a key that is named like a secret nothing at all. `over`: files that Spring Boot reads over
 * this one, whose keys count and not this one's. Linear; never throws.
 */
export function callsInConfig(text: string, name = '', over: readonly string[] = []): readonly ServerCall[] {
  return readAs(text, name, over)
    .filter((it) => it.host.includes('.svc') || it.port !== null)
    .slice(0, mostCalls)
}

function readAs(text: string, name: string, over: readonly string[]): readonly ServerCall[] {
  if (isHaproxy(name, text)) return haproxyCalls(text)
  if (isNginx(name, text)) return nginxCalls(text)
  if (isEnvoy(text)) return envoyCalls(text)
  const set = pathLinesIn(text, /\.ya?ml$/i.test(name) ? /[=:]/ : undefined)
  const beside = over.flatMap((it) => pathLinesIn(it).map((one) => ({ ...one, doc: -1 })))
  const used = isUsed(set, name, beside)
  const lines = linesOf(text)
  const told = set.flatMap((it) => {
    const value = used(it)
    return value === null ? [] : callsOf({ ...it, value }, lines[it.line] ?? '')
  })
  const read = new Set(set.map((it) => it.line))
  return [...told, ...lines.flatMap((it, at) => (read.has(at + 1) ? [] : wholeNames(it, at + 1)))]
}

const isComment = /^\s{0,200}(?:[#;!%]|\/\/|\/?\*|<!--|--)/

/** `nats://a.b.svc:6222` in a list, `<host>a.b.svc.cluster.local</host>`: of a line that sets no key, whole names. */
function wholeNames(line: string, at: number): readonly ServerCall[] {
  if (!line.includes('.svc') || isComment.test(line)) return []
  const [by = ''] = /[A-Za-z_][\w.-]{0,60}/.exec(line) ?? []
  const words = line.split(/[^\w.:@/+-]+/).filter((it) => it.includes('.svc'))
  return words.flatMap((it) => destinationsIn(by, it)).map((it) => ({ ...it, by, line: at }))
}

/** Below another key `baseUrl` and `hostname` are that one's: `cart:`, and in it `base-url: http://cart`. */
function nameOf(key: string, depth: number): string {
  return depth > 1 && /^(?:base[_-]?ur[li]|hostname)$/i.test(key) ? 'host' : key
}

function callsOf({ key, value, line, path }: PathLine, next: string): readonly ServerCall[] {
  const beside = portInFlow(value) ?? portIn(next)
  const other = otherServer(key, value)
  if (other !== null) return destinationsIn('host', other).map((it) => ({ ...it, by: key, line }))
  return destinationsIn(nameOf(key, path.length), value).map((it) => {
    const isAlone = it.port === null && (!/\s/.test(value) || value.startsWith('{'))
    return { ...it, port: isAlone ? beside : it.port, by: key, line }
  })
}

/** redis.conf and sentinel.conf: `replicaof HOST PORT`, `sentinel monitor NAME HOST PORT QUORUM`. */
function otherServer(key: string, value: string): string | null {
  const words = value.split(/\s{1,20}/, 5)
  const isMonitor = /^sentinel$/i.test(key) && words[0] === 'monitor'
  if (!isMonitor && !/^(?:replicaof|slaveof)$/i.test(key)) return null
  const [host, port = ''] = isMonitor ? words.slice(2) : words
  return host !== undefined && /^\d{1,5}$/.test(port) ? `${host}:${port}` : null
}

/** `{ host: cart, port: 80 }`. */
function portInFlow(value: string): number | null {
  const [, inside = ''] = /^\{([^{}]{1,400})\}/.exec(value) ?? []
  const found = inside.split(',').map(portIn)
  return found.find((it) => it !== null) ?? null
}

function portIn(line: string): number | null {
  const [, told] = /^[\s-]{0,80}["']?port["']?\s{0,8}[=:]\s{0,8}["']?(\d{1,5})\b/i.exec(line) ?? []
  const port = Number(told ?? 0)
  return port > 0 && port < 65_536 ? port : null
}
