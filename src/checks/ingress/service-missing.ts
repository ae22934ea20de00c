import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import { type Route, routesOf, routeText, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { ingressBackendFails, serviceUnmade } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { nearNames } from '../../relations/near-value.ts'
import { full, some } from '../../phrases.ts'

/** An Ingress is accepted whatever its backends: a Service that is not there shows as a 503 (or 404, or 500) only. */
export default check({
  code: 'ING301',
  slug: 'ingress/service-missing',
  title: 'an Ingress routes to a Service that does not exist',
  fine: 'every Ingress routes to Services that exist',
  severity: 'error',
  needs: ['ingresses', 'services'],
  remedies: [],
  decides: ['ING-03', 'SVC-01'],

  run({ ingresses, services }) {
    const routes = ingresses.flatMap(routesOf)
    if (routes.length === 0) return notApplicable('no Ingress here routes to a Service')
    const find = servicesByName(services)
    const names = new Map(
      [...Map.groupBy(services, (it) => it.namespace)].map(
        ([namespace, its]) => [namespace, nearNames(its.map((it) => it.name))] as const,
      ),
    )
    const missing = routes.filter((it) => find(it.ingress.namespace, it.backend.service) === null)
    const groups = [...Map.groupBy(missing, (it) => `${full(it.ingress)}/${it.backend.service}`).values()]
    const found = groups.flatMap((its) => verdict(its, names.get(its[0]?.ingress.namespace ?? '') ?? nearNames([])))
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} routes ${args.routes} to Service \`${args.service}\`, which does not exist.`,
    detail: ({ subject: on, args }) =>
      `${args.count} of ${args.of} routes · ` +
      (args.near === ''
        ? `namespace ${on.namespace} has no Service of a similar name`
        : `the closest in namespace ${on.namespace}: ${args.near}`),
    note: () => 'a backend is looked for in the namespace of the Ingress only',
    help: ({ subject: on, args }) => [
      'create the Service, or route to the one that was meant',
      `kubectl -n ${on.namespace} get services`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}   # ${args.path}`,
    ],
  },
})

function verdict(routes: readonly Route[], names: (wanted: string) => readonly string[]) {
  const [first] = routes
  if (first === undefined) return []
  const near = closest(first.backend.service, names(first.backend.service))
  return [
    finding({
      subject: ingressSubject(first.ingress),
      confidence: 'inferred',
      args: {
        service: first.backend.service,
        routes: some(routes.map(routeText), 2),
        count: routes.length,
        of: routesOf(first.ingress).length,
        near: near.join(', '),
        path: `${first.backend.path}.service.name`,
      },
      evidence: [
        backendEvidence(
          first.ingress,
          first.backend,
          'service',
          near.length > 0 ? `no such Service; \`${near[0]}\` is there` : 'no such Service',
        ),
      ],
      dueTo: [serviceUnmade({ namespace: first.ingress.namespace, name: first.backend.service })],
      causes: [ingressBackendFails(first.ingress, first.backend.service)],
    }),
  ]
}
