interface Neighbour {
  readonly ip: string
  readonly mac: string
  readonly dev: string
}

/** include/uapi/linux/if_arp.h: ATF_PERM, set by somebody, and never asked for again. */
const permanent = 0x4
const most = 500

/** Of /proc/net/arp, IPv4 alone (net/ipv4/arp.c, arp_format_neigh_entry), what somebody wrote in for good. */
export function fixedNeighboursIn(text: string): readonly Neighbour[] {
  const found: Neighbour[] = []
  for (const line of text.slice(0, 1_000_000).split('\n')) {
    if (line.length > 200) continue
    const [ip = '', , flags = '', mac = '', , dev = ''] = line.trim().split(/\s+/, 6)
    if (!/^[\d.]{7,15}$/.test(ip) || !/^0x[0-9a-f]{1,4}$/.test(flags) || !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac))
      continue
    if ((Number.parseInt(flags, 16) & permanent) === 0 || dev === '') continue
    found.push({ ip, mac, dev })
    if (found.length === most) break
  }
  return found
}
