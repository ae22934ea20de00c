import type { Capture, CapturePoint, Comparison, Sign, SignKind } from '../../src/model/capture.ts'

/** A capture of one file in which all is well, but for what is given. */
export function captured(point: Partial<CapturePoint>, comparisons: readonly Comparison[] = []): Capture {
  return { points: [pointOf(point)], comparisons }
}

function pointOf(point: Partial<CapturePoint>): CapturePoint {
  return {
    name: 'a.pcap',
    comment: null,
    end: 'whole',
    why: null,
    packets: 100,
    shortened: 0,
    unread: 0,
    dropped: null,
    seconds: 60,
    ways: 'both',
    notFollowed: 0,
    dns: { queries: 40, lookups: 40, answers: 40, answered: 40 },
    tcp: { segments: 60, connections: 10, opened: 10 },
    times: { lookup: null, handshake: null, firstByte: null },
    signs: [],
    ...point,
  }
}

export function sign(kind: SignKind, its: Partial<Sign> = {}): Sign {
  return {
    kind,
    server: '10.96.0.10',
    port: 53,
    count: 4,
    of: 10,
    clients: 1,
    client: '10.244.1.5',
    detail: '',
    name: null,
    ms: null,
    packets: [3, 9],
    ...its,
  }
}

/** Rows of every check's table: what a capture that may lack packets says is no verdict. */
export const doubtfulCaptures = [
  {
    it: 'no packet at all',
    given: { capture: captured({ packets: 0, ways: 'none', dns: {}, tcp: {} }) },
    expect: 'cannot-tell' as const,
    says: /no packet/,
  },
  {
    it: 'cut off',
    given: { capture: captured({ end: 'cut-off', why: 'it ends within a record, at byte 9' }) },
    expect: 'cannot-tell' as const,
    says: /byte 9/,
  },
  {
    it: 'the capture lost some itself',
    given: { capture: captured({ dropped: 7 }) },
    expect: 'cannot-tell' as const,
    says: /7 packets/,
  },
  {
    it: 'a clock that was set back',
    given: {
      capture: captured({
        clock: {
          back: 1,
          backMs: 3_600_000,
          packet: 7,
          across: 0,
          gapMs: 0,
          copied: 0,
          copiedMs: 0,
          timeless: 0,
        },
      }),
    },
    expect: 'cannot-tell' as const,
    says: /at packet 7/,
  },
  {
    it: 'one direction',
    given: { capture: captured({ ways: 'one' }) },
    expect: 'cannot-tell' as const,
    says: /one direction/,
  },
]
