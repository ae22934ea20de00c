import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import {
  portOfBackend,
  type Route,
  routesOf,
  routeText,
  servicesByName,
} from '../../relations/ingress/ingress-routes-to-service.ts'
import { answersAlone, aroundAlone } from '../../relations/ingress/answers-alone.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { ingressBackendFails, noEndpoints } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/** Seen from the Ingress: whatever keeps the Service empty, the controller answers for it with an error of its own. */
export default check({
  code: 'ING304',
  slug: 'ingress/backend-without-endpoints',
  title: 'an Ingress routes to a Service without ready endpoints',
  fine: 'every Ingress backend has endpoints',
  severity: 'error',
  needs: ['ingresses', 'services', 'endpointSlices'],
  wants: ['pods', 'workloads', 'ingressControllers', 'ingressClasses', 'beside'],
  remedies: [],
  decides: ['ING-04'],

  run({ ingresses, services, endpointSlices, pods, workloads, scope, ...seen }) {
    const [find, slicesOf] = [servicesByName(services), slicesOfServices(endpointSlices)]
    const backing = backingOf(pods.known ? pods.value : [], pods.known ? workloads : known([]))
    const around = aroundAlone(seen)
    const leading = ingresses.filter((it) => !answersAlone(it, around))
    const routes = leading.flatMap(routesOf).flatMap((route) => {
      const service = find(route.ingress.namespace, route.backend.service)
      if (service === null || service.type === 'ExternalName') return []
      return route.backend.port !== null && portOfBackend(service, route.backend) === null ? [] : [{ route, service }]
    })
    if (routes.length === 0) return notApplicable('no Ingress here leads requests to a Service that exists')
    const groups = [...Map.groupBy(routes, ({ route }) => `${full(route.ingress)}/${route.backend.service}`).values()]
    const found = groups.flatMap((its) => {
      const [first] = its
      if (first === undefined) return []
      const { ready, leaving, notReady } = countEndpoints(slicesOf(first.service))
      if (ready.length > 0) return []
      const behind = pods.known ? backing(first.service) : null
      const onPurpose = behind?.kind === 'scaled-to-zero'
      // Without pods or workloads nobody knows whether it is empty on purpose.
      const unknown = behind === null || (behind.kind === 'matches-nothing' && !behind.sure)
      const fault = unknown && notReady.length === 0 ? 'warning' : 'error'
      const isIdle = first.route.ingress.nginx?.idle === true
      const severity = onPurpose ? whenPutAway(scope) : fault
      return [
        verdict(
          its.map((it) => it.route),
          notReady.length + leaving.length,
          { onPurpose, isIdle, severity: isIdle ? 'info' : severity },
        ),
      ]
    })
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      (args.isIdle
        ? `Ingress ${full(on)} is a canary at weight 0, and its Service ${args.service} has no ready endpoint`
        : `Ingress ${full(on)} fails for ${args.routes}: Service ${args.service} has no ready endpoint`) +
      `${args.onPurpose ? ', as its workload wants no pods' : ''}.`,
    detail: ({ args }) =>
      `0 ready of ${count(args.endpoints, 'endpoint')} · ${args.count} of ${count(args.of, 'route')}`,
    note: ({ args }) =>
      args.isIdle
        ? 'no request goes there: its weight is 0, and no header and no cookie chooses it'
        : 'ingress-nginx, HAProxy and Envoy answer 503, F5 NGINX 502, Traefik 404 or 503',
    help: ({ subject: on, args }) => [
      args.isIdle ? 'see that the Service has endpoints before the weight is raised' : 'fix the Service first',
      `hopscope diagnose svc/${args.service} -n ${on.namespace}`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${args.service}`,
    ],
  },
})

/** A namespace at 0 for the night is nobody's fault; who asks about one object wants an answer from it. */
function whenPutAway({ target }: Scope): Severity {
  return target.kind === 'object' ? 'warning' : 'info'
}

interface Empty {
  readonly onPurpose: boolean
  /** A canary to which no request is led. */
  readonly isIdle: boolean
  readonly severity: Severity
}

function verdict(routes: readonly Route[], endpoints: number, { onPurpose, isIdle, severity }: Empty) {
  const [{ ingress, backend }] = routes as readonly [Route, ...Route[]]
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    severity,
    args: {
      service: backend.service,
      routes: some(routes.map(routeText), 2),
      count: routes.length,
      of: routesOf(ingress).length,
      endpoints,
      onPurpose,
      isIdle,
    },
    evidence: [backendEvidence(ingress, backend, 'service', `0 ready of ${count(endpoints, 'endpoint')}`)],
    symptoms: [noEndpoints({ namespace: ingress.namespace, name: backend.service })],
    causes: isIdle ? [] : [ingressBackendFails(ingress, backend.service)],
  })
}
