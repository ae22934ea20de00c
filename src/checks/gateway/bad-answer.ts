import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { RoutedContact, UnroutedWhy } from '../../model/contacts.ts'
import { lateOf } from '../../model/http-error.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import {
  badOf,
  isOfScope,
  podsAreWell,
  routedExcuse,
  type RoutedGroup,
  routedGroups,
} from '../../relations/gateway/routed-requests.ts'
import { endText, isBadEnd, urlText } from '../../relations/ingress/http-answers.ts'
import {
  endpointsAnswerBadly,
  noEndpoints,
  routeFailedLately,
  routeFails,
  svcUnanswered,
} from '../../relations/symptom.ts'

/**
 * What a client of a Gateway, or of Contour, would have got, asked of the Service of its data plane: inside of every
 * load balancer. A 4xx is an answer, to a question without a login. What was not asked is told by name: that nothing
 * was seen of a route is no sign of its health.
 */
export default check({
  code: 'GTW730',
  slug: 'gateway/bad-answer',
  title: 'requests through a Gateway end badly',
  fine: 'each URL of a route that was asked for ends well',
  severity: 'error',
  needs: ['contacts'],
  wants: ['gatewayRoutes', 'httpProxies', 'dnsProbe'],
  remedies: [],
  decides: [],

  run({ contacts, gatewayRoutes, httpProxies, dnsProbe, scope }) {
    const { routed, unrouted = [] } = contacts
    const there = [gatewayRoutes, httpProxies].reduce((sum, it) => sum + (it.known ? it.value.length : 0), 0)
    if (routed === undefined)
      return there === 0
        ? notApplicable('there is no route here')
        : cannotTell('not-asked', 'this recording is of a release that asked for nothing through Gateways')
    const excuse = routedExcuse(dnsProbe)
    const left = unrouted.filter((it) => isOfScope(scope, it.route))
    const verdicts = [
      ...routedGroups(contacts, scope).flatMap((it) => judge(it, excuse)),
      ...[...Map.groupBy(left, ({ why }) => why)].map(([why, its]) =>
        cannotTell(
          why === 'flag' ? 'not-asked' : 'not-there',
          `nothing was asked of ${some(its.map(({ route }) => `${route.kind} ${full(route)}`))}: ${whys[why]}`,
        ),
      ),
    ]
    return verdicts.length > 0 ? verdicts : notApplicable('there is no route here')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} ${args.isSilent ? 'gives' : 'answers'} ${args.what} to ${args.asked}: ` +
      `${args.bad} of ${args.of} requests.`,
    detail: ({ args }) =>
      `${args.counts} · asked of Service ${args.plane}` +
      `${args.services.length === 0 ? '' : ` · backend ${some(args.services)}`} · slowest bad one ${args.slowest} ms`,
    note: ({ args }) => {
      if (args.pods === 'well') return `asked directly, its pods answer well (${args.direct}): ${between(args)}`
      return args.pods === 'ill'
        ? `asked directly, its pods do not answer well either (${args.direct})`
        : 'its pods were not asked themselves, so that it may be them or what is before them'
    },
    help: ({ args }) => [
      'read what the data plane says of it: after the status its access log has UT for a timeout of the route, ' +
        'UO for ' +
        'a circuit breaker, UF for no connection or a refused certificate, UH for no endpoint, NR for no route',
      `kubectl -n ${args.planeNamespace} logs service/${args.planeName} --since=10m | grep ${args.host}`,
    ],
  },
})

const whys: Readonly<Record<UnroutedWhy, string>> = {
  'planes-unread': 'Services of all namespaces were not listed, and the one of its data plane is not known',
  'no-plane': 'no Service was found that leads to the data plane of its Gateway',
  'several-planes': 'several Services may lead to the data plane, and nothing says which one does',
  'no-port': 'the Service of the data plane has no port for its listener',
  'not-attached': 'it hangs on no listener that was read',
  'not-http': 'it is asked by other means than a GET',
  'no-url': 'no URL is known that it takes by its host and path alone',
  deed: 'by its name a GET may do something there',
  bound: 'others had their turn first',
  flag: '--no-http',
}

function judge(group: RoutedGroup, excuse: (it: RoutedContact) => string | null) {
  const { route, http, backends, direct } = group
  const bad = badOf(group, excuse)
  const [worst] = bad
  const [why] = http.filter(isBadEnd).flatMap((it) => excuse(it) ?? [])
  const untold = why === undefined ? [] : [cannotTell('ambiguous', `${route.kind} ${full(route)}: ${why}`)]
  if (worst === undefined) {
    const well = http.filter((it) => !isBadEnd(it))
    return [
      ...untold,
      ...(well.length === 0
        ? []
        : [ok(well.length, some([...new Set(well.map((it) => `${urlText(it)}: ${endText(it)}`))]))]),
    ]
  }
  const counts = [...Map.groupBy(bad, endText)].map(([what, its]) => `${its.length} of ${http.length} ${what}`)
  return [
    ...untold,
    finding({
      subject: subject(route.kind, route.namespace, route.name),
      also: backends.map((it) => subject('Service', it.namespace, it.name)),
      confidence: 'observed',
      args: {
        what: endText(worst),
        status: worst.status,
        isSilent: worst.status === null,
        isLate: lateOf(worst.error) !== null,
        asked: urlText(worst),
        host: worst.host,
        bad: bad.length,
        of: http.length,
        counts: counts.join(', '),
        plane: `${full(worst.via)}:${worst.via.port}`,
        planeNamespace: worst.via.namespace,
        planeName: worst.via.name,
        services: backends.map((it) => `${it.name}:${it.port}`),
        slowest: Math.round(Math.max(...bad.map((it) => it.ms))),
        pods: podsOf(group),
        direct:
          direct.length === 0
            ? ''
            : `${some([...new Set(direct.map(endText))])}, ` +
              `within ${Math.round(Math.max(...direct.map((it) => it.ms)))} ms`,
      },
      evidence: [
        {
          kind: 'shares',
          label: 'requests that failed',
          rows: [...Map.groupBy(http, (it) => `${it.host}${it.path} from ${it.node} by ${full(it.via)}`)].map(
            ([where, its]) => ({
              where,
              bad: its.filter((it) => bad.includes(it)).length,
              of: its.length,
              note: some([...new Set(its.map((it) => `${endText(it)} after ${Math.round(it.ms)} ms`))], 2),
            }),
          ),
        },
      ],
      symptoms: [
        routeFails(route),
        ...backends.flatMap((it) => [noEndpoints(it), svcUnanswered(it), endpointsAnswerBadly(it)]),
      ],
      causes: [routeFailedLately(route)],
    }),
  ]
}

type Pods = 'well' | 'ill' | 'unasked'

function podsOf(group: RoutedGroup): Pods {
  if (group.direct.length === 0) return 'unasked'
  return podsAreWell(group) ? 'well' : 'ill'
}

/** What is left between the data plane and pods that are well. */
function between({ status, isLate }: { readonly status: number | null; readonly isLate: boolean }): string {
  if (status === 504 || isLate)
    return (
      'a timeout of the route that is shorter than they take, a limit that is reached, or a policy that lets the ' +
      'probe in and not the data plane'
    )
  if (status === 503)
    return (
      'a certificate or name that the data plane does not accept of them, a limit that is reached (a circuit ' +
      'breaker), endpoints that it does not have, or a policy that lets the probe in and not the data plane'
    )
  return 'another protocol than they speak, or what the route changes of the request'
}
