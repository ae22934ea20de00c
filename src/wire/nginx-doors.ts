import { eachDirective } from './nginx-tokens.ts'

/** Whom a server of nginx's lets in, of those who ask it at one of its ports; `unsure`: something else has a say. */
export interface Door {
  readonly port: number
  readonly answers: 'all' | 'unsure' | Refusal
}

/**
 * An answer that nginx makes itself, before any backend: 403 by a list of addresses, or what `return` says. `https`
 * leads to the same host by TLS.
 */
export interface Refusal {
  readonly by: 'deny' | 'return' | 'https'
  readonly status: number
  /** In their order; none of a `return`. */
  readonly rules: readonly AddressRule[]
  /** Of the first of these. */
  readonly line: number
}

export interface AddressRule {
  readonly is: 'allow' | 'deny'
  /** An address, or a range of them; null: everybody. */
  readonly of: string | null
}

interface Level {
  readonly kind: 'server' | 'location' | 'other'
  /** Of a location, as it is written. */
  readonly path: string
  readonly rules: AddressRule[]
  line: number
  said: Answer | null
  isUnsure: boolean
  isInternal: boolean
}

type Answer = { readonly by: 'return' | 'https'; readonly status: number; readonly line: number }

interface Server extends Level {
  readonly ports: Set<number>
  readonly locations: Level[]
}

const most = { servers: 500, locations: 2000, rules: 200 }

/**
 * What each server of an nginx configuration answers by itself to whoever asks it for anything
 * (ngx_http_access_module: the first rule that fits decides, none lets in, and a level with rules of its own has none
 * of those around it; ngx_http_rewrite_module, `return`). A list counts only where each location has it, as one for
 * an administrator alone keeps nobody from the rest. `unsure` is a server with conditions, with files that it includes,
 * with another way in (`satisfy any`), with the client's address out of a header (ngx_http_realip_module), and with a
 * status made into another (`error_page 403 =200`). Linear; never throws.
 */
export function nginxDoors(text: string): readonly Door[] {
  const [servers, open]: [Server[], Open[]] = [[], []]
  const outer: AddressRule[] = []
  let outerLine = 0
  let isElsewhere = false
  eachDirective(text, {
    comment: () => {},
    directive({ words, line, opens }) {
      const [name = '', ...rest] = words
      const around = open.at(-1)
      const inside = around?.level
      if (opens) {
        open.push(opened(name, rest, around, servers))
        if (name === 'if' && inside !== undefined) inside.isUnsure = true
        return
      }
      if (/^(?:set_real_ip_from|real_ip_header|satisfy)$/.test(name) && rest[0] !== 'all') isElsewhere = true
      if (isOdd(name, rest)) isElsewhere = true
      if (inside === undefined || inside.kind === 'other') {
        const rule = ruleOf(name, rest)
        const isHttp = around === undefined || around.server === null
        if (rule !== null && isHttp && outer.length < most.rules) outerLine = outer.push(rule) === 1 ? line : outerLine
        return
      }
      said(inside, { name, rest, line })
    },
    close() {
      open.pop()
    },
  })
  return servers.flatMap((it) => {
    const [answers, ports] = [isElsewhere ? ('unsure' as const) : answerOf(it, outer, outerLine), [...it.ports]]
    return (ports.length === 0 ? [80] : ports).map((port) => ({ port, answers }))
  })
}

/** A block that is open, and the server that it is of: each knows it from the one around it, however deep. */
interface Open {
  readonly level: Level | Server
  readonly server: Server | null
}

function opened(name: string, rest: readonly string[], around: Open | undefined, servers: Server[]): Open {
  const server = around?.server ?? null
  if (name === 'server' && server === null && servers.length < most.servers) {
    const made: Server = { ...level('server', ''), ports: new Set(), locations: [] }
    servers.push(made)
    return { level: made, server: made }
  }
  if (name !== 'location' || server === null) return { level: level('other', ''), server }
  const made = level('location', rest.join(' ').slice(0, 300))
  if (server.locations.length < most.locations) server.locations.push(made)
  else server.isUnsure = true
  // One within another goes by other rules.
  if (around?.level.kind === 'location') server.isUnsure = true
  return { level: made, server }
}

function level(kind: Level['kind'], path: string): Level {
  return { kind, path, rules: [], line: 0, said: null, isUnsure: false, isInternal: false }
}

interface Said {
  readonly name: string
  readonly rest: readonly string[]
  readonly line: number
}

function said(at: Level | Server, { name, rest, line }: Said): void {
  const rule = ruleOf(name, rest)
  if (rule !== null && at.rules.length < most.rules) {
    if (at.rules.length === 0) at.line = line
    at.rules.push(rule)
  }
  if (name === 'return' && at.said === null) at.said = answered(rest, line)
  if (name === 'internal') at.isInternal = true
  const isIncluded = name === 'include' && !/(?:^|\/)(?:mime\.types|\w+_params|\w+\.types)$/.test(rest[0] ?? '')
  const isOther = /^(?:rewrite|auth_request|js_access|(?:access|rewrite)_by_lua\w*)$/.test(name)
  if (isIncluded || isOther || (name === 'error_page' && rest.some((it) => it.startsWith('=')))) at.isUnsure = true
  if (name === 'listen' && 'ports' in at) {
    const port = portOf(rest[0] ?? '')
    if (port !== null) at.ports.add(port)
    else at.isUnsure = true
  }
}

function answered([first = '', second = '']: readonly string[], line: number): Answer {
  const status = Number(/^\d{3}$/.exec(first) ?? 302)
  const isToTls = status < 400 && toItself.test(second === '' ? first : second)
  return { by: isToTls ? 'https' : 'return', status, line }
}

/** `https://$host$request_uri`. */
const toItself = /^https:\/\/\$(?:\{?(?:http_)?host\}?)(?::443)?(?:[/$]|$)/

function ruleOf(name: string, [of = '']: readonly string[]): AddressRule | null {
  if (name !== 'allow' && name !== 'deny') return null
  if (of === 'all') return { is: name, of: null }
  return address.test(of) ? { is: name, of } : null
}

const address = /^[0-9a-fA-F.:/]{2,60}$/

/** A placeholder that the image fills in when it starts. */
function isOdd(name: string, [of = '']: readonly string[]): boolean {
  return (name === 'allow' || name === 'deny') && of !== 'all' && of !== 'unix:' && !address.test(of)
}

/** `8080`, `*:80`, `[::]:80`, `10.1.2.3`; null for a socket of the file system, and what is no number. */
function portOf(place: string): number | null {
  if (/^\d{1,5}$/.test(place)) return Number(place)
  const [, port] = /^(?:\*|\[[0-9a-fA-F:.]*\]|[\w.-]{1,100})(?::(\d{1,5}))?$/.exec(place) ?? []
  if (port !== undefined) return Number(port)
  return /^[\w.[\]:-]+$/.test(place) && !place.startsWith('unix:') ? 80 : null
}

function answerOf(server: Server, outer: readonly AddressRule[], outerLine: number): Door['answers'] {
  const { said: own } = server
  if (own !== null && isFinal(own) && !server.isUnsure) return { ...own, rules: [] }
  const each = server.locations.filter((it) => !it.isInternal && !it.path.startsWith('@'))
  // For a check of its health, for one page, or for who issues certificates.
  const wide = each.filter((it) => !/^(?:= ?\/|(?:\^~ ?)?\/\.well-known)/.test(it.path))
  if (server.isUnsure || wide.some((it) => it.isUnsure)) return 'unsure'
  const isRoot = wide.some(({ path }) => /^(?:\^~ ?)?\/$/.test(path))
  const all = [...wide, ...(isRoot ? [] : [server])]
  const saying = all.flatMap((it) => it.said ?? [])
  const [first] = saying
  if (first !== undefined && saying.length === all.length && saying.every((it) => isFinal(it) && it.by === first.by))
    return { ...first, rules: [] }
  const around = server.rules.length > 0 ? server : { rules: outer, line: outerLine }
  const lists = all.filter((it) => it.said === null).map((it) => (it.rules.length > 0 ? it : around))
  const [list] = lists
  const isOne = lists.every((it) => textOf(it.rules) === textOf(list?.rules ?? []))
  if (list === undefined || !isOne || !list.rules.some((it) => it.is === 'deny')) return 'all'
  return { by: 'deny', status: 403, rules: [...list.rules], line: list.line }
}

/** Nobody gets further, at this port. */
function isFinal({ by, status }: Answer): boolean {
  return by === 'https' || status >= 400
}

function textOf(rules: readonly AddressRule[]): string {
  return rules.map((it) => `${it.is} ${it.of}`).join('\n')
}
