// Columns: of the connection, then of each side from `perSide` on.
export const client = 0
export const server = 1
export const ports = 2
export const state = 3
export const synCount = 4
export const synNo = 5
export const rejectedNo = 6
export const mtu = 7
/** The packet in which the client first says something. */
export const askedNo = 8
export const perSide = 9
export const nextSeq = 0
export const lastIpId = 1
export const holeFrom = 2
export const holeTo = 3
export const stuckSeq = 4
export const stuckCount = 5
export const stuckNo = 6
export const stuckLength = 7
export const zeroNo = 8
export const sideState = 9
export const lastLink = 10
/** Of what this side sent: up to where the other side said that it has it, and how many large segments that were. */
export const ackedTo = 11
export const largePassed = 12
/** What its last segment said: its place, length and flags. */
export const lastSaid = 13
/** Of its last segment that is no reset: 0 = none yet. */
export const lastTtl = 14
export const integersOfSide = 15
export const integers = perSide + 2 * integersOfSide

export const synAt = 0
export const lastAt = 1
export const askedAt = 2
export const roundTrip = 3
export const perSideFloats = 4
export const zeroSince = 0
export const zeroLongest = 1
export const holeAt = 2
export const floatsOfSide = 3
export const floats = perSideFloats + 2 * floatsOfSide

export const sawSyn = 1
export const sawSynAck = 2
export const isOpen = 4
export const isRefused = 8
export const isReset = 16
export const isFinished = 64
export const isAnswered = 128
/** The client said something, the server did, and the server said that it is done. */
export const isAsked = 256
export const isSaid = 512
export const isFinishedByServer = 1024
/** The SYN-ACK came once more, long after the first. */
export const synAckAgain = 2048
/** What the client said is a request of a protocol in which each has an answer. */
export const isRequest = 4096
/** The server said that it is done before the client did. */
export const isLeftByServer = 8192
/** The client said something, and the server nothing since. */
export const isWaiting = 16_384
/** What the client says came after the server's goodbye: the two crossed each other. */
export const isAskedLate = 32_768
/** What the client waits for was asked after a long silence. */
export const wasIdle = 65_536
/** Not the first request of this connection. */
export const isLaterTurn = 131_072
/** A SYN was answered by an ACK of another connection. */
export const sawOtherAck = 262_144

export const hasSeq = 1
export const isZero = 2
export const hasAcked = 4
