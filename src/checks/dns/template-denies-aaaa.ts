import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type AaaaDenied, aaaaDenied } from '../../relations/dns/aaaa-templates.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'

/**
 * IPv6 answers are switched off in a Corefile with `template`, and the one word that is easily wrong there is the
 * rcode: NXDOMAIN says that nothing exists at this name (RFC 8020), and musl believes it of the whole name though A has
 * an address (src/network/lookup_name.c, name_from_dns).
 */
export default check({
  code: 'DNS207',
  slug: 'dns/template-denies-aaaa',
  title: 'the Corefile denies names to AAAA questions',
  fine: 'no template of the Corefile denies names to AAAA questions',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['services', 'dnsProbe'],
  remedies: [],
  decides: ['DNS-20'],

  run({ clusterDns, services, dnsProbe }) {
    const { corefile, domain } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const asked = askedCorefile(corefile.value, clusterDns)
    if (!asked.servers.some((it) => it.plugins.some(({ name }) => name === 'template')))
      return notApplicable('the Corefile has no template')
    const denied = aaaaDenied(asked, domain.toLowerCase(), services.known ? services.value : [])
    if (denied.length === 0) return ok(1)
    // Where names were asked for, what was answered is surer than the text: DNS146.
    const heard = zonesHeard(dnsProbe)
    const left = denied.filter((it) => !isHeard(it, heard))
    return left.length === 0
      ? notApplicable('AAAA questions were asked: DNS146 is about their answers')
      : left.map((it) => verdict(it, clusterDns, corefile.value))
  },

  words: {
    headline: ({ args }) =>
      `Alpine (musl) images can't find ${reached(args)}: the Corefile (line ${args.line}) answers AAAA with NXDOMAIN.`,
    detail: ({ args }) => `zone ${args.zones.join(', ')} · AAAA of ${args.sample} is denied, its A is not`,
    note: () =>
      'glibc takes the address and goes on; musl believes the NXDOMAIN. The right answer is NOERROR without records',
    help: ({ subject: on, args }) => [
      'write `rcode NOERROR` in that template',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `from a pod:  nslookup -type=aaaa ${args.sample}   # NXDOMAIN must be gone`,
    ],
  },
})

function reached({ reach, zones }: Pick<AaaaDenied, 'reach' | 'zones'>): string {
  if (reach === 'everything') return 'any name'
  if (reach === 'cluster') return 'names of Services'
  return zones.includes('.') ? 'names outside the cluster' : `names in ${zones.join(', ')}`
}

interface Heard {
  readonly cluster: boolean
  readonly outside: boolean
}

/** As many lookups as DNS146 asks for. */
const enough = 4

function zonesHeard(probe: Known<DnsProbe>): Heard {
  const of = (zone: 'cluster' | 'external'): number =>
    (probe.known ? probe.value.series : [])
      .filter((it) => it.zone === zone && it.method !== 'getaddrinfo')
      .reduce((sum, it) => sum + it.lookups.filter((one) => one.a === 'ok').length, 0)
  return { cluster: of('cluster') >= enough, outside: of('external') >= enough }
}

/** A zone of its own was asked for by nobody. */
function isHeard({ reach, zones }: AaaaDenied, { cluster, outside }: Heard): boolean {
  if (reach === 'cluster') return cluster
  if (reach === 'outside') return outside && zones.includes('.')
  return cluster || outside
}

function verdict({ line, zones, reach, sample }: AaaaDenied, dns: ClusterDns, text: string) {
  return finding({
    subject: corefileObject(dns),
    confidence: 'inferred',
    args: { line, zones, reach, sample },
    evidence: [corefileEvidence(dns, text, { line, mark: 'template', label: 'rcode NXDOMAIN for AAAA' })],
  })
}
