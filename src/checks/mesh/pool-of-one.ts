import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DestinationRule, PoolLimit } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'

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
  remedies: [],
  decides: [],

  run({ mesh }) {
    if (mesh.destinationRules.length === 0) return notApplicable('no DestinationRule here')
    const found = mesh.destinationRules.flatMap((it) => (it.ones === undefined ? [] : [verdict(it, it.ones)]))
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

function verdict({ namespace, name, host }: DestinationRule, limits: readonly PoolLimit[]) {
  const on = subject('DestinationRule', namespace, name)
  // Who waits for the one connection may have time; no second one may wait, or none at all.
  const isShut = limits.length > 1 || limits[0] === 'http.http2MaxRequests'
  return finding({
    subject: on,
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
