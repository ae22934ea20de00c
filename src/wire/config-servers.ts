import { nginxLookups } from './nginx-lookups.ts'
import { linesOf } from './config-paths.ts'
import { type Destination, destinationsIn } from './destinations.ts'

/** A place of a proxy's configuration that it calls, and the directive that says so. */
export interface ServerCall extends Destination {
  readonly by: string
  readonly line: number
}

interface Statement {
  readonly words: readonly string[]
  readonly line: number
  /** What the blocks around it are called, the innermost last. */
  readonly block: string
}

const passes = /^(?:proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass$/

/** Whether this is nginx's language: a block or a directive of it. */
export function isNginx(name: string, text: string): boolean {
  if (/\.(?:ya?ml|properties|env|toml|ini|cnf)$/i.test(name)) return false
  return (
    /nginx/i.test(name) ||
    /(?:^|[\s;{}])(?:upstream\s{1,8}[\w.-]{1,100}|server|location\s[^{}\n;]{1,200})\s{0,8}\{/.test(text) ||
    /(?:^|[\s;{}])(?:(?:proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass|proxy_redirect|proxy_set_header)\s/.test(text) ||
    /^[ \t]{0,40}(?:add_header|sub_filter|rewrite|return|error_page|server_name)\s[^\n]{1,4000};/m.test(text)
  )
}

/**
 * Whom nginx calls: `proxy_pass` and its like, and `server` of an `upstream` that is not `down` (ngx_http_proxy_module,
 * ngx_http_upstream_module), wherever they stand on a line. All other directives only write or compare addresses. A
 * pass with a variable leads where `set` and `map` say, or nobody knows where. Linear; never throws.
 */
export function nginxCalls(text: string): readonly ServerCall[] {
  const all = statementsOf(text)
  const own = new Set(all.flatMap(({ words: [first, name] }) => (first === 'upstream' ? (name ?? []) : [])))
  // A variable with a plain text leads to that; what is no whole name is DNS219's.
  const looked = nginxLookups(text).lookups.filter((it) => it.by !== 'server' && it.host.includes('.svc.'))
  const filled = looked.map(({ host, by, line }) => ({ host, port: null, isTold: false, by, line }))
  const plain = all.flatMap(({ words, line, block }) => {
    const [by = '', to = '', ...more] = words
    const isServer = by === 'server' && block === 'upstream' && !more.includes('down')
    if ((!passes.test(by) && !isServer) || to.includes('$')) return []
    // nginx's own upstreams have names as Services have.
    return destinationsIn('upstream', to)
      .filter((it) => isServer || it.isTold || !own.has(it.host))
      .map((it) => ({ ...it, by, line }))
  })
  return [...plain, ...filled]
}

/** A word, a quoted word, a comment, a line's end, or what ends a statement. `${NAME}` is a part of a word. */
const piece = /\n|#[^\n]*|"[^"\n]{0,4000}"|'[^'\n]{0,4000}'|[;{}]|(?:\$\{\w{0,100}\}|[^\s;{}"'])+|["']/g

function statementsOf(text: string): readonly Statement[] {
  const found: Statement[] = []
  const blocks: string[] = []
  let words: string[] = []
  let line = 1
  for (const [it] of text.matchAll(piece)) {
    if (it === '\n') line += 1
    else if (it === ';' || it === '{') found.push({ words, line, block: blocks.at(-1) ?? '' })
    if (it === '{') blocks.push(words[0] ?? '')
    else if (it === '}') blocks.pop()
    if (/^[;{}]$/.test(it)) words = []
    else if (!/^[\n#]/.test(it)) words.push(it.replace(/^["']|["']$/g, ''))
  }
  return found
}

/** Whether this is HAProxy's language: its name, or a section's beginning. */
export function isHaproxy(name: string, text: string): boolean {
  if (/\.(?:ya?ml|properties|env|toml|ini|cnf)$/i.test(name)) return false
  return /haproxy/i.test(name) || /^(?:backend|frontend|listen)[ \t]{1,20}[\w.:*-]{1,200}[ \t\r]{0,20}$/m.test(text)
}

/**
 * Whom HAProxy calls: `server NAME ADDRESS` and `server-template PREFIX NUMBER ADDRESS` that are not `disabled`
 * (configuration manual, 5.2: it gets no traffic and no checks until somebody enables it). Rules only compare and write
 * addresses. Linear; never throws.
 */
export function haproxyCalls(text: string): readonly ServerCall[] {
  let isOff = false
  return linesOf(text).flatMap((raw, at) => {
    const words = raw
      .replace(/(?:^|\s)#[^]*$/, '')
      .trim()
      .split(/\s+/)
    const [by = ''] = words
    if (/^(?:global|defaults|frontend|backend|listen|peers|resolvers)$/.test(by)) isOff = false
    if (by === 'default-server') isOff = words.includes('disabled')
    const place = ['', 'server', 'server-template'].indexOf(by)
    const to = place > 0 ? (words[place + 1] ?? '') : ''
    const isUsed = isOff ? words.includes('enabled') : !words.includes('disabled')
    return isUsed ? destinationsIn('server', to).map((it) => ({ ...it, by, line: at + 1 })) : []
  })
}
