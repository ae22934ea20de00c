import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full } from '../../phrases.ts'
import { type ProxyBackend, proxyBackends, proxyRouteText } from '../../relations/gateway/proxy-backends.ts'
import { type EmptyBackend, emptyBackends } from '../../relations/gateway/empty-backend.ts'
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
    const emptyOf = emptyBackends({ endpointSlices, pods, workloads, scope })
    const there = proxyBackends(httpProxies, services).flatMap((it) =>
      it.state.kind === 'there' && it.state.service.type !== 'ExternalName' && it.ref.weight !== 0
        ? [{ it, service: it.state.service }]
        : [],
    )
    if (there.length === 0) return notApplicable('no HTTPProxy here routes to a Service that is there')
    return there.map(({ it, service }) => {
      const empty = emptyOf(service)
      return empty === null ? ok(1) : verdict(it, empty)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPProxy ${full(on)} fails for ${args.route}: Service ${args.service} has no ready endpoint` +
      `${args.onPurpose ? ', as its workload wants no pods' : ''}.`,
    detail: ({ args }) => `0 ready of ${count(args.endpoints, 'endpoint')}`,
    note: () => 'Envoy answers 503 with the response flag UH; Contour calls the HTTPProxy valid all the same',
    help: ({ subject: on, args }) => [
      'fix the Service first',
      `hopscope diagnose svc/${args.service} -n ${on.namespace}`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${args.service}`,
    ],
  },
})

function verdict({ proxy, route, ref }: ProxyBackend, { endpoints, onPurpose, severity }: EmptyBackend) {
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
