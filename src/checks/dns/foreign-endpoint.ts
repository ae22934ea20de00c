import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { askedAddress, readyAddresses } from '../../relations/dns/asked-address.ts'
import { dnsServerDead } from '../../relations/symptom.ts'

/**
 * A slice that somebody made by hand, or that a controller of old left behind: the controller of today removes only
 * what bears its own label (`endpointslice.kubernetes.io/managed-by`), so a dead address stays for good.
 */
export default check({
  code: 'DNS155',
  slug: 'dns/foreign-endpoint',
  title: 'the DNS Service leads to an address that is no pod',
  fine: 'every endpoint of the DNS Service is a pod',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ clusterDns, dnsProbe }) {
    const { service, slices } = clusterDns
    // Without a selector the endpoints are somebody's own, and may be anywhere.
    if (service === null || service.selector === null)
      return notApplicable('no DNS Service that finds its pods by label')
    const found = slices.flatMap((it) => foreignOf(it, clusterDns, dnsProbe))
    return found.length > 0 ? found : ok(Math.max(1, slices.length))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `EndpointSlice ${on.name} gives Service ${args.service} the address ${args.ip}, which is no pod: ` +
      `about 1 in ${args.servers} lookups goes there.`,
    detail: ({ args }) => `${args.ip} · ${args.seen}`,
    note: () =>
      'a slice without a targetRef, and without the label of the endpoint slice controller, is kept by nobody: ' +
      'somebody made it by hand, or an older controller did',
    help: ({ subject: on }) => [
      'see whose slice it is; if nobody needs it, delete it',
      `kubectl -n ${on.namespace} get endpointslice ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} delete endpointslice ${on.name}`,
    ],
  },
})

function foreignOf(slice: EndpointSlice, dns: ClusterDns, probe: Known<DnsProbe>) {
  const pods = new Set(dns.pods.map((it) => it.ip))
  const foreign = slice.endpoints.filter((it) => it.ready && it.pod === null && !pods.has(it.ip))
  return foreign.flatMap(({ ip }) => {
    const asked = askedAddress(probe, ip)
    // Whoever it is: it answers.
    if (asked.kind === 'answers') return []
    const silent = asked.kind === 'silent'
    const servers = readyAddresses(dns).size
    return [
      finding({
        subject: subject('EndpointSlice', slice.namespace, slice.name),
        confidence: silent ? 'observed' : 'inferred',
        severity: silent ? 'error' : 'warning',
        args: {
          ip,
          servers,
          service: `${dns.service?.namespace}/${dns.service?.name}`,
          seen: asked.kind === 'silent' ? `${asked.lost} of ${asked.of} lookups sent there got nothing` : 'not asked',
        },
        evidence: [
          {
            kind: 'fact',
            label: `endpoints of slice ${slice.name}`,
            value: slice.endpoints.map((it) => `${it.ip} (${it.pod ?? 'no pod'})`).join(', '),
          },
        ],
        causes: silent ? [dnsServerDead(ip), 'dns-loss:*', 'dns-external:*', 'dns-cut-off:*'] : [],
      }),
    ]
  })
}
