import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import { textOrder } from '../../model/text-order.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { differing } from '../../relations/dns/answers-differ.ts'
import { nearlyAll } from '../../relations/dns/lookup-loss.ts'
import { aaaaDenies, muslDenied } from '../../relations/symptom.ts'
import { serverName } from './dns-evidence.ts'
import { byHand } from './upstream-words.ts'

/**
 * A name has an address, and the question for its IPv6 address is answered "there is no such name" instead of "none of
 * this type". glibc takes the A answer; musl takes the NXDOMAIN for the whole name (src/network/lookup_name.c), so
 * Alpine images do not find what Debian images find. RFC 8020: NXDOMAIN means that nothing exists at this name.
 */
export default check({
  code: 'DNS146',
  slug: 'dns/aaaa-denies-name',
  title: 'AAAA is answered "no such name" for names that exist',
  fine: 'names that exist are not denied to AAAA questions',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: ['DNS-20'],

  run({ dnsProbe, clusterDns }) {
    // Where A itself is denied by turns, who answers AAAA is not who answered A: DNS188.
    const byTurns = new Set(differing(dnsProbe).map((it) => it.name))
    const paired = dnsProbe.series.filter((it) => it.method !== 'getaddrinfo' && !byTurns.has(it.name))
    const exists = paired.filter((it) => it.lookups.some((lookup) => lookup.a === 'ok'))
    const of = exists.reduce((sum, it) => sum + it.lookups.length, 0)
    if (of < 4) return cannotTell('too-few', `${of} lookups of a name with an address ended`)
    const denied = exists.filter(isDenied)
    if (denied.length === 0) return ok(of)
    const names = [...new Set(denied.map((it) => it.name.replace(/\.$/, '')))].toSorted()
    const zones = new Set(denied.map((it) => it.zone))
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        names: names.join(', '),
        ask: byHand(names[0] ?? ''),
        at: denied[0]?.server.ip ?? '',
        where: zones.has('cluster') ? 'cluster' : 'outside',
        denied: denied.reduce((sum, it) => sum + bad(it), 0),
        of: denied.reduce((sum, it) => sum + it.lookups.length, 0),
      },
      evidence: [
        {
          kind: 'shares',
          label: 'lookups in which A has an address and AAAA denies the name',
          rows: rowsOf(exists),
        },
      ],
      // A program that does not say which name it misses misses one of these.
      causes: [aaaaDenies, muslDenied(null), ...names.map(muslDenied)],
    })
  },

  words: {
    headline: ({ args }) =>
      `Alpine (musl) images can't find ${args.names}: it has an address, but AAAA is answered NXDOMAIN.`,
    detail: ({ args }) =>
      `${args.denied} of ${args.of} lookups: A has an address, AAAA says that there is no such name`,
    note: () =>
      'glibc takes the address and goes on; musl believes the NXDOMAIN. The right answer is NOERROR without records',
    help: ({ subject: on, args }) => [
      args.where === 'cluster'
        ? 'a plugin of the Corefile answers so: in `template IN AAAA`, use `rcode NOERROR`'
        : 'fix the server that answers so, or have CoreDNS answer AAAA itself: ' +
          '`template IN AAAA ZONE { rcode NOERROR }` (not where IPv6 is in use)',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o jsonpath="{.data.Corefile}" | grep -A3 template`,
      `on a node:  dig AAAA ${args.ask} @${args.at}   # the status must be NOERROR`,
    ],
  },
})

/** One row for each name at each server, those that are denied first. */
function rowsOf(exists: readonly LookupSeries[]) {
  const groups = [...Map.groupBy(exists, (it) => `${it.name.replace(/\.$/, '')} at ${serverName(it)}`)]
  return groups
    .map(([where, its]) => ({
      where,
      bad: its.reduce((sum, it) => sum + bad(it), 0),
      of: its.reduce((sum, it) => sum + it.lookups.length, 0),
      note: '',
    }))
    .toSorted((a, b) => b.bad - a.bad || textOrder(a.where, b.where))
}

/**
 * Those from before a change may still be in a cache, so the share is that of names with an address in the same
 * lookup.
 */
function isDenied(it: LookupSeries): boolean {
  return nearlyAll(bad(it), it.lookups.filter((lookup) => lookup.a === 'ok').length)
}

function bad(it: LookupSeries): number {
  return it.lookups.filter((lookup) => lookup.a === 'ok' && lookup.aaaa === 'nxdomain').length
}
