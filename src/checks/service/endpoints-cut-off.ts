import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { serviceSubject } from './words.ts'

/** An Endpoints object is cut off there, and says so in an annotation alone (core/v1 types.go, Endpoints). */
const mostInEndpoints = 1000

/**
 * EndpointSlices hold any number; Endpoints, which old clients and some controllers still read, a thousand: what is
 * beyond is not there for them.
 */
export default check({
  code: 'SVC230',
  slug: 'service/endpoints-cut-off',
  title: 'a Service has more endpoints than Endpoints can hold',
  fine: 'no Service has more endpoints than Endpoints can hold',
  severity: 'info',
  needs: ['services', 'endpointSlices'],
  remedies: [],
  decides: ['SVC-25'],

  run({ services, endpointSlices }) {
    if (services.length === 0) return notApplicable('no Service here')
    const slicesOf = slicesOfServices(endpointSlices)
    const found = services.flatMap((service) => {
      const { ready, leaving, notReady } = countEndpoints(slicesOf(service))
      const all = ready.length + leaving.length + notReady.length
      return all > mostInEndpoints ? [verdict(service, all)] : []
    })
    return found.length > 0 ? found : ok(services.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has ${args.endpoints} endpoints, and whoever reads Endpoints sees ${args.most} of them.`,
    detail: ({ args }) => `${args.endpoints} addresses in EndpointSlices · Endpoints end at ${args.most}`,
    note: () =>
      'kube-proxy and CoreDNS read EndpointSlices; old ingress controllers, service meshes and scripts may not',
    help: ({ subject: on }) => [
      'see that what reads its endpoints reads EndpointSlices',
      `kubectl -n ${on.namespace} get endpoints ${on.name} -o jsonpath='{.metadata.annotations}'`,
    ],
  },
})

function verdict(service: Service, endpoints: number) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: { endpoints, most: mostInEndpoints },
    evidence: [{ kind: 'fact', label: 'endpoints', value: String(endpoints) }],
  })
}
