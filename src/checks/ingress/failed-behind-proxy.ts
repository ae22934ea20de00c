import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok, type Severity, type Verdict } from '../../findings/verdict.ts'
import { lateSeconds } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import type { ProxyFailures, ProxyLog } from '../../model/proxy-log.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { allGone } from '../../relations/ingress/gone-upstreams.ts'
import {
  endpointsAnswerBadly,
  failedLately,
  ingressBackendFails,
  ingressFails,
  noEndpoints,
  routeFailedLately,
  routeFails,
  svcUnanswered,
} from '../../relations/symptom.ts'
import type { LineTrouble } from '../../wire/access-log/line-trouble.ts'
import { isAskedAbout } from '../service/words.ts'
import { timeOfDay } from './late-words.ts'

/** Of pods that end, or come: what there is in every rollout, and is over with it. */
const ofAnEnd: readonly LineTrouble[] = [
  'refused',
  'not-connected',
  'timed-out-connecting',
  'broke-off',
  'unreachable',
  'no-answer',
  'no-live-upstream',
]

/** One in fifteen minutes comes of a keep-alive that ended, or a client's odd request: on its own it is no pattern. */
const leastTimes = 2
/** An error of an application's own is its normal life, unless there are several, and one request in ten ends so. */
const [leastAnswered, leastShare] = [5, 0.1]
/** So many of them would be expected by now, at the rate before: had it gone on, one would have been seen (e^-3). */
const sureOfOne = 3

/**
 * What ING359 tells of nginx by its error log, of the proxies that have none: Envoy of Contour and of Gateways,
 * Traefik, HAProxy. Their access logs say how each request ended, and by whom.
 */
export default check({
  code: 'ING386',
  slug: 'ingress/failed-behind-proxy',
  title: 'requests of users failed behind Envoy, Traefik or HAProxy lately',
  fine: "the ends of the proxies' access logs tell of no request that ended in a 5xx",
  severity: 'warning',
  needs: ['proxyLogs'],
  wants: ['endpointSlices'],
  remedies: [],
  decides: ['ING-17', 'ING-18'],

  run({ proxyLogs, endpointSlices, scope }) {
    if (proxyLogs.length === 0)
      return notApplicable('no Envoy, Traefik or HAProxy was found that carries requests for a route here')
    const all = proxyLogs.flatMap((log): readonly Late[] =>
      log.lately.known ? log.lately.value.failed.map((it) => ({ ...it, log })) : [],
    )
    const asked = all.filter(({ object, times }) => times > 0 && isAskedAbout(scope, object.kind, object))
    const groups = Map.groupBy(asked, ({ object, service, trouble }) =>
      [object.kind, full(object), service === null ? '' : full(service), trouble].join(' '),
    )
    const found = [...groups.values()].flatMap((its) => judge(its, endpointSlices))
    const silent = proxyLogs.flatMap((it) => untold(it) ?? [])
    const heard = proxyLogs.filter((it) => untold(it) === null)
    const isFine = found.length === 0 && heard.length > 0
    return [...found, ...silent, ...(isFine ? [ok(heard.length, some(heard.map(reach), 3))] : [])]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Requests to ${on.kind} ${full(on)} failed behind its proxy ${count(args.times, 'time')} in the last ` +
      `${lateSeconds / 60} minutes: ${says[args.trouble]}.`,
    detail: ({ args }) =>
      (args.service === '' ? '' : `Service ${args.service} · `) +
      `${args.times} of ${args.of} requests, ${args.statuses.join(' and ')}` +
      `${args.last === '' ? '' : `, the last at ${args.last}`} · access log of ${some(args.pods, 2)}`,
    note: ({ args }) => `${means[args.trouble](some(args.upstreams, 2))}${sinceThen(args)}`,
    help: ({ subject: on, args }) => [
      cures[args.trouble],
      `kubectl -n ${args.home} logs ${args.pod} -c ${args.container} --since=15m`,
      ...(args.serviceName === ''
        ? [`kubectl -n ${on.namespace} get endpointslices`]
        : [
            `kubectl -n ${args.serviceHome} get endpointslices -l kubernetes.io/service-name=${args.serviceName}`,
            `kubectl -n ${args.serviceHome} logs service/${args.serviceName} --since=15m`,
          ]),
    ],
  },
})

interface Late extends ProxyFailures {
  readonly log: ProxyLog
}

const says: Readonly<Record<LineTrouble, string>> = {
  refused: 'connections to pods were refused',
  'not-connected': 'no connection to pods came about',
  'timed-out-connecting': 'connections to pods were not opened in time',
  'timed-out-answering': 'pods did not answer in time',
  'timed-out': 'pods were not reached, or did not answer, in time',
  'broke-off': 'pods ended connections before their answer was whole',
  'no-live-upstream': 'no endpoint was left',
  unreachable: 'there was no route to pods',
  'tls-failed': 'TLS with pods failed',
  'invalid-answer': 'pods sent what is no answer in its protocol',
  overloaded: 'a limit of connections or requests was reached',
  'no-answer': 'pods gave no answer that it could use',
  answered: 'pods answered with errors of their own',
  own: 'it answered with an error of its own, and asked no pod',
}

/** A clause each; without the addresses where the line has none. */
const means: Readonly<Record<LineTrouble, (by: string) => string>> = {
  refused: (by) => `${by || 'the pod'} refused: nobody listens there, or a rule rejects connections`,
  'not-connected': (by) =>
    `the log does not say why ${by || 'the pod'} was not reached: refused, silent, out of reach, or TLS that failed`,
  'timed-out-connecting': (by) =>
    `it got no connection to ${by || 'the pod'} in time: a policy, a firewall or a route on its own way`,
  'timed-out-answering': (by) =>
    `it had a connection to ${by || 'the pod'}, and no answer within the timeout of the route`,
  'timed-out': (by) => `${by || 'the pod'} took longer than it waits, for a connection or for an answer`,
  'broke-off': (by) =>
    `${by || 'the pod'} ended the connection: a crash, a keep-alive that is shorter than the proxy's, or another ` +
    'protocol',
  'no-live-upstream': () =>
    'the Service had no ready endpoint then, or health checks of the proxy took all of them out',
  unreachable: (by) => `${by || 'the pod'} is out of its reach: a rule rejects it, or a route is missing`,
  'tls-failed': (by) => `${by || 'the pod'} speaks plain HTTP, or its certificate is refused`,
  'invalid-answer': (by) => `what ${by || 'the pod'} sent is not the protocol that the proxy speaks to it`,
  overloaded: () => 'a circuit breaker, a queue or a limit of the proxy was full: no pod need be at fault',
  'no-answer': (by) => `${by || 'the pod'} refused, broke off, or was out of reach: the log does not tell these apart`,
  answered: () => 'the requests reached pods, and their application said so: its own log tells more',
  own: () => 'a route without a usable backend, a filter, a fixed response or a limit: read what it says of the route',
}

const cures: Readonly<Record<LineTrouble, string>> = {
  refused: 'see whether the pods listen on the port that the Service leads to',
  'not-connected': 'connect to the pods from the node of the proxy, and see whether policies let it in',
  'timed-out-connecting': 'see which policies and routes lie between the proxy and the pods',
  'timed-out-answering': 'have the application answer sooner, or raise the timeout of the route for what takes so long',
  'timed-out': 'ask the pods themselves: if they answer at once, it is the way from the proxy',
  'broke-off': 'see whether pods crash, or close idle connections sooner than the proxy does',
  'no-live-upstream': 'see why no pod was ready then',
  unreachable: 'see which rules and routes lie between the proxy and the pods',
  'tls-failed': 'see which protocol the pods speak, and which name their certificate bears',
  'invalid-answer': 'see which protocol the pods speak: HTTP/1.1, h2c, TLS',
  overloaded: 'raise the limit (circuit breaker, maxconn, rate), or add pods',
  'no-answer': 'see what the pods say of that time, and whether they listen on that port',
  answered: 'see what the application says of that time',
  own: 'see what the status of the route says, and which filters and limits it has',
}

function sinceThen({ isOver, areGone }: { readonly isOver: boolean; readonly areGone: boolean }): string {
  if (areGone) return '. None of these is an endpoint now: a rollout, or pods that came and went'
  return isOver ? '. Many requests went well after the last of these: it is over, or comes now and then' : ''
}

function judge(its: readonly Late[], slices: Known<readonly EndpointSlice[]>) {
  const [first] = its
  if (first === undefined) return []
  const { object, service, trouble } = first
  const logs = [...Map.groupBy(its, (it) => it.log)]
  const times = its.reduce((sum, it) => sum + it.times, 0)
  // Those of one log and Service have the same.
  const of = logs.reduce((sum, [, all]) => sum + Math.max(...all.map((it) => it.of)), 0)
  const after = logs.reduce((sum, [, all]) => sum + Math.min(...all.map((it) => it.after)), 0)
  const upstreams = [...new Set(its.flatMap((it) => it.upstream ?? []))]
  const areGone = ofAnEnd.includes(trouble) && allGone(upstreams, slices)
  const isOver = ofAnEnd.includes(trouble) && after * times >= sureOfOne * of
  const isRare = trouble === 'answered' ? times < leastAnswered || times < of * leastShare : times < leastTimes
  const severity: Severity = areGone || isOver || isRare ? 'info' : 'warning'
  const lasts = its.flatMap((it) => it.last ?? [])
  return [
    finding({
      subject: subject(object.kind, object.namespace, object.name),
      also: [
        ...(service === null ? [] : [subject('Service', service.namespace, service.name)]),
        ...logs.map(([{ namespace, pod }]) => subject('Pod', namespace, pod)),
      ],
      confidence: 'observed',
      severity,
      args: {
        trouble,
        times,
        of: Math.max(of, times),
        after,
        statuses: [...new Set(its.map((it) => it.status))].toSorted((a, b) => a - b),
        last: lasts.length === 0 ? '' : timeOfDay(Math.max(...lasts)),
        service: service === null ? '' : full(service),
        serviceHome: service?.namespace ?? '',
        serviceName: service?.name ?? '',
        upstreams,
        areGone,
        isOver,
        pods: logs.map(([{ pod }]) => pod),
        home: first.log.namespace,
        pod: first.log.pod,
        container: first.log.container,
      },
      evidence: logs.slice(0, mostShown).map(([log, all]) => factOf(log, all)),
      ...ties(first),
    }),
  ]
}

const mostShown = 6

function factOf({ pod }: ProxyLog, its: readonly Late[]): Evidence {
  const upstreams = [...new Set(its.flatMap((it) => it.upstream ?? []))]
  const statuses = [...new Set(its.map((it) => it.status))]
  return {
    kind: 'fact',
    label: `access log of ${pod}, the last ${lateSeconds / 60} minutes`,
    value: [
      `${its[0]?.trouble ?? ''} ${its.reduce((sum, it) => sum + it.times, 0)}×`,
      statuses.join(', '),
      ...(upstreams.length === 0 ? [] : [some(upstreams, 3)]),
    ].join(' · '),
  }
}

/** What this may come of; of an Ingress as ING359 has it. */
function ties({ object, service, trouble }: Late) {
  const ofService =
    service === null || trouble === 'own'
      ? []
      : [noEndpoints(service), svcUnanswered(service), endpointsAnswerBadly(service)]
  if (object.kind === 'Ingress')
    return {
      symptoms: [failedLately(object, service?.name ?? '')],
      dueTo: [
        ingressFails(object),
        ...(service === null ? [] : [ingressBackendFails(object, service.name)]),
        ...ofService,
      ],
    }
  return { symptoms: [routeFailedLately(object)], dueTo: [routeFails(object), ...ofService] }
}

/** Lines that nobody reads may be requests: more than these of a hundred are no rest. */
const mostUnread = 0.1

/** Why the log of a proxy is no witness that nothing failed; null where it is one. */
function untold({ namespace, pod, lately }: ProxyLog): Verdict<never> | null {
  const whose = `the log of ${namespace}/${pod}`
  if (!lately.known) return cannotTell(lately.why.reason, `${whose}: ${lately.why.detail}`)
  const { lines, requests, unread, from, until, cutOff, unplaced } = lately.value
  const minutes = lateSeconds / 60
  if (unread > requests * mostUnread && unread > 0)
    return cannotTell(
      'ambiguous',
      `${count(unread, 'line')} of ${lines} in ${whose} may be requests in a format that is not known here`,
      'hopscope logs --summary --format',
    )
  if (requests === 0)
    return cannotTell(
      'too-few',
      `${whose} has no request of the last ${minutes} minutes: there was none, or its access log is off`,
    )
  if (cutOff)
    return cannotTell(
      'cut-off',
      `the last ${lines} lines of ${whose} go back ` +
        (from === null || until === null ? 'for an unknown time' : `${Math.round((until - from) / 1000)} s`),
    )
  return unplaced === 0
    ? null
    : cannotTell('ambiguous', `of ${count(unplaced, 'failed request')} in ${whose} it is not clear whose they were`)
}

function reach({ pod, lately }: ProxyLog): string {
  const { requests, from } = lately.known ? lately.value : { requests: 0, from: null }
  return `${count(requests, 'request')} in the log of ${pod}${from === null ? '' : ` back to ${timeOfDay(from)}`}`
}
