/** One line of the kernel's IPv4 table. */
export interface Route {
  readonly to: string
  readonly via: string | null
  readonly device: string
}

/** A node of a cluster of hundreds has as many; more is not kept, and null says so. */
const mostRoutes = 512

const up = 0x1

/**
 * /proc/net/route (net/ipv4/fib_trie.c, fib_route_seq_show): the main table with its addresses in hexadecimal, in the
 * byte order of the machine, which is little-endian on amd64 and arm64. Single addresses, a node's own pods with some
 * CNIs, are left out.
 */
export function parseRouteTable(text: string): readonly Route[] | null {
  const [, ...lines] = text.trimEnd().split('\n')
  const routes: Route[] = []
  for (const line of lines) {
    const [device = '', to = '', via = '', flags = '', , , , mask = ''] = line.trim().split(/\s+/, 8)
    if (!isWord(to) || !isWord(via) || !isWord(mask) || device === '') continue
    const length = prefixLength(mask)
    if ((Number.parseInt(flags, 16) & up) === 0 || length === null || length === 32) continue
    if (routes.length === mostRoutes) return null
    routes.push({ to: `${dotted(to)}/${length}`, via: via === '00000000' ? null : dotted(via), device })
  }
  return routes
}

function isWord(hex: string): boolean {
  return /^[0-9A-Fa-f]{8}$/.test(hex)
}

function bytesOf(hex: string): readonly number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
}

function dotted(hex: string): string {
  return bytesOf(hex).join('.')
}

/** null where the ones are not together, which no route of today has. */
function prefixLength(mask: string): number | null {
  const bits = bytesOf(mask)
    .map((it) => it.toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : null
}
