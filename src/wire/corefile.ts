import { unclosedBrace } from './unclosed-brace.ts'

/** One directive: `forward . /etc/resolv.conf { max_concurrent 1000 }`. */
export interface CorefilePlugin {
  readonly name: string
  readonly args: readonly string[]
  /** Counted from 1; an imported snippet's lines are those of the snippet. */
  readonly line: number
  /** The directives between its braces; null without braces. */
  readonly block: readonly CorefilePlugin[] | null
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
  /** What stands against the grammar: the parser reads on as well as it can. */
  readonly problems: readonly { readonly line: number; readonly text: string }[]
}

export interface Token {
  readonly text: string
  readonly line: number
}

/** Snippets may import snippets; one that imports itself would never end. */
const deepestImport = 8

/** The parser's own stack ends somewhere: no plug-in nests deeper than two. */
const deepestBlock = 64

/**
 * Parses a Corefile: the Caddyfile grammar of coredns/caddy (caddyfile/lexer.go, parse.go), with snippets expanded
 * where they are imported. Imported *files* stay as `import` directives: they are not in the ConfigMap's key. Never
 * throws; text that is no Corefile gives servers as far as they can be read, and problems.
 */
export function parseCorefile(text: string): Corefile {
  const problems: { line: number; text: string }[] = []
  const tokens = lex(text, problems)
  const servers: CorefileServer[] = []
  const imports: string[] = []
  const snippets = new Map<string, readonly CorefilePlugin[]>()
  let at = 0

  while (at < tokens.length) {
    const first = tokens[at]
    if (first === undefined) break
    if (first.text === '}') {
      problems.push({ line: first.line, text: '`}` without its `{`' })
      at += 1
      continue
    }
    if (first.text === 'import') {
      for (at += 1; tokens[at]?.line === first.line; at += 1) imports.push(tokens[at]?.text ?? '')
      continue
    }
    const keys = serverKeys()
    const plugins = tokens[at]?.text === '{' ? directives(first.line, 0) : withoutBraces()
    const snippet = keys.length === 1 ? /^\((.+)\)$/.exec(keys[0] ?? '')?.[1] : undefined
    if (snippet === undefined) servers.push({ keys, line: first.line, plugins })
    else snippets.set(snippet, plugins)
  }

  return { servers: servers.map((it) => ({ ...it, plugins: expand(it.plugins, 0) })), imports, problems }

  /** Keys run on over line ends while a comma asks for more; otherwise the line's end or a brace closes them. */
  function serverKeys(): string[] {
    const keys: string[] = []
    let more = true
    let line = tokens[at]?.line ?? 0
    for (let token = tokens[at]; token !== undefined && token.text !== '{' && token.text !== '}'; token = tokens[at]) {
      if (!more && token.line !== line) break
      more = token.text.endsWith(',')
      line = token.line
      keys.push(...token.text.split(',').filter((it) => it !== ''))
      at += 1
    }
    return keys
  }

  /** A file with one server may leave its braces out; then everything to the end is its body. */
  function withoutBraces(): readonly CorefilePlugin[] {
    const plugins: CorefilePlugin[] = []
    while (at < tokens.length && tokens[at]?.text !== '}') plugins.push(directive(0))
    return plugins
  }

  function directives(openedAt: number, depth: number): readonly CorefilePlugin[] {
    at += 1
    const plugins: CorefilePlugin[] = []
    while (at < tokens.length && tokens[at]?.text !== '}') plugins.push(directive(depth))
    if (at >= tokens.length) problems.push({ line: unclosedBrace(text) ?? openedAt, text: '`{` is never closed' })
    at += 1
    return plugins
  }

  function directive(depth: number): CorefilePlugin {
    const name = tokens[at] ?? { text: '', line: 0 }
    const args: string[] = []
    at += 1
    if (name.text === '{') problems.push({ line: name.line, text: '`{` without a name before it' })
    for (let token = tokens[at]; token !== undefined && token.line === name.line; token = tokens[at]) {
      if (token.text === '}') break
      if (token.text === '{') {
        if (depth < deepestBlock) return { name: name.text, args, line: name.line, block: directives(name.line, depth + 1) }
        problems.push({ line: token.line, text: 'blocks nested too deep' })
      }
      args.push(token.text)
      at += 1
    }
    return { name: name.text, args, line: name.line, block: null }
  }

  function expand(plugins: readonly CorefilePlugin[], depth: number): readonly CorefilePlugin[] {
    return plugins.flatMap((it) => {
      const body = it.name === 'import' ? snippets.get(it.args[0] ?? '') : undefined
      if (body === undefined) return [it]
      if (depth < deepestImport) return expand(body, depth + 1)
      problems.push({ line: it.line, text: `snippet ${it.args[0] ?? ''} imports itself` })
      return []
    })
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
    const zone = [...plugin.args, ...server.keys].map(zoneOf).find((it) => it !== '' && !/(^|\.)(in-addr|ip6)\.arpa$/.test(it) && !it.includes('/'))
    if (zone !== undefined) return zone
  }
  return 'cluster.local'
}

/** `dns://corp.example.:1053` is the zone `corp.example`; the root zone is empty. */
export function zoneOf(key: string): string {
  return key.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
}

/** The words of a Corefile with their lines, counted from 1. */
export function tokensOf(text: string): readonly Token[] {
  return lex(text, [])
}

/**
 * Words between white space; `#` starts a comment even inside a word; a quote at a word's start takes everything to
 * the next bare quote, line ends too.
 */
function lex(text: string, problems: { line: number; text: string }[]): Token[] {
  const tokens: Token[] = []
  let line = 1
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === '\n') line += 1
    if (/\s/.test(char)) at += 1
    else if (char === '#') at = endOf(text.indexOf('\n', at))
    else if (char === '"') quoted()
    else bare()
  }
  return tokens

  function endOf(found: number): number {
    return found === -1 ? text.length : found
  }

  function bare(): void {
    const start = at
    while (at < text.length && text[at] !== '#' && !/\s/.test(text[at] ?? '')) at += 1
    tokens.push({ text: text.slice(start, at), line })
  }

  function quoted(): void {
    const opened = line
    let word = ''
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\\' && text[at + 1] === '"') at += 1
      if (text[at] === '\n') line += 1
      word += text[at]
    }
    if (at >= text.length) problems.push({ line: opened, text: 'a quote is never closed' })
    at += 1
    tokens.push({ text: word, line: opened })
  }
}
