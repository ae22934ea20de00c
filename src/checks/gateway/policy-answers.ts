import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { AttachedPolicy, PolicyEffect } from '../../model/attached-policy.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import { subject } from '../../model/subject.ts'
import { full, ms, some } from '../../phrases.ts'
import { targetsNamed } from '../../relations/gateway/attached.ts'
import { nextToNoSeconds } from '../../relations/service/answer-times.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'

/**
 * Envoy Gateway's policies can have the proxy answer by itself: an authorization without a rule that allows, a fault
 * that is made for a test, a time limit that no program keeps. The pods hear nothing of it, and the route looks well
 * (gateway.envoyproxy.io, API reference: Authorization, FaultInjection, HTTPTimeout).
 */
export default check({
  code: 'GTW741',
  slug: 'gateway/policy-answers',
  title: 'a policy has the Gateway answer in place of the pods',
  fine: 'no policy of Envoy Gateway answers or delays all requests by itself',
  severity: 'error',
  needs: ['beside'],
  wants: ['gatewayRoutes', 'gateways', 'services'],
  remedies: [],
  decides: [],

  run({ beside, gatewayRoutes, gateways, services, scope }) {
    const here = (beside.attachedPolicies ?? []).filter(
      (it) => it.does.length > 0 && (scope.namespace === null || it.namespace === scope.namespace),
    )
    if (here.length === 0) return noneHere(beside.attachedPolicies ?? [])
    const named = targetsNamed({ gatewayRoutes, gateways, services })
    const routes = gatewayRoutes.known ? gatewayRoutes.value : []
    return here.flatMap((it) => judge(it, { named, routes }))
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${full(on)} ${doesWhat(args)} to ${some(args.targets, 2)}.`,
    detail: ({ args }) => `${args.path} · ${whys[args.is]}`,
    note: () =>
      "the proxy of the Gateway does it, and the pods hear nothing: its access log's response flags say which",
    help: ({ subject: on, args }) => [
      cures[args.is],
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()}.${args.group} ${on.name}   # ${args.path}`,
    ],
  },
})

/** A kind of which a file holds nothing is unknown. */
function noneHere(all: readonly AttachedPolicy[]) {
  return all.some((it) => it.group === 'gateway.envoyproxy.io')
    ? notApplicable('no policy of Envoy Gateway acts on requests by itself')
    : cannotTell('not-there', 'kubectl get holds no policy of gateway.envoyproxy.io')
}

type Does = {
  readonly is: PolicyEffect['is']
  readonly group: string
  readonly path: string
  readonly percent: number
  readonly code: number | null
  readonly seconds: number | null
  readonly targets: readonly string[]
}

function doesWhat({ is, percent, code, seconds }: Does): string {
  const share = percent === 100 ? 'every request' : `${percent} % of the requests`
  if (is === 'delays') return `delays ${share} by ${ms(1000 * (seconds ?? 0))}`
  if (is === 'limits') return `gives ${ms(1000 * (seconds ?? 0))}, and then answers 504, for every request`
  return `answers ${code === null ? 'an error of gRPC' : String(code)} for ${share}`
}

const whys: Readonly<Record<PolicyEffect['is'], string>> = {
  denies: 'what no rule allows is denied, and no rule allows',
  aborts: 'a fault that is made on purpose, for tests',
  delays: 'a fault that is made on purpose, for tests',
  limits: 'hardly any program answers in that',
}

const cures: Readonly<Record<PolicyEffect['is'], string>> = {
  denies: 'add a rule with `action: Allow` for those who may, or `defaultAction: Allow`',
  aborts: 'take the fault out, once the test is over',
  delays: 'take the fault out, once the test is over',
  limits: 'give it seconds: `s` may have been meant for `ms`',
}

interface Around {
  readonly named: ReturnType<typeof targetsNamed>
  readonly routes: readonly GatewayRoute[]
}

function judge(policy: AttachedPolicy, { named, routes }: Around): readonly Verdict<Does>[] {
  const targets = policy.targets.filter((it) => named(policy, it).is !== 'gone')
  const worst = policy.does.filter(isWorthIt)
  if (targets.length === 0 || worst.length === 0) return [ok(1)]
  const on = subject(policy.kind, policy.namespace, policy.name)
  return worst.map((it) => {
    const isWhole = it.percent === 100 && (it.is === 'denies' || (it.is === 'aborts' && (it.code ?? 500) >= 400))
    const taken = routes.filter((route) =>
      targets.some(
        (to) =>
          to.kind === route.kind &&
          to.name === route.name &&
          to.section === null &&
          (to.namespace ?? policy.namespace) === route.namespace,
      ),
    )
    return finding({
      subject: on,
      confidence: 'inferred',
      ...(isWhole ? {} : { severity: 'warning' as const }),
      args: {
        is: it.is,
        group: policy.group,
        path: it.path,
        percent: it.percent,
        code: it.code,
        seconds: it.seconds,
        targets: targets.map((to) => `${to.kind} ${to.name}`),
      },
      evidence: [{ kind: 'fact', label: it.path, value: `${whys[it.is]}` }],
      causes: isWhole ? taken.map(gatewayRouteFails) : [],
    })
  })
}

/** Any time limit is one; only one that nobody keeps is told. */
const isWorthIt = ({ is, seconds }: PolicyEffect): boolean => is !== 'limits' || (seconds ?? 1) < nextToNoSeconds
