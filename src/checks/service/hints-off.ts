import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Endpoint, Service } from '../../model/service.ts'
import { full, shown, hearsay } from '../../phrases.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { serviceSubject } from './words.ts'

/**
 * kube-proxy heeds hints only where every ready endpoint bears one (pkg/proxy/topology.go); one without, and all are
 * ignored. Where they are heeded, one endpoint of a zone may take all of its traffic.
 */
export default check({
  code: 'SVC229',
  slug: 'service/hints-off',
  title: 'traffic does not stay in its zone as the Service asks',
  fine: 'Services that keep traffic near have a hint at each endpoint',
  severity: 'info',
  needs: ['services', 'endpointSlices'],
  wants: ['events'],
  remedies: [],
  decides: ['SVC-22'],

  run({ services, endpointSlices, events }) {
    const near = services.filter((it) => /^Prefer(?:Close|SameZone)$/.test(it.trafficDistribution ?? ''))
    if (near.length === 0) return notApplicable('no Service here keeps its traffic in a zone')
    const slicesOf = slicesOfServices(endpointSlices)
    const said = new Map(
      (events.known ? events.value : []).filter(isAboutHints).map((it) => [`${it.namespace}/${it.object.name}`, it]),
    )
    const found = near.flatMap((service) => {
      const { ready } = countEndpoints(slicesOf(service))
      const bare = ready.filter((it) => it.zones === undefined)
      const crowd = bare.length > 0 ? null : crowdOf(ready)
      return bare.length === 0 && crowd === null
        ? []
        : [verdict(service, { ready: ready.length, bare: bare.length, crowd, event: said.get(full(service)) ?? null })]
    })
    return found.length > 0 ? found : ok(near.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.zone === null
        ? `Service ${full(on)} asks for traffic to stay in its zone, and ${args.bare} of ${args.ready} ` +
          'endpoints have no hint: all are ignored.'
        : `Service ${full(on)} keeps traffic in its zone, and one endpoint of ${args.ready} takes all of zone ` +
          `${args.zone}.`,
    detail: ({ args }) => `trafficDistribution ${args.asked}${args.said === '' ? '' : ` · ${hearsay(args.said)}`}`,
    note: ({ args }) =>
      args.zone === null
        ? 'traffic goes to every endpoint, across zones: it works, and costs what it was to spare'
        : 'a client of that zone has no other endpoint: it may be loaded while others idle',
    help: ({ subject: on, args }) => [
      args.zone === null
        ? 'see that each node with an endpoint has the label topology.kubernetes.io/zone'
        : 'run more endpoints in that zone, or take trafficDistribution away',
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o yaml`,
      'kubectl get nodes -L topology.kubernetes.io/zone',
    ],
  },
})

/** `TopologyAwareHintsDisabled` (kubernetes/endpointslice, topologycache/event.go). */
function isAboutHints({ object, reason }: ObjectEvent): boolean {
  return object.kind === 'Service' && reason.startsWith('TopologyAware')
}

/** A zone with one endpoint, where another has several. */
function crowdOf(ready: readonly Endpoint[]): string | null {
  const zones = [
    ...Map.groupBy(
      ready.flatMap((it) => it.zones ?? []),
      (it) => it,
    ),
  ].map(([zone, its]) => ({
    zone,
    endpoints: its.length,
  }))
  const most = Math.max(0, ...zones.map((it) => it.endpoints))
  return most < 3 ? null : (zones.find((it) => it.endpoints === 1)?.zone ?? null)
}

interface Seen {
  readonly ready: number
  readonly bare: number
  readonly crowd: string | null
  readonly event: ObjectEvent | null
}

function verdict(service: Service, { ready, bare, crowd, event }: Seen) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: { ready, bare, zone: crowd, asked: service.trafficDistribution ?? '', said: event?.said ?? '' },
    evidence: [
      { kind: 'fact', label: 'ready endpoints with a hint', value: `${ready - bare} of ${ready}` },
      ...(event === null ? [] : [{ kind: 'fact' as const, label: `event ${event.reason}`, value: shown(event.said) }]),
    ],
  })
}
