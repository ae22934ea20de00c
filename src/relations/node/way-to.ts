import type { NodeRoute } from '../../model/node-network.ts'
import { contains } from '../cidr-index.ts'

/** Where packets for an address go, by the main table. */
export type Way =
  | { readonly kind: 'by'; readonly route: NodeRoute }
  | { readonly kind: 'default'; readonly route: NodeRoute }
  | { readonly kind: 'refused'; readonly route: NodeRoute }
  | { readonly kind: 'none' }

/** The longest prefix wins; of two alike the first, as the file has them by metric. */
export function wayTo(routes: readonly NodeRoute[], ip: string): Way {
  let best: NodeRoute | null = null
  let length = -1
  for (const route of routes) {
    const bits = bitsOf(route.to)
    if (bits > length && contains(route.to, ip)) [best, length] = [route, bits]
  }
  if (best === null) return { kind: 'none' }
  if (best.dev === null) return { kind: 'refused', route: best }
  return { kind: length === 0 ? 'default' : 'by', route: best }
}

function bitsOf(cidr: string): number {
  const at = cidr.lastIndexOf('/')
  return at < 0 ? -1 : Number(cidr.slice(at + 1))
}

/** `10.2.3.0/24 via 192.168.0.13 dev eth0`, as a line of evidence. */
export function routeLine({ to, via, dev }: NodeRoute): string {
  return `${to}${via === null ? '' : ` via ${via}`}${dev === null ? ' refused' : ` dev ${dev}`}`
}
