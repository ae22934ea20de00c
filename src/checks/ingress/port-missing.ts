import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Service } from '../../model/service.ts'
import {
  portOfBackend,
  type Route,
  routesOf,
  routeText,
  servicesByName,
} from '../../relations/ingress/ingress-routes-to-service.ts'
import { portsText, portText } from '../../relations/service/service-endpoints.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * A backend names a port of the Service, not of the pods. ingress-nginx also takes a target port for it
 * (controller.go, serviceEndpoints), other controllers do not: that is a warning, since it may work by accident.
 */
export default check({
  code: 'ING302',
  slug: 'ingress/port-missing',
  title: 'an Ingress names a port that its Service does not have',
  fine: 'every Ingress names ports that its Services have',
  severity: 'error',
  needs: ['ingresses', 'services'],
  remedies: [],
  decides: ['ING-03'],

  run({ ingresses, services }) {
    const find = servicesByName(services)
    const routes = ingresses.flatMap(routesOf).flatMap((route) => {
      const service = find(route.ingress.namespace, route.backend.service)
      return service === null || service.type === 'ExternalName' || route.backend.port === null
        ? []
        : [{ route, service }]
    })
    if (routes.length === 0) return notApplicable('no Ingress here names a port of a Service that exists')
    const wrong = routes.filter(({ route, service }) => portOfBackend(service, route.backend) === null)
    const groups = [
      ...Map.groupBy(
        wrong,
        ({ route }) => `${full(route.ingress)}/${route.backend.service}/${route.backend.port}`,
      ).values(),
    ]
    const found = groups.flatMap((its) =>
      its.slice(0, 1).map(({ service }) =>
        verdict(
          its.map((it) => it.route),
          service,
        ),
      ),
    )
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} routes ${args.routes} to port \`${args.port}\` of Service ${args.service}, ` +
      `which offers ${args.offers}.`,
    detail: ({ args }) =>
      `backend ${args.service}:${args.port}` +
      (args.targetOf === ''
        ? ''
        : ` · ${args.port} is the target port behind ${args.targetOf}: ingress-nginx lets that pass, ` +
          'the Ingress API does not'),
    note: () => 'a backend names a port of the Service (port or its name), never the port of the pod',
    help: ({ subject: on, args }) => [
      args.meant === ''
        ? 'name a port that the Service offers, or add the port to the Service'
        : `name the Service's port: ${args.meant}`,
      `kubectl -n ${on.namespace} get service ${args.service} -o jsonpath='{.spec.ports}'`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}   # ${args.path}`,
    ],
  },
})

function verdict(routes: readonly Route[], service: Service) {
  const [{ ingress, backend }] = routes as readonly [Route, ...Route[]]
  const behind = service.ports.find((it) => `${it.targetPort}` === `${backend.port}`)
  const name = closest(
    `${backend.port}`,
    service.ports.flatMap((it) => (it.name === null ? [] : [it.name])),
    1,
  )[0]
  const meant =
    behind ??
    service.ports.find((it) => it.name === name) ??
    (service.ports.length === 1 ? service.ports[0] : undefined)
  return finding({
    subject: ingressSubject(ingress),
    confidence: behind === undefined ? 'inferred' : 'possible',
    severity: behind === undefined ? 'error' : 'warning',
    args: {
      service: service.name,
      port: `${backend.port}`,
      routes: some(routes.map(routeText), 2),
      offers: portsText(service),
      targetOf: behind === undefined ? '' : portText(behind),
      meant: meant === undefined ? '' : portText(meant),
      path: `${backend.path}.service.port`,
    },
    evidence: [backendEvidence(ingress, backend, 'port', `Service ${service.name} offers ${portsText(service)}`)],
    causes: [ingressBackendFails(ingress, service.name)],
  })
}
