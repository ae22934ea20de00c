/** What the statements of a snippet do to each request that comes to it, whatever stands behind. */
export interface SnippetEffect {
  /** `return 503;`: the first of the snippet's own level. */
  readonly returns: number | null
  /** `deny all;` or `deny 10.0.0.0/8;` of its own level: somebody is kept out by his address. */
  readonly denies: 'all' | 'some' | null
  /** How many `allow` go before `deny all`. */
  readonly allows: number
}

/** nginx itself reads longer files; nobody writes a snippet of this length. */
const longest = 32 * 1024

/**
 * Statements end with a semicolon, blocks stand in braces, and quotes and comments hold both as text (nginx,
 * ngx_conf_file.c). What stands in a block holds for a part of the requests, and is left out. Linear.
 */
export function snippetEffect(text: string): SnippetEffect {
  const statements = topStatements(text.slice(0, longest))
  const words = statements.map((it) => it.trim().split(/\s+/, 3))
  const status = words.find(([name]) => name === 'return')?.[1]
  const returns = status !== undefined && /^[1-5]\d\d$/.test(status) ? Number(status) : null
  const denied = words.flatMap(([name, who]) => (name === 'deny' ? [who ?? ''] : []))
  const isAll = denied.includes('all')
  const some = denied.length > 0 ? 'some' : null
  return {
    returns: status === undefined || returns !== null ? returns : 302,
    denies: isAll ? 'all' : some,
    allows: words.filter(([name]) => name === 'allow').length,
  }
}

/** The statements that stand in no block. */
function topStatements(text: string): readonly string[] {
  const found: string[] = []
  let depth = 0
  let own = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '#' && /^\s?$/.test(text.charAt(at - 1))) {
      const end = text.indexOf('\n', at)
      at = end === -1 ? text.length : end
      own += ' '
    } else if ((char === '"' || char === "'") && /^\s?$/.test(text.charAt(at - 1))) {
      const end = closing(text, at)
      if (depth === 0) own += 'q'
      at = end
    } else if (char === '{') {
      // `${name}` is a variable's name.
      if (text.charAt(at - 1) === '$') at = Math.max(at, text.indexOf('}', at))
      else {
        depth += 1
        own = ''
      }
    } else if (char === '}') {
      depth = Math.max(0, depth - 1)
      own = ''
    } else if (char === ';') {
      if (depth === 0) found.push(own)
      own = ''
    } else if (depth === 0) own += char
  }
  return found
}

function closing(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1
    else if (text.charAt(at) === quote) return at
  }
  return text.length
}
