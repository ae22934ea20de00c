import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { InternalAsk, LoadBalancer, Service } from '../../model/service.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { full, some } from '../../phrases.ts'
import { isPrivate } from '../../relations/private-address.ts'
import { serviceSubject } from '../service/words.ts'

/**
 * A cloud's controller takes its own annotation, by its whole name and with few values; all else it passes over, and
 * makes a load balancer that the internet reaches. Most change nothing of one that is there already.
 */
export default check({
  code: 'ING393',
  slug: 'ingress/internal-unheeded',
  title: 'an annotation that asks for an internal load balancer does nothing',
  fine: 'load balancers that are to be internal have no public address, as far as their addresses tell',
  severity: 'warning',
  needs: ['services'],
  wants: ['nodes'],
  remedies: [],
  decides: [],

  run({ services, nodes }) {
    const clouds = cloudsOf(nodes)
    // A network that has public addresses for its own: those of its load balancers tell nothing.
    const isOdd = nodes.known && nodes.value.some(({ ip }) => ip !== null && !isPrivate(ip))
    const asking = services.flatMap((service) => {
      const { loadBalancer } = service
      const asks = (loadBalancer?.internal ?? []).filter((it) => it.wants !== 'public')
      return loadBalancer === undefined || asks.length === 0 || isOdd ? [] : [{ service, loadBalancer, asks }]
    })
    const judged = asking.flatMap(({ service, loadBalancer, asks }) => {
      const address = publicOf(loadBalancer)
      if (address === null) return loadBalancer.addresses.some(isPrivate) ? [ok(1)] : []
      const [first] = asks
      // With one that says the contrary nobody knows what was meant.
      if (first === undefined || (loadBalancer.internal ?? []).some((it) => it.wants === 'public')) return []
      const why = whyOf(first, clouds)
      // GKE heeds it at once, and its subnets may be of public ranges that a company uses for its own.
      if (why === 'kept' && first.cloud === 'gce')
        return [
          cannotTell(
            'ambiguous',
            `whether ${address} of Service ${full(service)} is of a subnet with ranges of its own`,
          ),
        ]
      return [verdict(service, { ask: first, why, address, clouds })]
    })
    return judged.length > 0 ? judged : notApplicable('no load balancer here with an IP address is to be internal')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} asks for an internal load balancer, and has the public address ${args.address}: ` +
      `${whys[args.why]}.`,
    detail: ({ args }) =>
      `${args.written ?? args.by}` +
      (args.why === 'other-cloud' ? ` · the nodes are of ${some(args.clouds)}` : '') +
      (args.class === null ? '' : ` · loadBalancerClass ${args.class}`),
    note: () => 'whoever is on the internet reaches it, unless a firewall or loadBalancerSourceRanges keeps them out',
    help: ({ subject: on, args }) => [
      helpOf(args),
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.metadata.annotations}{.status.loadBalancer}'`,
      `kubectl -n ${on.namespace} get events --field-selector involvedObject.name=${on.name}`,
    ],
  },
})

type Why = 'other-cloud' | 'value' | 'name' | 'kept'

const whys: Readonly<Record<Why, string>> = {
  'other-cloud': 'the annotation is another cloud’s',
  value: 'its controller does not know the value of the annotation',
  name: 'the name of the annotation is not right',
  kept: 'the annotation was not heeded',
}

interface Helped {
  readonly why: Why
  readonly by: string
  readonly cloud: InternalAsk['cloud']
}

const values: Readonly<Record<InternalAsk['cloud'], string>> = {
  aws: 'true (aws-load-balancer-internal), or internal (aws-load-balancer-scheme)',
  azure: '"true"',
  gce: '"Internal"',
  openstack: '"true"',
  oci: '"true"',
}

function helpOf({ why, by, cloud }: Helped): string {
  if (why === 'other-cloud') return 'use the annotation of the cloud that the nodes are of'
  if (why === 'value') return `write ${by} with ${values[cloud]}`
  if (why === 'name') return `write it in full: ${by}`
  return 'create the Service again where the annotation came after the load balancer: most clouds keep what is there'
}

/** Of the nodes that say it, as `providerID` does. */
function cloudsOf(nodes: Known<readonly Node[]>): readonly string[] {
  return nodes.known ? [...new Set(nodes.value.flatMap((it) => it.provider ?? []))] : []
}

/** Of a host's name nobody tells, nor of IPv6, where networks have public addresses for their own. */
function publicOf({ addresses }: LoadBalancer): string | null {
  const ips = addresses.filter((it) => asIpAddress(it) !== null && !it.includes(':'))
  const [first] = ips
  return first === undefined || ips.length < addresses.length || ips.some(isPrivate) ? null : first
}

function whyOf({ cloud, wants, written }: InternalAsk, clouds: readonly string[]): Why {
  if (clouds.length > 0 && !clouds.includes(cloud)) return 'other-cloud'
  if (written !== undefined) return 'name'
  return wants === 'unread' ? 'value' : 'kept'
}

interface About {
  readonly ask: InternalAsk
  readonly why: Why
  readonly address: string
  readonly clouds: readonly string[]
}

function verdict(service: Service, { ask, why, address, clouds }: About) {
  const on = serviceSubject(service)
  const name = ask.written ?? ask.by
  return finding({
    subject: on,
    confidence: 'inferred',
    args: {
      why,
      by: ask.by,
      cloud: ask.cloud,
      written: ask.written ?? null,
      address,
      clouds,
      class: service.loadBalancer?.class ?? null,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'metadata.annotations',
        lines: ['annotations:', `  ${name}: …`],
        at: 1,
        mark: name,
        label: whys[why],
      },
      { kind: 'fact', label: 'status.loadBalancer', value: address },
    ],
  })
}
