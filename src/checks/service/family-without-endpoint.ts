import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { count, full } from '../../phrases.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { isServing, podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { type IpFamily, familyOf } from '../../wire/ip-family.ts'
import { isAskedAbout, serviceSubject } from './words.ts'

/**
 * A Service of two families has an address in each, and endpoints in each by themselves: pods that have an address of
 * one alone leave the other empty. Clients that prefer it are refused, or wait until they try the other one.
 */
export default check({
  code: 'SVC224',
  slug: 'service/family-without-endpoint',
  title: 'a Service offers an address family in which it has no endpoint',
  fine: 'Services have endpoints in each family that they offer',
  severity: 'warning',
  needs: ['services', 'endpointSlices'],
  wants: ['pods'],
  remedies: [],
  decides: ['SVC-12'],

  run({ services, endpointSlices, pods, scope }) {
    const offering = services.filter((it) => (it.families ?? []).length > 0 && it.type !== 'ExternalName')
    if (offering.length === 0) return notApplicable('no Service here says which address families it offers')
    const slicesOf = slicesOfServices(endpointSlices)
    const podsOf = pods.known ? podsOfServices(pods.value) : null
    const found = offering.flatMap((service) => {
      if (isByDefault(service)) return []
      const ready = readyByFamily(slicesOf(service))
      const empty = (service.families ?? []).find((it) => ready[it] === 0)
      // Where none of those that it offers has one, it has no endpoint at all: SVC205 and SVC249 are about that.
      const offered = (service.families ?? []).reduce((sum, it) => sum + ready[it], 0)
      if (empty === undefined || offered === 0) return []
      const own = podsOf === null ? null : podsOf(service).filter(isServing)
      const asked = scope.target.kind === 'object' && isAskedAbout(scope, 'Service', service)
      return [verdict(service, { empty, ready, own, asked })]
    })
    return found.length > 0 ? found : ok(offering.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} offers ${args.families.join(' and ')} and has no ready endpoint in ${args.empty}.`,
    detail: ({ args }) =>
      `ready endpoints: ${args.ipv4} in IPv4, ${args.ipv6} in IPv6 · ipFamilyPolicy ${args.policy ?? 'not set'}`,
    note: ({ args }) =>
      args.pods === null || args.pods === 0
        ? null
        : `${args.without} of ${count(args.pods, 'serving pod')} ${args.without === 1 ? 'has' : 'have'} no ` +
          `${args.empty} address`,
    help: ({ subject: on, args }) => [
      `offer the other family alone (ipFamilyPolicy: SingleStack), or let the pods have ${args.empty} ` +
        'addresses: on nodes and CNI',
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ipFamilies} {.spec.clusterIPs}'`,
    ],
  },
})

/**
 * The API server gives RequireDualStack and both families to every headless Service without a selector whose spec says
 * nothing of them, on clusters of one family too (API reference, ServiceSpec.ipFamilies): nobody asked for the second.
 */
function isByDefault(service: Service): boolean {
  return service.clusterIP === 'None' && selectorOf(service) === null && service.familyPolicy === 'RequireDualStack'
}

function readyByFamily(slices: readonly EndpointSlice[]): Readonly<Record<IpFamily, number>> {
  const of = (family: IpFamily): number =>
    slices.filter((it) => it.addressType === family).flatMap((it) => it.endpoints.filter((one) => one.ready)).length
  return { IPv4: of('IPv4'), IPv6: of('IPv6') }
}

interface Seen {
  readonly empty: IpFamily
  readonly ready: Readonly<Record<IpFamily, number>>
  readonly own: readonly Pod[] | null
  readonly asked: boolean
}

function verdict(service: Service, { empty, ready, own, asked }: Seen) {
  const families = service.families ?? []
  const lacks = ({ ip, ips }: Pod): boolean =>
    ![...(ips ?? []), ...(ip === null ? [] : [ip])].some((it) => familyOf(it) === empty)
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    // The second family of PreferDualStack is a wish that the cluster need not grant.
    severity: families[0] === empty || service.familyPolicy === 'RequireDualStack' || asked ? 'warning' : 'info',
    args: {
      empty,
      families,
      policy: service.familyPolicy ?? null,
      ipv4: ready.IPv4,
      ipv6: ready.IPv6,
      pods: own === null ? null : own.length,
      without: own === null ? null : own.filter(lacks).length,
    },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec.ipFamilies',
        lines: ['ipFamilies:', ...families.map((it) => `- ${it}`)],
        at: families.indexOf(empty) + 1,
        mark: empty,
        label: 'no ready endpoint has such an address',
      },
    ],
  })
}
