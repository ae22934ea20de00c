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
 * `lost`: nothing came of it, and a small one right after was answered. `unclear`: that one was not answered either,
 * which is told as any other request that failed.
 */
export function fateOf({ status, error, smallAgain }: LargeRequest): 'answered' | 'lost' | 'unclear' {
  if (status !== null || error === wantsCertificate) return 'answered'
  return smallAgain === true ? 'lost' : 'unclear'
}

/** Whether this silence is of a probe that got no CPU, perhaps. */
export function isLate({ node }: LargeRequest, dnsProbe: Known<DnsProbe>): boolean {
  return lagIn(dnsProbe, node) >= blindLagMs
}
