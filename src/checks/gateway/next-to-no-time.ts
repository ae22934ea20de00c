import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { GatewayRoute, RouteRule } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import { full, ms } from '../../phrases.ts'
import { nextToNoSeconds, shortTime, slowestAnswer } from '../../relations/service/answer-times.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { routeSubject } from './words.ts'

/**
 * `timeouts.request: 1ms` where 1 s was meant: what takes longer is a 504 for the client (GEP-1742), and hardly any
 * program answers in that. Where pods were asked directly, what they took says whether it is enough.
 */
export default check({
  code: 'GTW734',
  slug: 'gateway/next-to-no-time',
  title: 'a route gives its pods next to no time',
  fine: 'routes with a timeout give more time than a slip of the unit does',
  severity: 'warning',
  needs: ['gatewayRoutes'],
  wants: ['contacts'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, contacts }) {
    const timed = gatewayRoutes.flatMap((route) =>
      route.rules.flatMap((rule, index) => {
        const limit = limitOf(rule)
        return limit === null ? [] : [{ route, rule, index, ...limit }]
      }),
    )
    if (timed.length === 0) return notApplicable('no route here has a timeout')
    return timed.map((it) => judge(it, contacts))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} gives its pods ${shortTime(args.seconds)} (${args.path})` +
      (args.takes === null ? ': hardly any program answers in that.' : `, and they take ${ms(1000 * args.takes)}.`),
    detail: ({ args }) =>
      `rule ${args.rule} of ${args.of} · ` +
      (args.takes === null ? 'its pods were not asked how long they take' : 'its pods, asked directly'),
    note: () => 'what takes longer is answered 504 by the data plane, and the pods go on working for nobody',
    help: ({ subject: on, args }) => [
      'give it seconds: `s` may have been meant for `ms`',
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}   # ${args.path}`,
    ],
  },
})

interface Timed {
  readonly route: GatewayRoute
  readonly rule: RouteRule
  readonly index: number
  readonly seconds: number
  readonly field: 'request' | 'backendRequest'
}

/** The shorter one of the two. */
function limitOf({ timeouts }: RouteRule): Pick<Timed, 'seconds' | 'field'> | null {
  if (timeouts === undefined) return null
  const { request, backend } = timeouts
  if (backend !== null && (request === null || backend < request)) return { seconds: backend, field: 'backendRequest' }
  return request === null ? null : { seconds: request, field: 'request' }
}

type Short = {
  readonly seconds: number
  readonly path: string
  readonly rule: number
  readonly of: number
  /** Seconds; null where its pods were not asked. */
  readonly takes: number | null
}

function judge({ route, rule, index, seconds, field }: Timed, contacts: Known<Contacts>): Verdict<Short> {
  const asked = rule.backends.filter((it) => it.weight > 0)
  // Nobody is asked: a redirect, or no backend at all (GTW709).
  if (asked.length === 0 || seconds >= nextToNoSeconds) return ok(1)
  const takes = slowestAnswer(
    contacts,
    asked.map((it) => ({ namespace: it.namespace ?? route.namespace, name: it.name })),
  )
  if (takes !== null && takes < seconds) return ok(1)
  const path = `spec.rules[${index}].timeouts.${field}`
  return finding({
    subject: routeSubject(route),
    confidence: takes === null ? 'possible' : 'inferred',
    args: { seconds, path, rule: index + 1, of: route.rules.length, takes },
    evidence: [
      {
        kind: 'config',
        object: routeSubject(route),
        path,
        lines: ['timeouts:', `  ${field}: ${shortTime(seconds).replace(' ', '')}`],
        at: 1,
        mark: `${field}:`,
        label: 'then 504',
      },
    ],
    causes: takes === null ? [] : [gatewayRouteFails(route)],
  })
}
