import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isPrivate } from '../../relations/private-address.ts'
import { hostFits } from '../../wire/host-pattern.ts'
import { ingressSubject } from './words.ts'

/** How AWS names a load balancer that has private addresses alone (Elastic Load Balancing, "Internal"). */
const internal = /^internal-[a-z0-9-]{1,100}\.[a-z0-9-]{1,40}\.elb\.amazonaws\.com(?:\.cn)?$/

/**
 * The AWS Load Balancer Controller makes an ALB internal where nothing names its scheme (guide/ingress/annotations:
 * `scheme` defaults to internal): external-dns publishes the host, and outside its network nobody reaches it.
 */
export default check({
  code: 'ING389',
  slug: 'ingress/internal-published',
  title: 'external-dns publishes a host of an internal load balancer',
  fine: 'no host that external-dns publishes leads to a load balancer that is internal by default alone',
  severity: 'warning',
  needs: ['ingresses', 'ingressClasses'],
  wants: ['services'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses, services, scope }) {
    const published = ingresses.filter(
      (it) => (it.albTarget !== undefined || it.albScheme !== undefined) && hostsOf(it).length > 0,
    )
    const ofServices = (services.known ? services.value : []).filter(isInternal)
    if (published.length + ofServices.length === 0)
      return notApplicable('no Ingress of an ALB and no internal load balancer here asks external-dns for a name')
    return [
      ...published.map((it) => {
        const address = it.addresses.find((one) => internal.test(one))
        return address === undefined || saysScheme(it, ingressClasses) ? ok(1) : verdict(it, address)
      }),
      ...ofServices.map((it) => ofService(it, scope)),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} has external-dns publish ${some(args.hosts)}, and its load balancer is internal: ` +
      (args.by === null ? 'no annotation names its scheme.' : `${args.by} asks for that.`),
    detail: ({ args }) => `address: ${args.address}`,
    note: () => 'in a private zone, for callers of this network alone, it is as it should be',
    help: ({ subject: on, args }) => [
      args.by === null
        ? 'set alb.ingress.kubernetes.io/scheme: internet-facing, or internal where that is meant; a new ALB takes ' +
          'its place'
        : 'take the annotation away and create the Service again, if callers come from outside; otherwise keep the ' +
          'name in a private zone',
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}`,
    ],
  },
})

/** Its annotation asks for it, and it was heeded. */
function isInternal({ loadBalancer, ...it }: Service): boolean {
  const { addresses = [], internal: asks = [] } = loadBalancer ?? {}
  return (
    hostsOf(it).length > 0 &&
    asks.some((one) => one.wants === 'internal') &&
    addresses.length > 0 &&
    addresses.every(isPrivate)
  )
}

/** On purpose, as a rule, unless one of these hosts is what is asked about. */
function ofService(service: Service, { target }: Scope) {
  const hosts = hostsOf(service)
  const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
  const isAsked = url !== null && hosts.some((it) => hostFits(it, url.hostname))
  const [address = ''] = service.loadBalancer?.addresses ?? []
  const by = service.loadBalancer?.internal?.find((it) => it.wants === 'internal')?.by ?? null
  return finding({
    subject: subject('Service', service.namespace, service.name),
    severity: isAsked ? 'warning' : 'info',
    confidence: 'possible',
    args: { hosts, address, by },
    evidence: [{ kind: 'fact', label: 'status.loadBalancer', value: address }],
  })
}

function hostsOf({ externalDns }: Pick<Ingress, 'externalDns'>): readonly string[] {
  return externalDns?.by === 'it' ? externalDns.hosts : []
}

/** By its annotation, or by the IngressClassParams of its class, which are not read. */
function saysScheme({ albScheme, className }: Ingress, classes: readonly IngressClass[]): boolean {
  return albScheme !== 'unset' || classes.some((it) => it.name === className && it.parameters !== undefined)
}

function verdict(ingress: Ingress, address: string) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    args: { hosts: hostsOf(ingress), address, by: null as string | null },
    evidence: [{ kind: 'fact', label: 'status.loadBalancer', value: address }],
  })
}
