import type { Evidence } from '../../findings/evidence.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import type { CoreDnsSign, CoreDnsSignKind } from '../../wire/coredns-log.ts'

/** A sign, and whose log it stood in. */
export interface Signed {
  readonly log: DnsServerLog
  readonly sign: CoreDnsSign
}

/**
 * Where the logs of DNS servers say one of these; none where no log was read. How the run before ended is news as long
 * as its server has not come up again: a Corefile that was fixed an hour ago has left its error in that log.
 */
export function signsOf(
  logs: Known<readonly DnsServerLog[]>,
  pods: readonly Pod[],
  ...kinds: readonly CoreDnsSignKind[]
): readonly Signed[] {
  const up = new Map(pods.map((it) => [it.name, it.ready]))
  // What a cache of a node says is not said by the servers behind it, and the other way round.
  const own = (logs.known ? logs.value : []).filter((it) => pods.length === 0 || up.has(it.pod))
  const news = own.filter((it) => it.run === 'now' || up.get(it.pod) !== true)
  return news.flatMap((log) => log.signs.filter((it) => kinds.includes(it.kind)).map((sign) => ({ log, sign })))
}

/** A server crashes, not for memory, and what it said of it was not read: then only its log knows why. */
export function crashesUnheard(logs: Known<readonly DnsServerLog[]>, pods: readonly Pod[]): boolean {
  return (
    !logs.known &&
    pods.some(({ containers }) =>
      containers.some((it) => it.waiting === 'CrashLoopBackOff' && it.lastTermination !== 'OOMKilled'),
    )
  )
}

/** What the logs said, a pod at a time; the same words of several pods once. */
export function logEvidence(signed: readonly Signed[]): Evidence {
  const [first] = signed
  const lines = [
    ...new Set(signed.map(({ sign }) => `${sign.said}${sign.times > 1 ? `   (${sign.times} times)` : ''}`)),
  ]
  const others = new Set(signed.map(({ log }) => log.pod)).size - 1
  return {
    kind: 'log',
    source:
      'log of ' +
      (first?.log.pod ?? 'a DNS server') +
      (first?.log.run === 'before' ? ', run before' : '') +
      (others > 0 ? ` and ${others} more` : '') +
      // Read from two minutes before the run on: what it shows may be over.
      (first?.log.run === 'now' ? ', last 2 minutes' : ''),
    lines: lines.slice(0, 4),
  }
}
