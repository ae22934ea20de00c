import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { beforeControllers, controllersByClass } from '../../relations/ingress/controller-services.ts'
import { ingressSubject } from './words.ts'

/**
 * Controllers copy the address of their load balancer into the status of each Ingress, and external-dns makes names of
 * it. Where the load balancer was made again, or --publish-service names another Service, the old one stays.
 */
export default check({
  code: 'ING333',
  slug: 'ingress/stale-address',
  title: "the address of an Ingress is not its controller's",
  fine: "the addresses of Ingresses are those of their controllers' load balancers",
  severity: 'warning',
  needs: ['ingresses', 'ingressClasses', 'ingressControllers', 'services', 'pods'],
  remedies: [],
  decides: ['ING-27'],

  run({ ingresses, ingressClasses, ingressControllers, services, pods }) {
    const beforeOf = beforeControllers({ ingressClasses, ingressControllers, services, pods })
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    const judged = ingresses.flatMap((ingress) => {
      // What nobody reads has no address for another reason: ING409.
      const own = controllersOf(ingress)
      if (own.length > 0 && own.every((it) => it.ingressesOff === true)) return []
      const { services: all, onHost } = beforeOf(ingress)
      // Alone with a load balancer it is sure what the address should be: nodes have several, and some are published.
      const before = all.filter((it) => (it.loadBalancer?.addresses ?? []).length > 0)
      return before.length === 0 || onHost ? [] : [{ ingress, before }]
    })
    if (judged.length === 0) return notApplicable('no load balancer of an ingress controller is seen')
    const found = judged.flatMap(({ ingress, before }) => {
      const real = new Set(before.flatMap((it) => it.loadBalancer?.addresses ?? []))
      return ingress.addresses.some((it) => real.has(it)) ? [] : [verdict(ingress, before, [...real])]
    })
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.has.length === 0
        ? `Ingress ${full(on)} has no address, and its controller's load balancer has ${some(args.real)}.`
        : `Ingress ${full(on)} says ${some(args.has)}, and its controller's load balancer has ${some(args.real)}.`,
    detail: ({ args }) => `status.loadBalancer of the Ingress, against Service ${some(args.services, 2)}`,
    note: () =>
      'where the controller reads the Ingress, requests to the right address are served all the same; what makes ' +
      'names of the status, as external-dns does, is misled',
    help: ({ subject: on, args }) => [
      'see what the controller publishes: --publish-service, --publish-status-address, --update-status, and its ' +
        'right to update ingresses/status',
      `kubectl -n ${on.namespace} get ingress ${on.name}`,
      `kubectl get services -A | grep -F ${args.real[0] ?? ''}`,
    ],
  },
})

function verdict(ingress: Ingress, before: readonly Service[], real: readonly string[]) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    severity: ingress.addresses.length === 0 ? 'info' : 'warning',
    args: { has: ingress.addresses, real, services: before.map(full) },
    evidence: [{ kind: 'fact', label: 'status.loadBalancer', value: some(ingress.addresses) || 'empty' }],
  })
}
