import type { DnsServerLog } from '../../src/model/server-log.ts'
import type { CoreDnsSign } from '../../src/wire/coredns-log.ts'

/** The log of a CoreDNS pod, with these signs in it. */
export function serverLog(
  pod: string,
  signs: readonly CoreDnsSign[] = [],
  run: DnsServerLog['run'] = 'now',
): DnsServerLog {
  return { pod, container: 'coredns', run, lines: 40, signs }
}
