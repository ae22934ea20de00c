import { readFileSync } from 'node:fs'

/** What Linux has where nothing else is set: net.ipv4.ip_local_port_range. */
const usual = { from: 32_768, to: 60_999 } as const

const path = '/proc/sys/net/ipv4/ip_local_port_range'

/** The ports that a connection of this pod may leave from, of both families (ip-sysctl.rst). */
export function portRange(read: () => string = () => readFileSync(path, 'latin1')): {
  readonly from: number
  readonly to: number
} {
  try {
    const [, from, to] = /^(\d{1,5})\s+(\d{1,5})\s*$/.exec(read()) ?? []
    return from === undefined || Number(from) >= Number(to) ? usual : { from: Number(from), to: Number(to) }
  } catch {
    return usual
  }
}

/**
 * A port to leave from, by chance, of each try from a part of the range of its own. Left alone, Linux takes neighbours
 * for connects to one other end (__inet_hash_connect in net/ipv4/inet_hashtables.c): whatever goes by the source port,
 * a firewall or one of several links, would take all of the tries or none.
 */
export function sourcePort(nth: number, of: number, { from, to }: ReturnType<typeof portRange>): number {
  const part = (to - from + 1) / Math.max(1, of)
  return Math.floor(from + part * ((nth % of) + Math.random()))
}
