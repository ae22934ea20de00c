import { cannotTell, notApplicable, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { judgeCorefile } from '../../relations/dns/corefile-refusals.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'

/** The Corefile as it was read. */
export interface ReadableCorefile {
  readonly kind: 'readable'
  readonly text: string
  readonly corefile: Corefile
}

/** What a check of its lines says where there are none to go by: not read, or not what CoreDNS would take. */
export function readableCorefile({ corefile: read }: ClusterDns): ReadableCorefile | Verdict<never> {
  if (!read.known) return cannotTell(read.why.reason, `the Corefile was not read: ${read.why.detail}`)
  const corefile = parseCorefile(read.value)
  if (judgeCorefile(corefile, null).refusals.length > 0)
    return notApplicable('the Corefile does not parse: DNS114 is about that')
  return { kind: 'readable', text: read.value, corefile }
}
