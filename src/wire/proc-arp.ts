interface Neighbour {
  readonly ip: string
  readonly mac: string
  readonly dev: string
}

/** As a field of what is told of a node: absent where it could not be read, or not whole. */
export function fixedIn(text: string | null): { readonly fixed?: readonly Neighbour[] } {
  const fixed = text === null ? null : fixedNeighboursIn(text)
  return fixed === null ? {} : { fixed }
}

/** include/uapi/linux/if_arp.h: ATF_PERM, set by somebody, and never asked for again. */
const permanent = 0x4
const most = 500
const mostBytes = 1_000_000

/**
 * Of /proc/net/arp, IPv4 alone (net/ipv4/arp.c, arp_format_neigh_entry), what somebody wrote in for good; null where it
 * is more than is read.
 */
export function fixedNeighboursIn(text: string): readonly Neighbour[] | null {
  if (text.length > mostBytes) return null
  const found: Neighbour[] = []
  for (const line of text.split('\n')) {
    if (line.length > 200) continue
    const [ip = '', , flags = '', mac = '', , dev = ''] = line.trim().split(/\s+/, 6)
    if (!/^[\d.]{7,15}$/.test(ip) || !/^0x[0-9a-f]{1,4}$/.test(flags) || !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac))
      continue
    if ((Number.parseInt(flags, 16) & permanent) === 0 || dev === '') continue
    if (found.length === most) return null
    found.push({ ip, mac, dev })
  }
  return found
}
