import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import { count, full } from '../../phrases.ts'
import { type ProxyBackend, proxyBackends, proxyRouteText } from '../../relations/gateway/proxy-backends.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noEndpoints, proxyFails } from '../../relations/symptom.ts'
import { proxySubject, serviceEvidence } from './words.ts'

/** Contour calls such an HTTPProxy valid: Envoy answers 503 with the flag UH, "no healthy upstream". */
export default check({
  code: 'GTW723',
  slug: 'gateway/proxy-without-endpoints',
  title: 'an HTTPProxy routes to a Service without ready endpoints',
  fine: 'every Service of an HTTPProxy has endpoints',
  severity: 'error',
  needs: ['httpProxies', 'services', 'endpointSlices'],
  wants: ['pods', 'workloads'],
  remedies: [],
  decides: [],

  run({ httpProxies, services, endpointSlices, pods, workloads, scope }) {
    const slicesOf = slicesOfServices(endpointSlices)
    const backing = backingOf(pods.known ? pods.value : [], pods.known ? workloads : known([]))
    const there = proxyBackends(httpProxies, services).flatMap((it) =>
      it.state.kind === 'there' && it.state.service.type !== 'ExternalName' && it.ref.weight !== 0
        ? [{ it, service: it.state.service }]
        : [],
    )
    if (there.length === 0) return notApplicable('no HTTPProxy here routes to a Service that is there')
    return there.map(({ it, service }) => {
      const { ready, leaving, notReady } = countEndpoints(slicesOf(service))
      if (ready.length > 0) return ok(1)
      const behind = pods.known ? backing(service) : null
      const unknown = behind === null || (behind.kind === 'matches-nothing' && !behind.sure)
      const onPurpose = behind?.kind === 'scaled-to-zero'
      const fault = unknown && notReady.length === 0 ? ('warning' as const) : ('error' as const)
      const putAway = scope.target.kind === 'object' ? ('warning' as const) : ('info' as const)
      return verdict(it, notReady.length + leaving.length, { onPurpose, severity: onPurpose ? putAway : fault })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPProxy ${full(on)} fails for ${args.route}: Service ${args.service} has no ready endpoint` +
      `${args.onPurpose ? ', being scaled to 0' : ''}.`,
    detail: ({ args }) => `0 ready of ${count(args.endpoints, 'endpoint')}`,
    note: () => 'Envoy answers 503 with the response flag UH; Contour calls the HTTPProxy valid all the same',
    help: ({ subject: on, args }) => [
      'fix the Service first',
      `hopscope diagnose svc/${args.service} -n ${on.namespace}`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${args.service}`,
    ],
  },
})

interface Empty {
  readonly onPurpose: boolean
  readonly severity: 'error' | 'warning' | 'info'
}

function verdict({ proxy, route, ref }: ProxyBackend, endpoints: number, { onPurpose, severity }: Empty) {
  return finding({
    subject: proxySubject(proxy),
    confidence: 'inferred',
    severity,
    args: { service: ref.name, route: proxyRouteText(proxy, route), endpoints, onPurpose },
    evidence: [serviceEvidence(proxy, ref, { what: 'name', label: `0 ready of ${count(endpoints, 'endpoint')}` })],
    symptoms: [noEndpoints({ namespace: proxy.namespace, name: ref.name })],
    causes: [proxyFails(proxy)],
  })
}
