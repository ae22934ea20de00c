import type { LargeRequest } from '../../model/contacts.ts'
import { wantsCertificate } from '../../model/http-error.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { blindLagMs, lagIn } from '../troubles/probe-lag.ts'

/** What users of it are served by. */
export function servedBy({ of }: LargeRequest): Subject {
  return of.kind === 'endpoint'
    ? subject('Service', of.service.namespace, of.service.name)
    : subject('Ingress', of.ingress.namespace, of.ingress.name)
}

/**
 * `lost`: nothing came of it, and a small one right after was answered. `late`: the same, from a probe that got no CPU,
 * perhaps. `unclear`: the small one was not answered either, which is told as any other request that failed.
 */
export type Fate = 'answered' | 'lost' | 'late' | 'unclear'

export function fateOf({ node, status, error, smallAgain }: LargeRequest, dnsProbe: Known<DnsProbe>): Fate {
  if (status !== null || error === wantsCertificate) return 'answered'
  if (smallAgain !== true) return 'unclear'
  return lagIn(dnsProbe, node) >= blindLagMs ? 'late' : 'lost'
}

/** Those of which it is known what became of them, and of these the lost ones. */
export function judgedOf(
  large: readonly LargeRequest[],
  dnsProbe: Known<DnsProbe>,
): { readonly judged: readonly LargeRequest[]; readonly lost: readonly LargeRequest[] } {
  const fates = large.map((it) => ({ it, fate: fateOf(it, dnsProbe) }))
  const judged = fates.filter(({ fate }) => fate === 'answered' || fate === 'lost')
  return { judged: judged.map(({ it }) => it), lost: judged.flatMap(({ it, fate }) => (fate === 'lost' ? [it] : [])) }
}
