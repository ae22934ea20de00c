import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { GatewayRoute, RouteRule } from '../../model/gateway.ts'
import type { HttpProxy, ProxyRoute } from '../../model/http-proxy.ts'
import type { Known } from '../../model/known.ts'
import { full, ms } from '../../phrases.ts'
import { nextToNoSeconds, shortTime, slowestAnswer } from '../../relations/service/answer-times.ts'
import { gatewayRouteFails, proxyFails } from '../../relations/symptom.ts'
import { proxySubject, routeSubject } from './words.ts'

/**
 * `timeouts.request: 1ms` where 1 s was meant: what takes longer is a 504 for the client (GEP-1742), and hardly any
 * program answers in that. Where pods were asked directly, what they took says whether it is enough. HTTPProxies have
 * `timeoutPolicy.response`, and beside it `idle` (Contour, apis/projectcontour/v1/httpproxy.go, TimeoutPolicy): Envoy
 * ends a stream of which nothing was heard for so long in its middle, with a 200 and the flag `SI`.
 */
export default check({
  code: 'GTW734',
  slug: 'gateway/next-to-no-time',
  title: 'a route gives its pods next to no time',
  fine: 'routes with a timeout give more time than a slip of the unit does',
  severity: 'warning',
  needs: ['gatewayRoutes'],
  wants: ['contacts', 'httpProxies'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, contacts, httpProxies }) {
    const timed = gatewayRoutes.flatMap((route) =>
      route.rules.flatMap((rule, index) => {
        const limit = limitOf(rule)
        return limit === null ? [] : [{ route, rule, index, ...limit }]
      }),
    )
    const proxies = (httpProxies.known ? httpProxies.value : []).flatMap((proxy) => judgeProxy(proxy, contacts))
    if (timed.length + proxies.length === 0) return notApplicable('no route here has a timeout')
    return [...timed.map((it) => judge(it, contacts)), ...proxies]
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.of === 'silence'
        ? `${on.kind} ${full(on)} ends a request of which nothing is heard for ${ms(1000 * args.seconds)} ` +
          `(${args.path}).`
        : `${on.kind} ${full(on)} gives its pods ${shortTime(args.seconds)} (${args.path})` +
          (args.takes === null ? ': hardly any program answers in that.' : `, and they take ${ms(1000 * args.takes)}.`),
    detail: ({ args }) =>
      `rule ${args.rule} of ${args.rules} · ` +
      `${args.of === 'silence' ? 'streams were not listened to' : askedText(args)}`,
    note: ({ args }) =>
      args.of === 'silence'
        ? 'event streams, long polls and answers that take their time to begin break off, with a status of 200 where ' +
          "it was sent before; in Envoy's access log it is SI (hopscope logs … --summary counts it)"
        : 'what takes longer is answered 504 by the data plane, and the pods go on working for nobody',
    help: ({ subject: on, args }) => [
      args.of === 'silence'
        ? 'fine where every answer is quick; else raise it (5m is what Envoy does by itself), or have the ' +
          'program say ' +
          'something sooner: a comment line each few seconds in an event stream'
        : 'give it seconds: `s` may have been meant for `ms`',
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

function askedText({ takes }: Pick<Short, 'takes'>): string {
  return takes === null ? 'its pods were not asked how long they take' : 'its pods, asked directly'
}

type Short = {
  readonly of: 'the whole' | 'silence'
  readonly seconds: number
  readonly path: string
  readonly rule: number
  readonly rules: number
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
    args: { of: 'the whole', seconds, path, rule: index + 1, rules: route.rules.length, takes },
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

/**
 * Event streams that take care send a line each 15 s (WHATWG HTML, 9.2.7 "Authoring notes"), and Envoy waits for 5 min:
 * below this even they are cut.
 */
const shortSilence = 15
/** Below this an answer that has to be worked out is cut as well. */
const hardlySilence = 1

function judgeProxy(proxy: HttpProxy, contacts: Known<Contacts>): readonly Verdict<Short>[] {
  return proxy.routes.flatMap((route, index) => {
    if (route.answers !== 'services' || (route.timeout === undefined && route.idle === undefined)) return []
    const [whole, idle] = [wholeOf(proxy, route, index, contacts), silenceOf(proxy, route, index)]
    return whole === null && idle === null ? [ok(1)] : [whole, idle].filter((it) => it !== null)
  })
}

function wholeOf(
  proxy: HttpProxy,
  { timeout, services }: ProxyRoute,
  index: number,
  contacts: Known<Contacts>,
): Verdict<Short> | null {
  if (timeout === undefined || timeout >= nextToNoSeconds) return null
  const asked = services.filter((it) => it.mirror === 'answers')
  const takes = slowestAnswer(
    contacts,
    asked.map((it) => ({ namespace: proxy.namespace, name: it.name })),
  )
  if (takes !== null && takes < timeout) return null
  return finding({
    ...proxyParts(proxy, index, 'response', timeout),
    confidence: takes === null ? 'possible' : 'inferred',
    args: { ...proxyArgs(proxy, index, 'response'), of: 'the whole', seconds: timeout, takes },
    causes: takes === null ? [] : [proxyFails(proxy)],
  })
}

function silenceOf(proxy: HttpProxy, { idle }: ProxyRoute, index: number): Verdict<Short> | null {
  if (idle === undefined || idle >= shortSilence) return null
  return finding({
    ...proxyParts(proxy, index, 'idle', idle),
    severity: idle < hardlySilence ? 'warning' : 'info',
    confidence: 'possible',
    args: { ...proxyArgs(proxy, index, 'idle'), of: 'silence', seconds: idle, takes: null },
  })
}

function proxyArgs({ routes }: HttpProxy, index: number, field: string): Pick<Short, 'path' | 'rule' | 'rules'> {
  return { path: `spec.routes[${index}].timeoutPolicy.${field}`, rule: index + 1, rules: routes.length }
}

function proxyParts(proxy: HttpProxy, index: number, field: string, seconds: number) {
  const written = ms(1000 * seconds).replace(' ', '')
  return {
    subject: proxySubject(proxy),
    evidence: [
      {
        kind: 'config' as const,
        object: proxySubject(proxy),
        path: `spec.routes[${index}].timeoutPolicy.${field}`,
        lines: ['timeoutPolicy:', `  ${field}: ${written}`],
        at: 1,
        mark: `${field}:`,
        label: field === 'idle' ? 'then cut off' : 'then 504',
      },
    ],
  }
}
