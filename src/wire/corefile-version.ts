import { parseCorefile, tokensOf } from './corefile.ts'

/**
 * What CoreDNS hashes to tell one Corefile from another, so that its metric `coredns_reload_version_info` can be held to
 * a text: Go's JSON of the parsed server blocks (coredns plugin/reload parse, coredns/caddy caddyfile ServerBlock, Token).
 * Comments and spaces do not count, line numbers do. null for text with imports or environment variables: what stands
 * for them only the server knows.
 */
export function corefileVersionText(text: string): string | null {
  const { servers, imports, problems } = parseCorefile(text)
  const tokens = tokensOf(text)
  if (problems.length > 0 || imports.length > 0 || tokens.some((it) => it.text === 'import' || /^\(.*\)$|\{[$%]/.test(it.text))) return null

  let at = 0
  const blocks = servers.map(({ keys, plugins }) => {
    // Past the keys: without braces the body begins on the next line.
    const own = new Set(keys)
    while (at < tokens.length && tokens[at]?.text !== '{' && tokens[at]?.text.split(',').some((it) => own.has(it)) === true) at += 1
    const braced = tokens[at]?.text === '{'
    if (braced) at += 1
    const held = new Map<string, object[]>()
    for (const { name } of plugins) {
      const its = held.get(name) ?? []
      for (const it of directive()) its.push(it)
      held.set(name, its)
    }
    if (braced) at += 1
    return { Keys: keys, Tokens: Object.fromEntries([...held].toSorted(([a], [b]) => (a < b ? -1 : 1))) }
  })
  return goJson(blocks)

  function directive(): readonly object[] {
    const its: object[] = []
    let depth = 0
    let last = tokens[at]?.line ?? 0
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      if (depth === 0 && its.length > 0 && (token.line !== last || token.text === '}')) break
      if (token.text === '{') depth += 1
      if (token.text === '}') depth -= 1
      last = token.line
      its.push({ File: '', Line: token.line, Text: token.text })
      at += 1
    }
    return its
  }
}

/** encoding/json escapes for HTML, and two line ends that JSON allows. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
