import { asIpAddress, type IpAddress } from './dns-name.ts'

/**
 * Which packets a capture takes, as a value: text that a user typed gets no further than `readFilter`. What libpcap's
 * language has beyond it (offsets, arithmetic, names that would be looked up) is refused.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'protocol'; readonly name: Protocol }
  | {
      readonly op: 'port'
      readonly protocol: 'tcp' | 'udp' | null
      readonly side: Side | null
      readonly port: number
    }
  | { readonly op: 'net'; readonly side: Side | null; readonly address: IpAddress; readonly bits: number }
  /** The segments that open or end a TCP connection: SYN, FIN or RST. */
  | { readonly op: 'turning' }

export type Side = 'src' | 'dst'
/** As tcpdump is told; it has no word for it. */
const turningText = 'tcp[13] & 7 != 0 or (ip6[6] = 6 and ip6[53] & 7 != 0)'
const protocols = ['ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6'] as const
export type Protocol = (typeof protocols)[number]

declare const checked: unique symbol
/** A filter in libpcap's language, made of a `Filter` alone. */
export type FilterText = string & { readonly [checked]: 'capture-filter' }

export type FilterRead =
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'refused'; readonly why: string }

const longest = 400
const usualWords = 80
const deepest = 12

/** Of a point with as many servers as there may be. */
const longestWritten = { longest: 8000, mostWords: 2000 }

/** What `filterText` made of a filter, as a file has it; null where it is another's, or was cut. */
export function readWrittenFilter(text: string): Filter | null {
  const read = readLimited(text.replaceAll(turningText, 'turning'), longestWritten)
  return read.kind === 'filter' ? read.filter : null
}

/** What a user may write: protocols, ports, hosts and networks by address, and, or, not, parentheses. */
export function readFilter(text: string): FilterRead {
  return readLimited(text, { longest, mostWords: usualWords })
}

function readLimited(text: string, { longest, mostWords }: typeof longestWritten): FilterRead {
  const isWritten = mostWords > usualWords
  if (text.length > longest) return refused(`it has more than ${longest} characters`)
  const words = text.match(/[()!]|&&|\|\||[^\s()!&|]+|[&|]/g) ?? []
  if (words.length === 0) return refused('it is empty')
  if (words.length > mostWords) return refused(`it has more than ${mostWords} words`)
  let at = 0
  const next = (): string | undefined => words[at]?.toLowerCase()
  const take = (...some: readonly string[]): string | null => {
    const word = next()
    if (word === undefined || !some.includes(word)) return null
    at++
    return word
  }

  function several(op: 'and' | 'or', signs: readonly string[], one: () => Filter | string): Filter | string {
    const parts: Filter[] = []
    do {
      const part = one()
      if (typeof part === 'string') return part
      parts.push(part)
    } while (take(...signs) !== null)
    const [first] = parts
    return parts.length === 1 && first !== undefined ? first : { op, parts }
  }

  // libpcap gives `and` and `or` one rank, and reads them from the left: what mixes them takes parentheses here.
  function mixed(depth: number): Filter | string {
    const its = several('or', ['or', '||'], () => several('and', ['and', '&&'], () => factor(depth)))
    const isMixed =
      typeof its !== 'string' && its.op === 'or' && its.parts.some((it) => it.op === 'and' && !bracketed.has(it))
    return isMixed ? '`and` beside `or`: write parentheses' : its
  }

  const bracketed = new WeakSet<Filter>()

  function factor(depth: number): Filter | string {
    if (depth > deepest) return 'it is nested too deeply'
    if (take('not', '!') !== null) {
      const of = factor(depth + 1)
      return typeof of === 'string' ? of : { op: 'not', of }
    }
    if (take('(') === null) return primitive()
    const inner = mixed(depth + 1)
    if (typeof inner === 'string') return inner
    if (take(')') === null) return 'a parenthesis is not closed'
    bracketed.add(inner)
    return inner
  }

  function primitive(): Filter | string {
    if (isWritten && take('turning') !== null) return { op: 'turning' }
    const protocol = take(...protocols)
    const side = take('src', 'dst')
    const what = take('port', 'host', 'net')
    if (protocol !== null && side === null && what === null) return { op: 'protocol', name: protocol as Protocol }
    if (what === null) return unknownWord(next())
    const value = next() ?? ''
    at++
    const its = what === 'port' ? portOf(protocol, side, value) : netOf(what, side, value)
    if (typeof its === 'string' || protocol === null || what === 'port') return its
    return { op: 'and', parts: [{ op: 'protocol', name: protocol as Protocol }, its] }
  }

  const filter = mixed(0)
  if (typeof filter === 'string') return refused(filter)
  return at < words.length ? refused(unknownWord(next())) : { kind: 'filter', filter }
}

function refused(why: string): FilterRead {
  return { kind: 'refused', why }
}

function unknownWord(word: string | undefined): string {
  return word === undefined ? 'it ends too early' : `\`${word}\` is no part of a filter there`
}

function portOf(protocol: string | null, side: string | null, value: string): Filter | string {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 65_536
  if (port > 65_535) return `\`${value}\` is no port number`
  if (protocol !== null && protocol !== 'tcp' && protocol !== 'udp') return `${protocol} has no ports`
  return { op: 'port', protocol, side: side as Side | null, port }
}

function netOf(what: string, side: string | null, value: string): Filter | string {
  const [text = '', mask, more] = value.split('/')
  const address = asIpAddress(text)
  const family = address === null ? null : familyOf(address)
  if (address === null || family === null) return `\`${value}\` is no address`
  const most = family === 4 ? 32 : 128
  if (what === 'host') return mask === undefined ? hostFilter(address, side as Side | null) : `\`${value}\` is no host`
  const bits = mask !== undefined && /^\d{1,3}$/.test(mask) && more === undefined ? Number(mask) : 129
  if (bits > most) return `\`${value}\` is no network: write 10.1.0.0/16`
  // libpcap refuses bits beyond the mask.
  if (wordsOf(address)?.some((it, index) => (it & ~maskOf(bits, index)) !== 0) !== false)
    return `\`${value}\` has bits beyond its mask`
  return { op: 'net', side: side as Side | null, address, bits }
}

export function hostFilter(address: IpAddress, side: Side | null = null): Filter {
  return { op: 'net', side, address, bits: familyOf(address) === 4 ? 32 : 128 }
}

function familyOf(address: IpAddress): 4 | 6 | null {
  const words = wordsOf(address)
  if (words === null) return null
  return words.length === 1 ? 4 : 6
}

/** One word of 32 bits for IPv4, four for IPv6; null where it is neither. */
export function wordsOf(address: IpAddress): readonly number[] | null {
  if (!address.includes(':')) {
    const octets = address.split('.').map(Number)
    return [octets.reduce((sum, it) => (sum << 8) | it, 0) >>> 0]
  }
  const [head = '', tail, more] = address.split('::')
  const groups = (it: string): readonly string[] => (it === '' ? [] : it.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const gap = 8 - before.length - after.length
  if (more !== undefined || (tail === undefined ? gap !== 0 : gap < 1)) return null
  const all = [...before, ...Array.from({ length: gap }, () => '0'), ...after]
  if (!all.every((it) => /^[0-9a-f]{1,4}$/i.test(it))) return null
  const n = (index: number): number => Number.parseInt(all[index] ?? '0', 16)
  return [0, 2, 4, 6].map((it) => ((n(it) << 16) | n(it + 1)) >>> 0)
}

/** Of the word at `index`, the bits that belong to the network. */
export function maskOf(bits: number, index: number): number {
  const its = Math.max(0, Math.min(32, bits - 32 * index))
  return its === 0 ? 0 : (0xffffffff << (32 - its)) >>> 0
}

/** As tcpdump reads it; each part in parentheses, so that no rank of `and` and `or` matters. */
export function filterText(filter: Filter): FilterText {
  return textOf(filter) as FilterText
}

function textOf(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.parts.map((it) => `(${textOf(it)})`).join(` ${filter.op} `)
    case 'not':
      return `not (${textOf(filter.of)})`
    case 'protocol':
      return filter.name
    case 'port':
      return [filter.protocol, filter.side, 'port', filter.port].filter((it) => it !== null).join(' ')
    case 'net': {
      const whole = filter.bits === (filter.address.includes(':') ? 128 : 32)
      const what = whole ? `host ${filter.address}` : `net ${filter.address}/${filter.bits}`
      return filter.side === null ? what : `${filter.side} ${what}`
    }
    case 'turning':
      // libpcap finds the flags in IPv4 alone by `tcp[13]`.
      return turningText
  }
}
