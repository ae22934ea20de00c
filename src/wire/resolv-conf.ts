/** What a stub resolver reads: resolv.conf(5). Later `search` lines replace earlier ones; unknown lines are skipped. */
export interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
  readonly options: readonly string[]
}

/** glibc caps ndots at 15 (resolv/res_init.c). */
const mostDots = 15

/** Up to the first character that begins a comment. */
export function withoutComment(line: string, mark: RegExp): string {
  const at = line.search(mark)
  return at === -1 ? line : line.slice(0, at)
}

export function parseResolvConf(text: string): ResolvConf {
  let search: readonly string[] = []
  const nameservers: string[] = []
  const options: string[] = []
  for (const line of text.split('\n')) {
    const [keyword, ...words] = withoutComment(line, /[#;]/).trim().split(/\s+/)
    if (keyword === 'nameserver' && words[0] !== undefined) nameservers.push(words[0])
    if (keyword === 'search' || keyword === 'domain') search = words
    if (keyword === 'options') options.push(...words)
  }
  const dots = options.findLast((it) => /^ndots:\d+$/.test(it))
  return {
    nameservers,
    search,
    ndots: dots === undefined ? 1 : Math.min(mostDots, Number(dots.slice('ndots:'.length))),
    options,
  }
}

/**
 * Queries that one lookup of an absolute name with `dots` dots costs when the name exists outside only: each suffix
 * of the search list first, then the name itself, A and AAAA each. Measured on glibc 2.36 and musl: 10 with 4 suffixes.
 */
export function queriesPerLookup(
  conf: { readonly search: readonly string[]; readonly ndots: number },
  dots: number,
): number {
  return dots < conf.ndots ? (conf.search.length + 1) * 2 : 2
}
