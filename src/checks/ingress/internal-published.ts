import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
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
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses }) {
    const published = ingresses.filter(
      (it) => (it.albTarget !== undefined || it.albScheme !== undefined) && hostsOf(it).length > 0,
    )
    if (published.length === 0) return notApplicable('no Ingress of an ALB here asks external-dns for a name')
    return published.map((it) => {
      const address = it.addresses.find((one) => internal.test(one))
      return address === undefined || saysScheme(it, ingressClasses) ? ok(1) : verdict(it, address)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} has external-dns publish ${some(args.hosts)}, and its load balancer is internal: ` +
      'no annotation names its scheme.',
    detail: ({ args }) => `address: ${args.address}`,
    note: () => 'in a private zone, for callers of this network alone, it is as it should be',
    help: ({ subject: on }) => [
      'set alb.ingress.kubernetes.io/scheme: internet-facing, or internal where that is meant; a new ALB takes ' +
        'its place',
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
    ],
  },
})

function hostsOf({ externalDns }: Ingress): readonly string[] {
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
    args: { hosts: hostsOf(ingress), address },
    evidence: [{ kind: 'fact', label: 'status.loadBalancer', value: address }],
  })
}
