/** A route of the main table; `dev: null` where whatever goes there is refused or dropped. */
interface Route {
  readonly to: string
  readonly via: string | null
  readonly dev: string | null
}

/** A node of a thousand nodes has as many routes, and a router may have a million. */
const most = 5000

/** include/uapi/linux/route.h */
const up = 0x1
const gateway = 0x2
const reject = 0x200

/**
 * /proc/net/route: addresses as hex words in the byte order of the machine, taken for little-endian as everywhere here
 * (net/ipv4/fib_trie.c, fib_route_seq_show). A blackhole has no interface, an unreachable one the flag of a refusal.
 */
export function routesIn(text: string): readonly Route[] {
  return linesOf(text, ([dev = '', to = '', via = '', flags = '', , , , mask = '']): Route | null => {
    if (![to, via, mask].every((it) => /^[0-9A-F]{8}$/.test(it)) || !/^[0-9A-F]{1,8}$/.test(flags)) return null
    const set = Number.parseInt(flags, 16)
    if ((set & up) === 0) return null
    return {
      to: `${dotted(to)}/${ones(Number.parseInt(mask, 16))}`,
      via: (set & gateway) === 0 ? null : dotted(via),
      dev: dev === '*' || (set & reject) !== 0 ? null : dev,
    }
  })
}

/** Local addresses and multicast are in this file too (net/ipv6/route.c, rt6_info_route): they lead nowhere else. */
const local6 = /^(?:ff|fe80)/

/** /proc/net/ipv6_route, without what is the machine's own. */
export function routes6In(text: string): readonly Route[] {
  return linesOf(text, ([to = '', bits = '', , , via = '', , , , flags = '', dev = '']): Route | null => {
    if (![to, via].every((it) => /^[0-9a-f]{32}$/.test(it)) || !/^[0-9a-f]{2}$/.test(bits)) return null
    if (!/^[0-9a-f]{8}$/.test(flags) || local6.test(to) || dev === 'lo') return null
    const set = Number.parseInt(flags, 16)
    if ((set & up) === 0) return null
    return {
      to: `${groups(to)}/${Number.parseInt(bits, 16)}`,
      via: /^0+$/.test(via) ? null : groups(via),
      dev: (set & reject) === 0 ? dev : null,
    }
  })
}

function linesOf(text: string, read: (words: readonly string[]) => Route | null): readonly Route[] {
  const found: Route[] = []
  for (const line of text.split('\n')) {
    if (line.length > 300) continue
    const route = read(line.trim().split(/\s+/))
    if (route !== null) found.push(route)
    if (found.length === most) break
  }
  return found
}

function dotted(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).map((it) => Number.parseInt(it, 16))
  return bytes.toReversed().join('.')
}

function groups(hex: string): string {
  const words = (hex.match(/.{4}/g) ?? []).map((it) => Number.parseInt(it, 16).toString(16)).join(':')
  return /^(?:0:){7}0$/.test(words) ? '::' : words
}

function ones(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left = Math.floor(left / 2)) count += left % 2
  return count
}
