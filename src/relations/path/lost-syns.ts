import type { ConnectTry } from '../../model/contacts.ts'

/**
 * When Linux sends a SYN again that nobody answered: after 1 s, then twice as long each time (RFC 6298, 2.1 and 5.5:
 * 1, 3, 7 s), and since 6.5 four times a second apart (net.ipv4.tcp_syn_linear_timeouts, net/ipv4/tcp_timer.c: 1, 2,
 * 3, 4, 5, 7 s).
 */
const resentAfterMs = [1000, 2000, 3000, 4000, 5000, 7000] as const

/** Until the second SYN's answer is there and is read: within a cluster a handshake takes some milliseconds. */
const answeredWithinMs = 250

/** From this lag on a probe may have read an answer so late that it looks like one to a second SYN. */
const lateMs = 250

/** How many of these connections opened, and only by a SYN that was sent again; none where the probe itself is late. */
export function resentOf(tries: readonly ConnectTry[], lagMs: number): number {
  return lagMs >= lateMs ? 0 : tries.filter((it) => it.result === 'open' && synsLost(it.ms) > 0).length
}

/**
 * Whether a handshake that ended well took as long as one whose first SYN, or its answer, was lost. A full accept queue
 * loses SYNs as well. How many there were at least, 0 for none.
 */
export function synsLost(ms: number): number {
  return resentAfterMs.findLastIndex((it) => ms >= it && ms < it + answeredWithinMs) + 1
}
