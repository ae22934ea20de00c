import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { count, full } from '../../phrases.ts'
import { corednsRelease, isSince } from '../../relations/dns/coredns-release.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { writtenByHand } from '../../relations/service/astray-slices.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { hostUnknown } from '../../relations/symptom.ts'
import { serviceSubject } from '../service/words.ts'

/** "plugin/kubernetes: Watch EndpointSlices", notes of CoreDNS 1.8.1 (coredns#4209). */
const slicesSince = '1.8.1'

/**
 * Before it read slices, CoreDNS read Endpoints. The control plane makes slices of those
 * (pkg/controller/endpointslicemirroring), never the other way round: a slice that somebody wrote is not in DNS.
 */
export default check({
  code: 'DNS226',
  slug: 'dns/slices-unread',
  title: 'CoreDNS does not read the EndpointSlice of a headless Service',
  fine: 'this CoreDNS reads the EndpointSlices that were written for headless Services',
  severity: 'warning',
  needs: ['clusterDns', 'services', 'endpointSlices'],
  wants: ['coreDnsWindows'],
  remedies: [],
  decides: [],

  run({ clusterDns, services, endpointSlices, coreDnsWindows }) {
    const slicesOf = slicesOfServices(endpointSlices)
    const written = writtenByHand(services)
      .filter((it) => it.clusterIP === 'None')
      .map((service) => ({ service, slices: slicesOf(service).filter((it) => it.endpoints.length > 0) }))
      .filter(({ slices }) => slices.length > 0 && !slices.some(isOfEndpoints))
    if (written.length === 0) return notApplicable('no headless Service here has an EndpointSlice written by hand')
    const release = corednsRelease(clusterDns, coreDnsWindows)
    if (release === null) return cannotTell('ambiguous', 'which CoreDNS runs is not known')
    if (isSince(release, slicesSince)) return ok(written.length)
    return written.map(({ service, slices }) =>
      finding({
        subject: serviceSubject(service),
        also: [dnsServerSubject(clusterDns)],
        // An image of somebody's own may have numbers of its own.
        confidence: release.stock ? ('inferred' as const) : ('possible' as const),
        args: {
          name: `${service.name}.${service.namespace}`,
          release: release.numbers.join('.'),
          slices: slices.map((it) => it.name),
          endpoints: slices.reduce((sum, it) => sum + it.endpoints.length, 0),
        },
        evidence: [
          {
            kind: 'fact',
            label: 'CoreDNS',
            value: `${release.numbers.join('.')}; it reads slices since ${slicesSince}`,
          },
          ...slices.slice(0, 3).map((it) => ({
            kind: 'fact' as const,
            label: `EndpointSlice ${it.name}`,
            value: `${count(it.endpoints.length, 'endpoint')}, of no Endpoints`,
          })),
        ],
        causes: [hostUnknown(`${service.name}.${service.namespace}.svc.${clusterDns.domain}`)],
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The name of headless Service ${full(on)} leads to no address: CoreDNS ${args.release} reads Endpoints, and ` +
      'this Service has an EndpointSlice alone.',
    detail: ({ args }) =>
      `${count(args.endpoints, 'endpoint')} in ${count(args.slices.length, 'EndpointSlice')} · no selector`,
    note: () =>
      'the control plane makes slices of Endpoints, and no Endpoints of slices; kube-proxy has no part in it, ' +
      'as a headless Service has no address of its own',
    help: ({ subject: on, args }) => [
      `update CoreDNS to ${slicesSince} or later; or write Endpoints ${on.name} in place of the slice`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
      `hopscope resolve ${args.name}`,
    ],
  },
})

function isOfEndpoints({ from, mirrorOf }: EndpointSlice): boolean {
  return from !== undefined || mirrorOf !== undefined
}
