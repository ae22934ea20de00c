import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { RoutedContact } from '../../model/contacts.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import {
  badOf,
  proxyRouteOf,
  routedExcuse,
  type RoutedGroup,
  routedGroups,
  ruleOf,
} from '../../relations/gateway/routed-requests.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import { routeFails } from '../../relations/symptom.ts'

/** Envoy's own clock and the way there and back: what it ends at its timeout comes no later than this after it. */
const slackMs = 400

/**
 * A route gives its pods a time (HTTPRoute `timeouts`, GEP-1742; HTTPProxy `timeoutPolicy.response`): what takes longer
 * is a 504 for the client, however well the pods are.
 */
export default check({
  code: 'GTW731',
  slug: 'gateway/timeout-too-short',
  title: 'a route gives its pods less time than they take',
  fine: 'what was asked for of routes with a timeout came within it',
  severity: 'error',
  needs: ['contacts'],
  wants: ['gatewayRoutes', 'httpProxies', 'dnsProbe'],
  remedies: [],
  decides: [],

  run({ contacts, gatewayRoutes, httpProxies, dnsProbe, scope }) {
    const excuse = routedExcuse(dnsProbe)
    const timed = routedGroups(contacts, scope).flatMap((group) => {
      const [first] = group.http
      const limit = first === undefined ? null : limitOf(first, gatewayRoutes, httpProxies)
      return limit === null ? [] : [{ group, limit, bad: badOf(group, excuse).filter((it) => it.status === 504) }]
    })
    if (timed.length === 0) return notApplicable('no route with a timeout was asked for anything')
    return timed.flatMap(({ group, limit, bad }) => judge(group, limit, bad))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} gives its pods ${seconds(args.limit)} (${args.field}), and ` +
      (args.takes === null ? 'they take longer.' : `asked directly they take ${seconds(args.takes)}.`),
    detail: ({ args }) => `${args.asked} · ${args.bad} of ${args.of} answered 504 after ${seconds(args.after)}`,
    note: ({ args }) =>
      args.takes === null
        ? 'each 504 came when that time was up; how long the pods take was not seen'
        : 'the data plane gives up, and the pods go on working for nobody',
    help: ({ subject: on, args }) => [
      `give it more time in ${args.field}, or have the pods answer sooner`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
    ],
  },
})

interface Limit {
  readonly seconds: number
  readonly field: 'timeouts.request' | 'timeouts.backendRequest' | 'timeoutPolicy.response'
}

/** The shorter one of two; of a rule that is not known, none. */
function limitOf(
  it: RoutedContact,
  routes: Known<readonly GatewayRoute[]>,
  proxies: Known<readonly HttpProxy[]>,
): Limit | null {
  if (it.route.kind === 'HTTPProxy') {
    const timeout = proxies.known ? proxyRouteOf(proxies.value, it)?.timeout : undefined
    return timeout === undefined ? null : { seconds: timeout, field: 'timeoutPolicy.response' }
  }
  const timeouts = routes.known ? ruleOf(routes.value, it)?.timeouts : undefined
  if (timeouts === undefined) return null
  const { request, backend } = timeouts
  if (backend !== null && (request === null || backend < request))
    return { seconds: backend, field: 'timeouts.backendRequest' }
  return request === null ? null : { seconds: request, field: 'timeouts.request' }
}

type Short = {
  readonly limit: number
  readonly field: Limit['field']
  /** Seconds; null where the pods were not asked, or were quicker. */
  readonly takes: number | null
  readonly after: number
  readonly asked: string
  readonly bad: number
  readonly of: number
}

function judge(group: RoutedGroup, limit: Limit, bad: readonly RoutedContact[]): readonly Verdict<Short>[] {
  const [first] = bad
  if (first === undefined) return [ok(group.http.length)]
  const ms = 1000 * limit.seconds
  const onTime = bad.filter((it) => it.ms >= ms * 0.98 && it.ms <= ms + slackMs)
  const same = group.direct.filter((it) => it.path === first.path)
  const asked = same.length > 0 ? same : group.direct
  const slowest = Math.max(0, ...asked.map((it) => it.ms))
  const isSlow = slowest >= ms
  // A 504 of the application's own comes when it likes.
  if (onTime.length === 0 && !isSlow) return [ok(group.http.length)]
  return [
    finding({
      subject: subject(group.route.kind, group.route.namespace, group.route.name),
      confidence: isSlow ? 'observed' : 'inferred',
      args: {
        limit: limit.seconds,
        field: limit.field,
        takes: isSlow ? slowest / 1000 : null,
        after: Math.max(...bad.map((it) => it.ms)) / 1000,
        asked: urlText(first),
        bad: bad.length,
        of: group.http.length,
      },
      evidence: [
        { kind: 'fact', label: limit.field, value: seconds(limit.seconds) },
        {
          kind: 'shares',
          label: 'how long its pods take, asked directly',
          rows: [...Map.groupBy(asked, (it) => `${it.pod ?? it.ip}, ${it.path}`)].slice(0, 6).map(([where, its]) => ({
            where,
            bad: its.filter((it) => it.ms >= ms).length,
            of: its.length,
            note: `up to ${seconds(Math.max(...its.map((it) => it.ms)) / 1000)}`,
          })),
        },
      ],
      causes: [routeFails(group.route)],
    }),
  ]
}

/** `1 s`, `0.25 s`, `2.51 s`. */
function seconds(value: number): string {
  return `${Number(value.toFixed(2))} s`
}
