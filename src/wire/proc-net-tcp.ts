/** A socket that waits for connections; `0.0.0.0` and `::` are every address. */
interface Listener {
  readonly ip: string
  readonly port: number
}

const most = 200

/**
 * `local_address` of /proc/net/tcp and tcp6, one a line: hex words in the byte order of the machine, then the port
 * (Linux, Documentation/networking/proc_net_tcp.rst). Little-endian is taken for granted, as on every machine that
 * Kubernetes has releases for but s390x; there a loopback address is known all the same. What is none is left out.
 */
export function listenersIn(text: string): readonly Listener[] {
  const found = new Map<string, Listener>()
  for (const line of text.split('\n')) {
    const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(line.trim()) ?? []
    if (hex === undefined || port === undefined) continue
    const it = { ip: addressOf(hex), port: Number.parseInt(port, 16) }
    if (found.size < most) found.set(`${it.ip} ${it.port}`, it)
  }
  return [...found.values()].toSorted((a, b) => a.port - b.port || (a.ip < b.ip ? -1 : 1))
}

function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? []
  if (words.length === 1) return hex === '7F000001' ? '127.0.0.1' : bytes(words[0] ?? '').join('.')
  const all = words.flatMap(bytes)
  // ::ffff:127.0.0.1 is what a program that asks for an IPv4 address by an IPv6 socket has.
  if (all.slice(0, 10).every((it) => it === 0) && all[10] === 255 && all[11] === 255) return all.slice(12).join('.')
  if (all.every((it) => it === 0)) return '::'
  if (all.slice(0, 15).every((it) => it === 0) && all[15] === 1) return '::1'
  return Array.from({ length: 8 }, (_, i) => ((all[2 * i] ?? 0) * 256 + (all[2 * i + 1] ?? 0)).toString(16)).join(':')
}

/** Of one little-endian word. */
function bytes(word: string): readonly number[] {
  return (word.match(/../g) ?? []).map((it) => Number.parseInt(it, 16)).toReversed()
}
