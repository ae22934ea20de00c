import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Outside, OutsideAnswer } from '../../model/outside.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { isPrivate } from '../../relations/private-address.ts'
import { outsideFails } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * `loadBalancerSourceRanges` is a firewall: who is not in it meets silence, and nothing says so. Where the load
 *  balancer
 * hides the client, the address that counts is its own.
 */
export default check({
  code: 'SVC222',
  slug: 'service/source-ranges',
  title: 'a load balancer lets nobody in from where it was asked',
  fine: 'source ranges of load balancers keep nobody out who was seen',
  severity: 'warning',
  needs: ['services'],
  wants: ['outside'],
  remedies: [],
  decides: ['LB-07'],

  run({ services, outside, scope: { target } }) {
    const limited = services.flatMap((service) =>
      service.loadBalancer?.sourceRanges === undefined
        ? []
        : [{ service, balancer: service.loadBalancer, ranges: service.loadBalancer.sourceRanges }],
    )
    if (limited.length === 0) return notApplicable('no load balancer here has source ranges')
    const causes =
      target.kind === 'object' && target.object.kind === 'Ingress' && target.object.namespace !== null
        ? [outsideFails({ namespace: target.object.namespace, name: target.object.name })]
        : []
    const found = limited.flatMap(({ service, balancer, ranges }) => {
      const silent = silentAt(balancer, outside)
      if (silent !== null && !opensToAll(ranges)) return [verdict(service, { ranges, why: 'silent', silent, causes })]
      const isPublic = balancer.addresses.some((it) => /^[\d.:a-f]+$/i.test(it) && !isPrivate(it))
      return isPublic && ranges.every(isPrivate)
        ? [verdict(service, { ranges, why: 'private', silent: null, causes: [] })]
        : []
    })
    return found.length > 0 ? found : ok(limited.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.why === 'silent'
        ? `Load balancer of Service ${full(on)} did not answer this machine, and lets in ${some(args.ranges)} alone.`
        : `Load balancer of Service ${full(on)} has a public address, and lets in private ones alone: ` +
          `${some(args.ranges)}.`,
    detail: ({ args }) =>
      `${count(args.ranges.length, 'range')} in loadBalancerSourceRanges` +
      (args.address === null ? '' : ` · ${args.address}: ${args.how}`),
    note: () =>
      'the address that counts is the one that the load balancer sees, after any NAT on the way; node ports are ' +
      'not covered by it',
    help: ({ subject: on }) => [
      'see by which address this client comes, and add its range if it should be let in',
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.loadBalancerSourceRanges}'`,
    ],
  },
})

function opensToAll(ranges: readonly string[]): boolean {
  return ranges.some((it) => it.endsWith('/0'))
}

/** What came of this load balancer's own address, where each request to it met silence. */
function silentAt({ addresses }: LoadBalancer, outside: Known<Outside>): OutsideAnswer | null {
  if (!outside.known) return null
  const its = outside.value.answers.filter((it) => addresses.includes(it.ip))
  const isSilent = ({ status, error }: OutsideAnswer): boolean =>
    status === null && /^no connection within|^ETIMEDOUT/.test(error ?? '')
  return its.length > 0 && its.every(isSilent) ? (its[0] ?? null) : null
}

interface Seen {
  readonly ranges: readonly string[]
  readonly why: 'silent' | 'private'
  readonly silent: OutsideAnswer | null
  readonly causes: readonly string[]
}

function verdict(service: Service, { ranges, why, silent, causes }: Seen) {
  return finding({
    subject: serviceSubject(service),
    confidence: silent === null ? 'inferred' : 'possible',
    args: {
      ranges,
      why,
      address: silent === null ? null : `${silent.ip}:${silent.port}`,
      how: silent?.error ?? '',
    },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec.loadBalancerSourceRanges',
        lines: ['loadBalancerSourceRanges:', ...ranges.slice(0, 8).map((it) => `- ${it}`)],
        at: 0,
        mark: 'loadBalancerSourceRanges:',
        label: 'nobody else is let in',
      },
    ],
    causes,
  })
}
