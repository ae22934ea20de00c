import { eachDirective } from './nginx-tokens.ts'

/** A name that nginx looks up while it serves, and whom it asks. */
export interface NginxLookup {
  readonly host: string
  readonly line: number
  /** `proxy_pass`, or `server` of an upstream that says `resolve`. */
  readonly by: string
  /** Servers of the `resolver` that holds there, addresses and names; null: there is none. */
  readonly servers: readonly string[] | null
}

/** What a file says of it, and the `resolver` that it gives to all servers. */
interface NginxLookups {
  readonly lookups: readonly NginxLookup[]
  readonly outer: readonly string[] | null
  /** Names of its `upstream`s, which nobody looks up. */
  readonly groups: ReadonlySet<string>
}

interface Level {
  readonly around: Level | null
  readonly kind: string
  /** Of a `map`: the variable that it makes. */
  readonly variable: string | null
  servers: readonly string[] | null
}

interface Use {
  readonly to: string
  readonly by: string
  readonly line: number
  readonly at: Level
}

const most = { uses: 200, values: 20, long: 2000, levels: 10_000 }
const passes = /^(?:proxy|grpc|fastcgi|uwsgi|scgi)_pass$/

/**
 * Names that nginx itself looks up while it serves: a `proxy_pass` with a variable (ngx_http_proxy_module: "the name is
 * searched among the described server groups, and, if not found, is determined using a resolver"), and `server …
 * resolve` of an upstream (ngx_http_upstream_module). Its resolver sends one question for the name as it stands: it
 * reads neither the search list nor `ndots` of /etc/resolv.conf (core/ngx_resolver.c). The `resolver` of the nearest
 * block counts. Variables are filled in by `set` and `map` where these give a plain text; what is left is nobody's.
 * Linear; never throws.
 */
export function nginxLookups(text: string): NginxLookups {
  const uses: Use[] = []
  const values = new Map<string, string[]>()
  const groups = new Set<string>()
  let outer: readonly string[] | null = null
  let at: Level = { around: null, kind: '', variable: null, servers: null }
  let levels = 0
  eachDirective(text, {
    comment: () => {},
    directive({ words, line, opens }) {
      const [name = '', ...rest] = words
      if (opens) {
        levels += 1
        if (name === 'upstream') groups.add((rest[0] ?? '').toLowerCase())
        at = { around: at, kind: name, variable: name === 'map' ? (rest[1] ?? null) : null, servers: null }
      } else if (at.variable !== null) keep(values, at.variable, rest[0])
      else if (name === 'set') keep(values, rest[0], rest[1])
      else if (name === 'resolver') {
        at.servers = serversOf(rest)
        if (at.kind === '' || at.kind === 'http') outer = at.servers
      } else if (isLookedUp(name, rest, at) && uses.length < most.uses)
        uses.push({ to: rest[0] ?? '', by: name, line, at })
    },
    close() {
      at = at.around ?? at
    },
  })
  if (levels > most.levels) return { lookups: [], outer, groups }
  const lookups = uses.flatMap(({ to, by, line, at: level }) => {
    const servers = nearest(level)
    const hosts = filledIn(to, values).flatMap((it) => hostIn(it) ?? [])
    return hosts.filter((it) => !groups.has(it)).map((host) => ({ host, line, by, servers }))
  })
  return { lookups: lookups.slice(0, most.uses), outer, groups }
}

function isLookedUp(name: string, rest: readonly string[], { kind }: Level): boolean {
  if (passes.test(name)) return rest[0]?.includes('$') === true
  return name === 'server' && kind === 'upstream' && rest.includes('resolve')
}

function keep(values: Map<string, string[]>, variable = '', value = ''): void {
  const name = /^\$(\w{1,60})$/.exec(variable)?.[1]
  if (name === undefined || value.length > most.long) return
  const own = values.get(name)
  if (own === undefined) values.set(name, [value])
  else if (own.length < most.values) own.push(value)
}

/** Without `valid=`, `ipv6=`, `ipv4=` and `status_zone=`, and without ports. */
function serversOf(words: readonly string[]): readonly string[] {
  return words
    .filter((it) => !it.includes('=') && it.length < 300)
    .slice(0, most.values)
    .map((it) => it.replace(/^\[([^\]]*)\](?::\d{1,5})?$/, '$1').replace(/^([^:]+):\d{1,5}$/, '$1'))
}

function nearest(level: Level): readonly string[] | null {
  for (let at: Level | null = level; at !== null; at = at.around) if (at.servers !== null) return at.servers
  return null
}

/** Each text that the one variable in its host makes of it; none where more than one is there, or nobody sets it. */
function filledIn(to: string, values: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const [, before, name, after] = /^([^$]{0,300})\$\{?(\w{1,60})\}?([^]{0,2000})$/.exec(to) ?? []
  if (before === undefined || name === undefined || after === undefined) return [to]
  // What stands behind the host is the request's: `http://cart:8080$request_uri`.
  if (/^(?:\w{1,20}:\/\/)?[\w.-]{1,253}(?::\d{1,5})?\/?$/.test(before) && /^(?:request_uri|uri)$/.test(name))
    return [before]
  return (values.get(name) ?? []).map((it) => `${before}${it}${after}`)
}

/** Of `http://cart:8080/x`, `grpcs://cart:443`, `cart:9000`; null for an address, and for what is no plain name. */
function hostIn(text: string): string | null {
  const [, host] =
    /^(?:\w{1,20}:\/\/)?([A-Za-z0-9](?:[\w.-]{0,251}[\w.])?)(?::\d{1,5}(?:\$[^]*)?)?(?:[/?][^]*)?$/.exec(text) ?? []
  if (host === undefined || /^[\d.]+$/.test(host)) return null
  return host.toLowerCase()
}
