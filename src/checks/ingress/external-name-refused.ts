import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { type Route, routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'

/**
 * A Service of type ExternalName lets who writes an Ingress reach any host that the controller reaches: Traefik takes
 * none unless `allowExternalNameServices` says so (traefik#8261), and ingress-nginx can be told not to
 * (`--disable-svc-external-name`). The rule is left out, or has nobody behind it.
 */
export default check({
  code: 'ING384',
  slug: 'ingress/external-name-refused',
  title: 'a controller refuses the ExternalName Service of an Ingress',
  fine: 'controllers take the Services of type ExternalName that Ingresses lead to',
  severity: 'error',
  needs: ['ingresses', 'services', 'ingressControllers'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, services, ingressControllers, ingressClasses }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllersOf = controllersByClass({ ingressClasses: classes, ingressControllers })
    const find = servicesByName(services)
    const isExternal = (it: Ingress, route: Route): boolean =>
      find(it.namespace, route.backend.service)?.type === 'ExternalName'
    const outward = ingresses.flatMap((ingress) =>
      routesOf(ingress).flatMap((route) => (isExternal(ingress, route) ? [{ ingress, route }] : [])),
    )
    const judged = outward.flatMap(({ ingress, route }) => {
      const own = controllersOf(ingress)
      return own.length === 0 ? [] : [{ ingress, route, isRefused: own.every((it) => it.externalNames === 'refused') }]
    })
    if (judged.length === 0) return notApplicable('no Ingress of a known controller leads to an ExternalName Service')
    const found = judged.filter((it) => it.isRefused)
    return found.length === 0
      ? ok(judged.length)
      : found.map(({ ingress, route }) => verdict(ingress, route, controllersOf(ingress)[0]?.controller ?? ''))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} leads to Service ${args.service} of type ExternalName, and its controller takes none: ` +
      `${args.nginx ? '--disable-svc-external-name is set' : 'allowExternalNameServices is not set'}.`,
    detail: ({ args }) => `host ${args.host ?? 'any'} · controller ${args.controller}`,
    note: ({ args }) =>
      args.nginx ? 'requests get 503, as nobody stands behind the rule' : 'the rule is left out: requests get 404',
    help: ({ args }) => [
      args.nginx
        ? 'take --disable-svc-external-name away, if whoever writes Services may lead requests anywhere'
        : 'set --providers.kubernetesingress.allowExternalNameServices=true, if whoever writes Services may lead ' +
          'requests anywhere',
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

function verdict(ingress: Ingress, { host, backend }: Route, controller: string) {
  const { namespace } = ingress
  return finding({
    subject: ingressSubject(ingress),
    also: [subject('Service', namespace, backend.service)],
    confidence: 'inferred',
    args: {
      service: `${namespace}/${backend.service}`,
      namespace,
      name: backend.service,
      host,
      controller,
      nginx: controller.startsWith('k8s.io/'),
    },
    evidence: [backendEvidence(ingress, backend, 'service', 'of type ExternalName')],
    causes: [ingressBackendFails(ingress, backend.service)],
  })
}
