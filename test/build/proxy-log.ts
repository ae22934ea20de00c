import { known } from '../../src/model/known.ts'
import type { ProxyFailures, ProxyLately, ProxyLog } from '../../src/model/proxy-log.ts'

const lateAt = Date.UTC(2026, 10, 28, 10, 56, 37)

/** The end of the log of Envoy `projectcontour/envoy-1`: 400 requests of a quarter of an hour. */
export function proxyLog(failed: readonly ProxyFailures[] = [], about: Partial<ProxyLately> = {}): ProxyLog {
  return {
    namespace: 'projectcontour',
    pod: 'envoy-1',
    container: 'envoy',
    dialect: 'envoy',
    lately: known({
      lines: 410,
      requests: 400,
      unread: 0,
      from: lateAt - 890_000,
      until: lateAt,
      cutOff: false,
      unplaced: 0,
      failed,
      ...about,
    }),
  }
}

/** Three of twenty to HTTPProxy `shop/web`, a minute ago, and none that went well since. */
export function proxyFailures(trouble: ProxyFailures['trouble'], about: Partial<ProxyFailures> = {}): ProxyFailures {
  return {
    object: { kind: 'HTTPProxy', namespace: 'shop', name: 'web' },
    service: { namespace: 'shop', name: 'web' },
    trouble,
    status: 503,
    upstream: '10.2.1.5:8080',
    times: 3,
    last: lateAt - 60_000,
    of: 20,
    after: 0,
    over: 0,
    ...about,
  }
}
