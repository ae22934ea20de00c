/** What one capture, or several that belong together, showed: counts and the packets to look at, never packets. */
export interface Capture {
  readonly points: readonly CapturePoint[]
  /** Empty with a single point. */
  readonly comparisons: readonly Comparison[]
}

/** A place where packets were taken: an interface of a pcapng, or a whole pcap. Each is judged by itself. */
export interface CapturePoint {
  /** The file, with its interface where it has several. */
  readonly name: string
  readonly comment: string | null
  readonly end: 'whole' | 'cut-off' | 'damaged'
  /** Where the file is damaged, and how; of a whole one null. */
  readonly why: string | null
  readonly packets: number
  /**
   * An interface without a packet and without a comment, of a file in which others have packets: dumpcap describes
   * each interface that it listened on. Nobody said that anything should have passed it, so nothing is said of it.
   */
  readonly idle?: 'beside-others'
  /** Of which the capture kept less than was on the wire. */
  readonly shortened: number
  /** Frames of a link type that is not read, and IP packets too short for their headers. */
  readonly unread: number
  /** Lost before they were written, as the file says; null where it does not. */
  readonly dropped: number | null
  /** From the first packet to the last; null with fewer than two. */
  readonly seconds: number | null
  /** Whether anything was answered by anything: a filter on one direction looks like silence. */
  readonly ways: 'none' | 'one' | 'both'
  /** What its clock did that times can't be believed for; left out where there is nothing. */
  readonly clock?: CaptureClock
  /**
   * Packets in which no sign is looked for: UDP that is no DNS, ICMP that is no error, SCTP, other protocols of IP, and
   * what is no IP (ARP). Absent in old recordings.
   */
  readonly others?: Readonly<Record<string, number>>
  /** Lookups and connections beyond what is kept in mind at a time. */
  readonly notFollowed: number
  /** Messages and lookups: `queries`, `answers`, `lookups`, `resent`, `unanswered`, `NXDOMAIN`, … */
  readonly dns: Readonly<Record<string, number>>
  /** Connections: `connections`, `opened`, `unanswered`, `refused`, `resets`, `retransmissions`, … */
  readonly tcp: Readonly<Record<string, number>>
  /** Of answers and of handshakes, in milliseconds; null where there was none. */
  readonly times: Readonly<Record<CaptureTime, Spread | null>>
  readonly signs: readonly Sign[]
}

export interface CaptureClock {
  /** Packets that bear an earlier time than one before them, by more than packets overtake each other. */
  readonly back: number
  /** By how much at most. */
  readonly backMs: number
  /** The first of them, as Wireshark numbers it. */
  readonly packet: number | null
  /** Lookups, handshakes and answers with a silence in them that is longer than anybody waits. */
  readonly across: number
  /** The longest silence, where something lies across one. */
  readonly gapMs: number
  /** Packets that come again a second or more later: of two machines with a clock each. */
  readonly copied: number
  readonly copiedMs: number
  /** Packets of which the file says no time. */
  readonly timeless: number
}

export type CaptureTime = 'lookup' | 'handshake' | 'firstByte'

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export const signKinds = [
  'lookup-unanswered',
  'pair-half-lost',
  'search-waste',
  'lookup-error',
  'truncated-no-tcp',
  'lookup-late',
  'answer-from-elsewhere',
  'fragment-lost',
  'connect-unanswered',
  'connect-refused',
  'rejected',
  'reset',
  'retransmitted',
  'zero-window',
  'large-lost',
  'went-silent',
  'handshake-late',
  'first-byte-late',
  'closed-unanswered',
  'tls-alert',
  'http-error',
] as const

export type SignKind = (typeof signKinds)[number]

/** What a handshake that took long is told by: `detail` of `handshake-late`. */
export const lateHandshakes = {
  again: 'SYN sent again',
  otherAck: 'answered at first by an ACK of another connection',
} as const

/** Whose large segments were lost, and whether a router said so: parts of the `detail` of `large-lost`. */
export const largeLost = { client: 'from the client', server: 'from the server', unsaid: 'no ICMP message' } as const

/** Details of `first-byte-late` where no byte came at all: by when that was known. */
export const unanswered = { closed: 'no answer when it was closed', ended: 'no answer when the capture ends' } as const

/** Something that went wrong with one server, as a count with its denominator. */
export interface Sign {
  readonly kind: SignKind
  /** Its address. */
  readonly server: string
  readonly port: number
  readonly count: number
  readonly of: number
  /** How many clients it happened to. */
  readonly clients: number
  /** One of them. */
  readonly client: string | null
  /** A word that tells its kinds apart: a code, an alert, who reset, what an ICMP message said. */
  readonly detail: string
  /** A name that was asked for. */
  readonly name: string | null
  /** How long it took or stood; the gap to the retry of a lookup. */
  readonly ms: number | null
  /** The first of its packets, as Wireshark numbers them in this file. */
  readonly packets: readonly number[]
}

/** What two points say of each other, in the direction from `near` to `far`. */
export interface Comparison {
  readonly near: string
  readonly far: string
  /** Packets that both saw. */
  readonly common: number
  /** Of UDP that is no DNS: how many each saw, and how many both. Absent: there was none, and in old recordings. */
  readonly datagrams?: { readonly near: number; readonly far: number; readonly common: number }
  readonly gone: readonly Gone[]
  /** Why nothing can be said; null where something can. */
  readonly cannotTell:
    | 'no-overlap'
    | 'nothing-common'
    | 'too-many'
    | 'clock'
    | 'filter'
    | 'dropped'
    | 'cut-short'
    | null
}

/** Packets that `near` saw and `far` never did. */
export interface Gone {
  readonly what: 'query' | 'answer' | 'syn' | 'syn-ack' | 'data' | 'segment'
  /** `forth`: sent from the side of `near`; `back`: seen at `far` and not at `near`. */
  readonly way: 'forth' | 'back'
  readonly count: number
  readonly of: number
  readonly from: string
  readonly to: string
  /** In the file where it was seen. */
  readonly packets: readonly number[]
  /** Of a capture of one whole path: the first of them, point by point from the client on. */
  readonly trails: readonly Trail[]
}

/** One packet on its way; null where it never came. */
export type Trail = readonly { readonly point: string; readonly packet: number | null }[]
