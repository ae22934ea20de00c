import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full } from '../../phrases.ts'
import { routedBackends, type RoutedBackend, ruleText, takesRequests } from '../../relations/gateway/backends.ts'
import { type EmptyBackend, emptyBackends } from '../../relations/gateway/empty-backend.ts'
import { gatewayRouteFails, noEndpoints } from '../../relations/symptom.ts'
import { refEvidence, routeSubject } from './words.ts'

/** Seen from the route: whatever keeps the Service empty, the Gateway answers for it with an error of its own. */
export default check({
  code: 'GTW711',
  slug: 'gateway/backend-without-endpoints',
  title: 'a route sends requests to a Service without ready endpoints',
  fine: 'every backend of a route has endpoints',
  severity: 'error',
  needs: ['gatewayRoutes', 'services', 'endpointSlices'],
  wants: ['pods', 'workloads'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, services, endpointSlices, pods, workloads, scope }) {
    const emptyOf = emptyBackends({ endpointSlices, pods, workloads, scope })
    const there = routedBackends(gatewayRoutes, services, scope).flatMap((it) =>
      it.state.kind === 'there' && it.state.service.type !== 'ExternalName' && takesRequests(it.ref)
        ? [{ it, service: it.state.service }]
        : [],
    )
    if (there.length === 0) return notApplicable('no route here sends requests to a Service that is there')
    return there.map(({ it, service }) => {
      const empty = emptyOf(service)
      return empty === null ? ok(1) : verdict(it, empty)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} fails for ${args.rule}: Service ${args.where}/${args.service} has no ready endpoint` +
      `${args.onPurpose ? ', as its workload wants no pods' : ''}.`,
    detail: ({ args }) => `0 ready of ${count(args.endpoints, 'endpoint')} · weight ${args.weight} in its rule`,
    note: () => 'the specification asks for a 503 for the share of the requests that goes there',
    help: ({ args }) => [
      'fix the Service first',
      `hopscope diagnose svc/${args.service} -n ${args.where}`,
      `kubectl -n ${args.where} get endpointslices -l kubernetes.io/service-name=${args.service}`,
    ],
  },
})

function verdict({ route, ref, namespace }: RoutedBackend, { endpoints, onPurpose, severity }: EmptyBackend) {
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    severity,
    args: {
      service: ref.name,
      where: namespace,
      rule: ruleText(route, ref),
      weight: ref.weight,
      endpoints,
      onPurpose,
    },
    evidence: [refEvidence(route, ref, { what: 'name', label: `0 ready of ${count(endpoints, 'endpoint')}` })],
    symptoms: [noEndpoints({ namespace, name: ref.name })],
    causes: [gatewayRouteFails(route)],
  })
}
