import type { LateRequests, SaidLately } from '../../src/model/ingress-config.ts'

/** 10:56:37 UTC, as the logs of these tests have it. */
const lateAt = Date.UTC(2026, 10, 28, 10, 56, 37)

/** The end of a log of 400 lines, which goes back for a quarter of an hour. */
export function lately(requests: readonly LateRequests[] = [], about: Partial<SaidLately> = {}): SaidLately {
  return { lines: 400, from: lateAt - 890_000, until: lateAt, cutOff: false, unplaced: 0, requests, ...about }
}

/** Three to `web.example.com/` of Ingress `shop/web`, a minute ago. */
export function lateRequests(trouble: LateRequests['trouble'], about: Partial<LateRequests> = {}): LateRequests {
  return {
    ingress: { namespace: 'shop', name: 'web' },
    service: 'web',
    host: 'web.example.com',
    path: '/',
    line: 16,
    trouble,
    upstream: null,
    times: 3,
    last: lateAt - 60_000,
    largest: null,
    over: 0,
    ...about,
  }
}
