import type { CoreDnsSign } from '../wire/coredns-log.ts'

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
  readonly signs: readonly CoreDnsSign[]
  /** Stands for the hash of the Corefile that it last said it runs, in hex; absent where it does not say. */
  readonly config?: string
}
