import { parseResolvConf, readLines, withoutComment } from './resolv-conf.ts'

/** How a C library reads resolv.conf: what it does with the names that it is given, and how long it waits. */
export interface ResolverSettings {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
  readonly timeoutMs: number
  readonly attempts: number
  /**
   * glibc only: `single-request` and `single-request-reopen` ask A, then AAAA; `use-vc` asks over TCP; `no-aaaa` asks A
   * alone.
   */
  readonly oneAtATime: boolean
  readonly overTcp: boolean
  readonly noAaaa: boolean
}

type Libc = 'glibc' | 'musl'
/** How one name that was tried ended, and how the whole lookup did. `cut-off`: our own limit ended it. */
export const walkEnds = [
  'found',
  'nodata',
  'other-name',
  'nxdomain',
  'servfail',
  'refused',
  'timeout',
  'unreachable',
  'cut-off',
] as const

export type WalkEnd = (typeof walkEnds)[number]

/** Both libraries stop reading after the third (MAXNS), and ask this host when there is none. */
const mostNameservers = 3

/** musl reads lines of at most 255 characters and passes over longer ones (src/network/resolvconf.c). */
const muslLine = 255

/** glibc: resolv/res_init.c and resolv.h (RES_MAXRETRANS 30, RES_MAXRETRY 5). musl: src/network/resolvconf.c. */
const limits = { glibc: { seconds: 30, attempts: 5 }, musl: { seconds: 60, attempts: 10 } } as const

export function settingsOf(libc: Libc, resolvConf: string): ResolverSettings {
  const text =
    libc === 'musl'
      ? resolvConf
          .split('\n')
          .filter((it) => it.length <= muslLine)
          .join('\n')
      : resolvConf
  const { nameservers, search, ndots, options } = parseResolvConf(readLines(text, libc))
  const own = libc === 'glibc' ? options : []
  return {
    nameservers: nameservers.length === 0 ? ['127.0.0.1'] : nameservers.slice(0, mostNameservers),
    search,
    ndots,
    timeoutMs: 1000 * Math.min(limits[libc].seconds, Math.max(1, numberOption(options, 'timeout') ?? 5)),
    attempts: Math.min(limits[libc].attempts, Math.max(1, numberOption(options, 'attempts') ?? 2)),
    oneAtATime: own.includes('single-request') || own.includes('single-request-reopen'),
    overTcp: own.includes('use-vc'),
    noAaaa: own.includes('no-aaaa'),
  }
}

/** The number of an option such as `timeout:2`, the last where it stands twice; null: none has one. */
export function numberOption(options: readonly string[], name: string): number | null {
  const found = options.findLast((it) => it.startsWith(`${name}:`))?.slice(name.length + 1)
  return found !== undefined && /^\d+$/.test(found) ? Number(found) : null
}

export interface Candidate {
  /** Absolute, with its trailing dot. */
  readonly name: string
  /** The suffix of the search list that made it; null for the name as it was typed. */
  readonly suffix: string | null
}

/**
 * The names that a resolver tries for `typed`, in order. glibc (resolv/res_query.c): the name as it is first when it
 * has `ndots` dots or more, and the search list in any case. musl (src/network/lookup_name.c): no search list for
 * such a name at all. A trailing dot ends the matter in both.
 */
export function candidates(
  libc: Libc,
  settings: Pick<ResolverSettings, 'search' | 'ndots'>,
  typed: string,
): readonly Candidate[] {
  const asIs: Candidate = { name: typed.endsWith('.') ? typed : `${typed}.`, suffix: null }
  if (typed.endsWith('.')) return [asIs]
  const dots = typed.split('.').length - 1
  const tried = settings.search
    .map((it) => it.replace(/\.$/, ''))
    .map((it): Candidate => (it === '' ? { name: asIs.name, suffix: '.' } : { name: `${typed}.${it}.`, suffix: it }))
  const rootListed = tried.some((it) => it.suffix === '.')
  if (libc === 'musl') return dots >= settings.ndots ? [asIs] : [...tried, ...(rootListed ? [] : [asIs])]
  if (dots >= settings.ndots) return [asIs, ...tried.filter((it) => it.suffix !== '.')]
  return [...tried, ...(rootListed ? [] : [asIs])]
}

/**
 * What a resolver does after a name that was not found. glibc goes on with the list after NXDOMAIN, no data and
 * SERVFAIL; after silence it leaves out the rest of the list and tries the name as it was typed; a refused port ends
 * all; records under another name end the search, and are thrown away afterwards. musl goes on after NXDOMAIN alone.
 */
export function afterwards(libc: Libc, end: WalkEnd, candidate: Candidate): 'next' | 'as-is' | 'stop' {
  if (end === 'found' || end === 'cut-off' || end === 'other-name') return 'stop'
  if (libc === 'musl') return end === 'nxdomain' ? 'next' : 'stop'
  if (end === 'nxdomain' || end === 'nodata' || end === 'servfail') return 'next'
  // A first try of the name as it was typed is followed by the search list, whatever became of it.
  if (candidate.suffix === null) return 'next'
  return end === 'unreachable' ? 'stop' : 'as-is'
}

/**
 * What the program is told when nothing was found. glibc: the answer to the name as it was typed when that came
 * first, else "no data" if any name had it, else "try again" if any was SERVFAIL, else the last. musl: the last.
 */
export function verdict(
  libc: Libc,
  ends: readonly { readonly end: WalkEnd; readonly candidate: Candidate }[],
): WalkEnd {
  const last = ends.at(-1)?.end ?? 'nxdomain'
  const [first] = ends
  if (libc === 'musl' || last === 'found' || last === 'cut-off' || last === 'other-name') return last
  if (first !== undefined && first.candidate.suffix === null) return first.end
  if (ends.some((it) => it.end === 'nodata')) return 'nodata'
  return ends.some((it) => it.end === 'servfail') ? 'servfail' : last
}

/** `10.1.2.3` as `3.2.1.10.in-addr.arpa.`, an IPv6 address nibble by nibble; null for what is no address. */
export function reverseName(ip: string): string | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(ip) && ip.split('.').every((it) => Number(it) <= 255))
    return `${ip.split('.').reverse().join('.')}.in-addr.arpa.`
  const words = expand(ip)
  return words === null
    ? null
    : `${words
        .map((it) => it.padStart(4, '0'))
        .join('')
        .split('')
        .reverse()
        .join('.')}.ip6.arpa.`
}

function expand(ip: string): readonly string[] | null {
  if (!/^[0-9a-f:]+$/i.test(ip) || !ip.includes(':')) return null
  const halves = ip.toLowerCase().split('::')
  if (halves.length > 2) return null
  const [left = [], right = []] = halves.map((it) => (it === '' ? [] : it.split(':')))
  const zeros = halves.length === 2 ? Array.from({ length: 8 - left.length - right.length }, () => '0') : []
  const words = [...left, ...zeros, ...right]
  return words.length === 8 && words.every((it) => /^[0-9a-f]{1,4}$/.test(it)) ? words : null
}

/** The address that a hosts file gives for a name; the first line counts, and case does not (hosts(5)). */
export function addressesInHosts(hosts: string, typed: string): readonly string[] {
  const wanted = typed.replace(/\.$/, '').toLowerCase()
  return hosts.split('\n').flatMap((line) => {
    const [ip, ...names] = withoutComment(line, /#/).trim().split(/\s+/)
    return ip !== undefined && names.some((it) => it.toLowerCase() === wanted) ? [ip] : []
  })
}
