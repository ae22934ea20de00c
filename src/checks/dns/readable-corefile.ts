import { cannotTell, notApplicable, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { askedBlocks } from '../../relations/dns/asked-blocks.ts'
import { judgeCorefile } from '../../relations/dns/corefile-refusals.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'

/** The Corefile as it was read; `corefile` has the server blocks that pods ask, `whole` all of them. */
export interface ReadableCorefile {
  readonly kind: 'readable'
  readonly text: string
  readonly corefile: Corefile
  readonly whole: Corefile
}

/** What a check of its lines says where there are none to go by: not read, or not what CoreDNS would take. */
export function readableCorefile(dns: ClusterDns): ReadableCorefile | Verdict<never> {
  const { corefile: read } = dns
  if (!read.known) return cannotTell(read.why.reason, `the Corefile was not read: ${read.why.detail}`)
  const whole = parseCorefile(read.value)
  if (judgeCorefile(whole, null).refusals.length > 0)
    return notApplicable('the Corefile does not parse: DNS114 is about that')
  return { kind: 'readable', text: read.value, corefile: askedBlocks(whole, dns), whole }
}
