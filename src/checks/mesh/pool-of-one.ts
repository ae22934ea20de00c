import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DestinationRule, PoolLimit } from '../../model/mesh.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { wholeHost } from '../../relations/mesh/mesh-hosts.ts'

/**
 * Istio's page on circuit breaking has a rule with a limit of 1 for each of these, to show how it breaks: who copies it
 * gets 503 (`UO`) as soon as two call at a time, and each proxy counts for itself.
 */
export default check({
  code: 'MSH827',
  slug: 'mesh/pool-of-one',
  title: 'a mesh lets one connection or request at a time to a Service',
  fine: 'no DestinationRule lets one connection or request at a time through',
  severity: 'warning',
  needs: ['mesh'],
  wants: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ mesh, clusterDns }) {
    if (mesh.destinationRules.length === 0) return notApplicable('no DestinationRule here')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const found = mesh.destinationRules.flatMap((it) => (it.ones === undefined ? [] : [verdict(it, it.ones, domain)]))
    return found.length > 0 ? found : ok(mesh.destinationRules.length, 'by the policy of the whole host')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DestinationRule ${full(on)} lets each proxy have ${some(args.limits.map(named))} at a time to ${args.host}.`,
    detail: ({ args }) => some(args.limits.map((it) => `${it}: 1`)),
    note: () => 'what comes while that one is under way gets 503 at once (UO in the access log), or is cut off',
    help: ({ subject: on }) => [
      'raise the limits above what calls at a time, or take them away: Istio sets none by itself',
      `kubectl -n ${on.namespace} get destinationrule ${on.name} -o yaml`,
    ],
  },
})

function named(limit: string): string {
  if (limit === 'tcp.maxConnections') return 'one connection'
  return limit === 'http.http1MaxPendingRequests' ? 'one waiting request' : 'one request'
}

/** It stands in any namespace, and its Service in another. */
function serviceOf({ namespace, host }: DestinationRule, domain: string): readonly Subject[] {
  const whole = wholeHost(host, namespace, domain)
  const suffix = `.svc.${domain}`.toLowerCase()
  const [name, home, ...more] = whole.endsWith(suffix) ? whole.slice(0, -suffix.length).split('.') : []
  const isOne = name !== undefined && home !== undefined && more.length === 0 && name !== '*'
  return isOne ? [subject('Service', home, name)] : []
}

function verdict(rule: DestinationRule, limits: readonly PoolLimit[], domain: string) {
  const { namespace, name, host } = rule
  const on = subject('DestinationRule', namespace, name)
  // Who waits for the one connection may have time; no second one may wait, or none at all.
  const isShut = limits.length > 1 || limits[0] === 'http.http2MaxRequests'
  return finding({
    subject: on,
    also: serviceOf(rule, domain),
    confidence: 'possible',
    severity: isShut ? 'warning' : 'info',
    args: { host, limits },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.trafficPolicy.connectionPool',
        lines: limits.map((it) => `${it}: 1`),
        at: 0,
        mark: '1',
        label: 'one at a time',
      },
    ],
  })
}
