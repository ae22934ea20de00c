import { asIpAddress } from './dns-name.ts'

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

/** Why the C library passes over a line that was meant for it. */
export type Unread = 'line-end' | 'indented' | 'unknown-word' | 'no-address'

export interface UnreadLine {
  /** From 1. */
  readonly line: number
  /** Without its line end. */
  readonly text: string
  readonly why: Unread
  readonly keyword: 'nameserver' | 'search' | 'options'
}

const meant = /^(?:name[-_ ]?servers?|dns(?:[-_]?servers?)?|servers?)\b/i
const keywords = /^(nameserver|search|domain|options)[ \t]/

/**
 * Lines that somebody wrote for the resolver and that it does not take: both C libraries want the keyword at the very
 * start of the line and in lower case; glibc takes `10.96.0.10\r` for no address, musl does not mind the `\r`
 * (glibc resolv/res_init.c; musl src/network/resolvconf.c). `libc` null: as glibc, which is the stricter one.
 */
export function unreadLines(text: string, libc: 'glibc' | 'musl' | null): readonly UnreadLine[] {
  return text.split('\n').flatMap((raw, index): readonly UnreadLine[] => {
    const found = unread(raw, libc)
    return found === null ? [] : [{ line: index + 1, text: raw.trimEnd(), ...found }]
  })
}

function unread(raw: string, libc: 'glibc' | 'musl' | null): Pick<UnreadLine, 'why' | 'keyword'> | null {
  const trimmed = raw.trim()
  if (trimmed === '' || /^[#;]/.test(trimmed)) return null
  const named = keywordOf(trimmed)
  if (named === null) return meant.test(trimmed) ? { why: 'unknown-word', keyword: 'nameserver' } : null
  if (/^[ \t]/.test(raw)) return { why: 'indented', keyword: named }
  // Options are read up to what is no digit; a suffix and an address take the `\r` as a part of them.
  if (raw.endsWith('\r') && libc !== 'musl' && named !== 'options') return { why: 'line-end', keyword: named }
  const server = trimmed.split(/\s+/, 2)[1] ?? ''
  return named === 'nameserver' && !isAddress(server) ? { why: 'no-address', keyword: named } : null
}

function keywordOf(line: string): UnreadLine['keyword'] | null {
  const word = keywords.exec(line)?.[1]
  if (word === undefined) return null
  if (word === 'nameserver') return 'nameserver'
  return word === 'options' ? 'options' : 'search'
}

/** With or without the zone of a link-local one. */
function isAddress(word: string): boolean {
  const ip = word.split('%', 1)[0] ?? ''
  return asIpAddress(ip) !== null
}

/** The text as this C library takes it. */
export function readLines(text: string, libc: 'glibc' | 'musl' | null): string {
  const passed = new Set(unreadLines(text, libc).map((it) => it.line))
  return passed.size === 0
    ? text
    : text
        .split('\n')
        .filter((_, index) => !passed.has(index + 1))
        .join('\n')
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
