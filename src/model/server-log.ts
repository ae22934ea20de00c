/**
 * What one run of a DNS server's container wrote that CoreDNS is known to write when something is wrong. Other lines
 * are not kept: they hold names that applications look up.
 */
export interface DnsServerLog {
  readonly pod: string
  readonly container: string
  /** `now`: its last two minutes. `before`: the end of the run before, of a container that was started again. */
  readonly run: 'now' | 'before'
  readonly lines: number
  readonly signs: readonly LogSign[]
  /** The hash of the Corefile that it last said it runs, in hex; absent where it does not say. */
  readonly config?: string
}

/** `said` = the last such line, without what differs from line to line. */
export interface LogSign {
  readonly kind: LogSignKind
  readonly times: number
  readonly said: string
}

export type LogSignKind =
  | 'loop'
  | 'forbidden'
  | 'api-unreachable'
  | 'watch-ended'
  | 'unsynced'
  | 'corefile-refused'
  | 'reload-failed'
  | 'cannot-listen'
  | 'io-timeout'
  | 'no-healthy-upstream'
  | 'too-many-concurrent'
  | 'no-upstream-service'
  | 'slow-health'
  | 'last-words'
