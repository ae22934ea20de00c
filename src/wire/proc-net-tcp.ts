/** A socket that waits for connections; `0.0.0.0` and `::` are every address. */
interface Listener {
  readonly ip: string
  readonly port: number
  readonly sockets?: number
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
    const key = `${it.ip} ${it.port}`
    const before = found.get(key)
    // The kernel has a line for each socket: several listen on one port by SO_REUSEPORT.
    if (before !== undefined) found.set(key, { ...before, sockets: (before.sockets ?? 1) + 1 })
    else if (found.size < most) found.set(key, it)
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

/** One end of a connection, as the kernel has it. */
export interface SocketEnd {
  readonly ip: string
  readonly port: number
}

/** What a script saw of the sockets of a pod, at one moment. */
export interface SocketsRead {
  /** Seconds since the machine started, by which two reads are apart; null where it was not told. */
  readonly at: number | null
  /** The ports that a connection may leave from: ip_local_port_range. */
  readonly range: { readonly from: number; readonly to: number } | null
  /** In SYN_SENT: nobody answered yet, for as long as this at least. */
  readonly connecting: readonly { readonly local: SocketEnd; readonly peer: SocketEnd; readonly ms: number }[]
  /** Established, with data that was sent as often again. */
  readonly unacknowledged: readonly { readonly local: SocketEnd; readonly peer: SocketEnd; readonly again: number }[]
  /** Connections that wait for accept(2). */
  readonly queues: readonly { readonly local: SocketEnd; readonly waits: number }[]
  /** Each of these by itself. */
  readonly unaccepted: readonly { readonly local: SocketEnd; readonly peer: SocketEnd }[]
  /** To one end: how many are open, or not yet forgotten, from ports of the range. */
  readonly crowds: readonly { readonly peer: SocketEnd; readonly sockets: number }[]
  /** Lines were left out: what is not here may be there. */
  readonly isCut: boolean
}

/**
 * Lines of the script in a container (src/probe/inside/inside-script.ts): a letter, then fields of /proc/net/tcp as
 * they stand there. What is none is left out, and no more of a kind is taken than the script gives.
 */
export function socketsIn(text: string): SocketsRead {
  const lines = Map.groupBy(
    text.split('\n').flatMap((it) => (it.length > longestLine ? [] : [it.split(' ')])),
    ([kind]) => kind,
  )
  const [at, range] = ['at', 'range'].map((it) => lines.get(it)?.[0] ?? [])
  const ports = rangeIn(range?.[1], range?.[2])
  return {
    at: secondsIn(at?.[1]),
    range: ports,
    connecting: taken(lines.get('s'), ([, local, peer, again, timer]) => {
      const [ends, ms] = [endsOf(local, peer), waitIn(again, timer)]
      return ends === null || ms === null ? null : { ...ends, ms }
    }),
    unacknowledged: taken(lines.get('u'), ([, local, peer, times]) => {
      const [ends, again] = [endsOf(local, peer), hexIn(times)]
      return ends === null || again === null ? null : { ...ends, again }
    }),
    queues: taken(lines.get('q'), ([, at, count]) => {
      const [local, waits] = [endOf(at), hexIn(count)]
      return local === null || waits === null ? null : { local, waits }
    }),
    unaccepted: taken(lines.get('a'), ([, local, peer]) => endsOf(local, peer)),
    crowds: crowdsIn(lines, ports),
    isCut: lines.has('more') || lines.has('failed'),
  }
}

type Fields = readonly string[]

function taken<T>(lines: readonly Fields[] | undefined, read: (fields: Fields) => T | null): readonly T[] {
  return (lines ?? []).slice(0, mostOfKind).flatMap((it) => read(it) ?? [])
}

/** Of IPv4 and of IPv6 sockets together: both may lead to the same end. */
function crowdsIn(lines: ReadonlyMap<string | undefined, readonly Fields[]>, range: SocketsRead['range']) {
  const found = new Map<string, { readonly peer: SocketEnd; sockets: number }>()
  const add = (peer: SocketEnd, sockets: number): void => {
    const before = found.get(`${peer.ip} ${peer.port}`)
    if (before !== undefined) before.sockets += sockets
    else if (found.size < mostCrowds) found.set(`${peer.ip} ${peer.port}`, { peer, sockets })
  }
  for (const [, at, count = ''] of lines.get('c') ?? []) {
    const peer = endOf(at)
    if (peer !== null && /^\d{1,7}$/.test(count)) add(peer, Number(count))
  }
  for (const [, at, to] of range === null ? [] : (lines.get('p') ?? [])) {
    const ends = endsOf(at, to)
    if (ends !== null && range !== null && isIn(range, ends.local.port)) add(ends.peer, 1)
  }
  return [...found.values()]
}

/** Two addresses of IPv6 with their ports, and some numbers. */
const longestLine = 160
const mostOfKind = 200
const mostCrowds = 4000

function endOf(text: string = ''): SocketEnd | null {
  const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? []
  return hex === undefined || port === undefined ? null : { ip: addressOf(hex), port: Number.parseInt(port, 16) }
}

function endsOf(first: string | undefined, second: string | undefined) {
  const [local, peer] = [endOf(first), endOf(second)]
  return local === null || peer === null ? null : { local, peer }
}

function hexIn(text: string = ''): number | null {
  return /^[0-9A-F]{1,16}$/.test(text) ? Number.parseInt(text, 16) : null
}

function secondsIn(text: string = ''): number | null {
  return /^\d{1,12}(?:\.\d{1,4})?$/.test(text) ? Number(text) : null
}

function rangeIn(from: string = '', to: string = ''): SocketsRead['range'] {
  const [low, high] = [from, to].map((it) => (/^\d{1,5}$/.test(it) ? Number(it) : 0))
  return low === undefined || high === undefined || low < 1 || high < low ? null : { from: low, to: high }
}

function isIn(range: NonNullable<SocketsRead['range']>, port: number): boolean {
  return port >= range.from && port <= range.to
}

/** A first SYN is sent again after a second (RFC 6298), and the timer counts down in hundredths. */
const firstWait = 100
const longestWait = 600_000

/** At the least: it is repeated after 1, 2, 4 … seconds, or each second since Linux 6.5 (tcp_syn_linear_timeouts). */
function waitIn(again: string | undefined, timer: string | undefined): number | null {
  const [times, left] = [hexIn(again), hexIn(timer)]
  if (times === null || left === null) return null
  return times > 0 ? Math.min(longestWait, times * 1000) : Math.max(0, Math.min(firstWait, firstWait - left)) * 10
}

/** Of one little-endian word. */
function bytes(word: string): readonly number[] {
  return (word.match(/../g) ?? []).map((it) => Number.parseInt(it, 16)).toReversed()
}
