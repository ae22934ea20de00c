import type { DnsServerLog, LogSign } from '../../src/model/server-log.ts'

/** The log of a CoreDNS pod, with these signs in it. */
export function serverLog(pod: string, signs: readonly LogSign[] = [], run: DnsServerLog['run'] = 'now'): DnsServerLog {
  return { pod, container: 'coredns', run, lines: 40, signs }
}
