import type { ResolverSpec } from '../pod/spec.ts'

/**
 * `one-path`: somebody waits for the answer about a URL, or about the way from one pod. All of it has an end then,
 * however silent what is asked: each pod is done within `onePathMs.all`, and the command within ten seconds.
 */
export type Pace = 'usual' | 'one-path'

/**
 * What is silent is waited for as long as tells silence from loss, and no longer. A connection: SYNs at 0, 1 and 3 s
 * (tcp_syn_retries of tcp(7), RFC 6298), so that a way which loses every other packet is not called dead. A lookup:
 * 2.5 s, as musl waits and more than the 2 s that CoreDNS gives its upstream (plugin/forward, readTimeout), then once
 * more while there is time. A request whose connection stands: until the end; nginx gives up a silent endpoint after
 * 5 s (proxy_connect_timeout of ingress-nginx), and its log or the next endpoint tells of it by then.
 */
export const onePathMs = {
  /** No lookup is started later; each has a whole wait until `lookupsEnd`. */
  lookups: 3400,
  lookupsEnd: 5900,
  /** No request is started later; the last one has the time of three SYNs until `all`. */
  requests: 2600,
  all: 6000,
} as const

/** glibc's defaults; of one path, musl's. */
export const resolvers: Readonly<Record<Pace, ResolverSpec>> = {
  usual: { timeoutMs: 5000, attempts: 2 },
  'one-path': { timeoutMs: 2500, attempts: 2, endMs: onePathMs.lookupsEnd },
}
