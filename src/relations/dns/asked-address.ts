import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { once } from '../once.ts'
import { lossOf, nearlyAll, seriesOf } from './lookup-loss.ts'

/** What the probe had of one address behind the DNS Service; `not-asked` of too few lookups, too. */
export type AskedAddress =
  | { readonly kind: 'answers' }
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'silent'; readonly lost: number; readonly of: number }

export function askedAddress(probe: Known<DnsProbe>, ip: string): AskedAddress {
  const loss = probe.known ? lossOf(seriesOf(probe.value, { ip })) : lossOf([])
  if (nearlyAll(loss.silent, loss.of)) return { kind: 'silent', lost: loss.silent, of: loss.of }
  return loss.of >= 4 ? { kind: 'answers' } : { kind: 'not-asked' }
}

/** Where the DNS Service sends to. */
export const readyAddresses = once(
  ({ slices }: ClusterDns): ReadonlySet<string> =>
    new Set(
      slices
        .flatMap((it) => it.endpoints)
        .filter((it) => it.ready)
        .map((it) => it.ip),
    ),
)
