import { type Directive, lex, neverClosed, parseCaddyfile, type Problem, sameLine, type Token } from './caddyfile.ts'
import { unclosedBrace } from './unclosed-brace.ts'

/** One directive: `forward . /etc/resolv.conf { max_concurrent 1000 }`. */
export interface CorefilePlugin {
  readonly name: string
  readonly args: readonly string[]
  /** Counted from 1; an imported snippet's lines are those of the snippet. */
  readonly line: number
  /** The directives between its braces; null without braces. */
  readonly block: readonly CorefilePlugin[] | null
  /** The `}` of the block around it stands in its line: to the plugin that is one more argument. */
  readonly closesBeside?: true
  /** What stands behind its `}`, in the same line: to the plugin that is a second directive of its name. */
  readonly trailing?: readonly string[]
}

export interface CorefileServer {
  /** Zones with their ports as written: `.:53`, `dns://corp.example:1053`. */
  readonly keys: readonly string[]
  readonly line: number
  readonly plugins: readonly CorefilePlugin[]
}

export interface Corefile {
  readonly servers: readonly CorefileServer[]
  /** Files that are imported between the servers: `import custom/*.server`. What stands in them is not known here. */
  readonly imports: readonly string[]
  /** What CoreDNS's parser refuses: the rest is read on as well as it can be. */
  readonly problems: readonly Problem[]
  /** There is more of it than was read: its snippets multiply. */
  readonly cutOff: boolean
}

/** The stack ends somewhere: no plugin nests deeper than two. */
const deepestBlock = 64

/**
 * Parses a Corefile, with snippets expanded where they are imported. Imported *files* stay as `import` directives: they
 * are not in the ConfigMap's key. Never throws; text that is no Corefile gives servers as far as they can be read, and
 * problems.
 */
export function parseCorefile(text: string): Corefile {
  const { blocks, imports, problems, cutOff } = parseCaddyfile(text)
  const servers = blocks.map(({ keys, line, directives }) => ({ keys, line, plugins: directives.map(pluginOf) }))
  const [nameless] = servers.flatMap((it) => it.plugins).filter((it) => !mayBePlugin(it.name))
  return {
    servers,
    imports,
    problems: problems.length > 0 || nameless === undefined ? problems : [noPlugin(nameless, text)],
    cutOff,
  }
}

/** No plugin has such a name, whatever a CoreDNS is built with; what an environment variable says is not known. */
function mayBePlugin(name: string): boolean {
  return /^[\w-]+$/.test(name) || /\{[$%]/.test(name)
}

/** Most often the name of the next server, in a block that somebody forgot to close. */
function noPlugin({ name, line }: CorefilePlugin, text: string): Problem {
  const open = unclosedBrace(text)
  if (open !== null) return { line: open, text: neverClosed, mark: '{' }
  return { line, text: `there is no plugin \`${name}\``, mark: name }
}

/** As a plugin's setup reads its tokens: RemainingArgs, then NextBlock (caddyfile/dispenser.go). */
function pluginOf({ tokens }: Directive): CorefilePlugin {
  let at = 0
  const plugin = line(0)
  const trailing = tokens.slice(at).map((it) => it.text)
  return trailing.length === 0 ? plugin : { ...plugin, trailing }

  function line(depth: number): CorefilePlugin {
    const name = tokens[at] ?? { text: '', line: 1 }
    const args: string[] = []
    let last = name
    at += 1
    for (let token = tokens[at]; token !== undefined && sameLine(last, token); token = tokens[at]) {
      if (token.text === '}') return { name: name.text, args, line: name.line, block: null, closesBeside: true }
      if (token.text === '{' && depth < deepestBlock)
        return { name: name.text, args, line: name.line, block: block(depth) }
      args.push(token.text)
      last = token
      at += 1
    }
    return { name: name.text, args, line: name.line, block: null }
  }

  function block(depth: number): readonly CorefilePlugin[] {
    const its: CorefilePlugin[] = []
    at += 1
    while (at < tokens.length && tokens[at]?.text !== '}') its.push(line(depth + 1))
    at += 1
    return its
  }
}

/**
 * The cluster's domain: the first zone of the first `kubernetes` directive that is no reverse zone, else the zone of
 * its server; `cluster.local` where no Corefile says.
 */
export function clusterDomain(corefile: Corefile): string {
  for (const server of corefile.servers) {
    const plugin = server.plugins.find((it) => it.name === 'kubernetes')
    if (plugin === undefined) continue
    const zone = [...plugin.args, ...server.keys]
      .map(zoneOf)
      .find((it) => it !== '' && !/\{[$%]/.test(it) && !/(^|\.)(in-addr|ip6)\.arpa$/.test(it) && !it.includes('/'))
    if (zone !== undefined) return zone
  }
  return 'cluster.local'
}

/** `dns://corp.example.:1053` is the zone `corp.example`; the root zone is empty. */
export function zoneOf(key: string): string {
  return key
    .replace(/^[a-z]+:\/\//, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** Pods speak nothing else with the cluster's DNS: no TLS, no HTTPS, no gRPC, no QUIC. */
export function isPlainDns(key: string): boolean {
  return !/^(?:tls|grpc|https3?|quic):\/\//i.test(key)
}

/** The words of a Corefile with their lines, counted from 1. */
export function tokensOf(text: string): readonly Token[] {
  return lex(text).tokens
}
