import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DirectContact } from '../../model/contacts.ts'
import { known, leftOut } from '../../model/known.ts'
import { count, full, some } from '../../phrases.ts'
import { isBadEnd, urlText } from '../../relations/ingress/http-answers.ts'
import { nameOfEndpoint } from '../../relations/service/http-of-endpoint.ts'
import { endpointsAnswerBadly, svcUnanswered } from '../../relations/symptom.ts'
import { blurLagMs, lagIn } from '../../relations/troubles/probe-lag.ts'
import { serviceSubject } from './words.ts'

/** Nobody waits for this without noticing, and the kubelet's own probes wait no longer than a second by default. */
const slowMs = 1000
/** Whatever the others do, it is said. Where all are alike, that may be what it costs: nobody is known to wait less. */
const lateMs = 3000
/** As long as a resolver waits for one lost packet (resolv.conf(5)), and longer than many a caller. */
const tooLateMs = 5000
/** So many times as long as the quickest of its siblings. */
const timesAsLong = 5

/**
 * An answer that is right and late is an error to whoever waited less. Connections that are kept open stay with the
 * endpoint that they began at, so that new ones get nothing while it is full (kubernetes.io/blog/2018/11/07,
 * gRPC load balancing): it is seen by asking one by one.
 */
export default check({
  code: 'SVC262',
  slug: 'service/endpoint-answers-late',
  title: 'an endpoint of a Service answers HTTP late',
  fine: 'each endpoint that was asked over HTTP answers within a second, or as soon as its siblings',
  severity: 'warning',
  needs: ['contacts', 'dnsProbe'],
  remedies: [],
  decides: [],

  run({ contacts, dnsProbe }) {
    if ((contacts.unasked ?? []).some((it) => it.why === 'flag')) return cannotTell('not-asked', leftOut('--no-http'))
    const answered = (contacts.direct ?? []).filter((it) => !isBadEnd(it) && it.status !== null)
    if (answered.length === 0) return notApplicable('no endpoint answered over HTTP')
    // A probe that got its CPU late is late itself.
    const direct = answered.filter((it) => lagIn(known(dnsProbe), it.node) < blurLagMs)
    if (direct.length === 0)
      return cannotTell(
        'ambiguous',
        `the probe got its CPU late on ${some([...new Set(answered.map((it) => it.node))])}`,
      )
    const groups = Map.groupBy(
      direct,
      ({ service, host, path }) => `${service.namespace}/${service.name}:${service.port} ${host}${path}`,
    )
    const each = Map.groupBy([...groups.values()].flatMap(lateIn), (it) => full(it.ask.service))
    // Several URLs of one Service that are late are one thing of it: the latest is told.
    const worst = [...each.values()].flatMap((its) => its.toSorted((a, b) => b.args.ms - a.args.ms).slice(0, 1))
    return worst.length > 0 ? worst.map(told) : ok(direct.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${some(args.late)} of Service ${full(on)} ${args.late.length === 1 ? 'answers' : 'answer'} in ` +
      `${seconds(args.ms)}` +
      (args.siblings === null
        ? '.'
        : `, and its ${args.others === 1 ? 'sibling' : 'siblings'} in ${args.siblings} ms.`),
    detail: ({ args }) =>
      `${args.url}, asked of the pods themselves · median of ${count(args.of, 'request')} to ` +
      `${count(args.late.length, 'endpoint')}`,
    note: ({ args }) =>
      args.siblings === null
        ? 'late for each that was asked: what it calls or looks up may be, or it has too little CPU'
        : 'it may have more to do than they: connections that are kept open stay with the endpoint that they ' +
          'began at, ' +
          'and none moves to a pod that came later',
    help: ({ subject: on, args }) => [
      ...(args.siblings === null
        ? []
        : [
            'see how many connections each one has (state 01), and have clients open new ones now and then',
            `kubectl -n ${on.namespace} exec ${args.late[0]} -- cat /proc/net/tcp /proc/net/tcp6`,
          ]),
      'see what it does meanwhile, and how much CPU it has:',
      `kubectl -n ${on.namespace} logs ${args.late[0]} --since=10m`,
      `kubectl -n ${on.namespace} top pod`,
    ],
  },
})

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function lateIn(its: readonly DirectContact[]) {
  const each = [...Map.groupBy(its, nameOfEndpoint)].map(([pod, asks]) => ({
    pod,
    asks,
    // Late from one node and at once from another: that is the way, and not the endpoint.
    ms: Math.min(
      ...Map.groupBy(asks, (it) => it.node)
        .values()
        .map((its) => median(its.map((it) => it.ms))),
    ),
  }))
  const quickest = Math.min(...each.map((it) => it.ms))
  const late = each.filter((it) => it.ms >= slowMs && (it.ms >= timesAsLong * quickest || it.ms >= lateMs))
  const ms = Math.max(...late.map((it) => it.ms))
  const [ask] = its
  if (late.length === 0 || ask === undefined) return []
  const isApart = ms >= timesAsLong * quickest
  const args = {
    late: late.map((it) => it.pod),
    ms: Math.round(ms),
    siblings: isApart ? Math.round(quickest) : null,
    others: each.length - late.length,
    of: late.reduce((sum, it) => sum + it.asks.length, 0),
    url: urlText(ask),
  }
  // Nobody is known to ask for the root of what was only guessed.
  return [{ ask, args, each, isAmiss: isApart || (ms >= tooLateMs && its.some((it) => it.basis !== 'guessed')) }]
}

function told({ ask, args, each, isAmiss }: ReturnType<typeof lateIn>[number]) {
  return finding({
    subject: serviceSubject(ask.service),
    confidence: 'observed',
    severity: isAmiss ? 'warning' : 'info',
    args,
    // Packets that are lost are sent again: late, and not of the endpoint's own.
    dueTo: [svcUnanswered(ask.service), endpointsAnswerBadly(ask.service)],
    evidence: [
      {
        kind: 'shares',
        label: 'requests that were answered late',
        rows: each.map(({ pod, ms, asks }) => ({
          where: pod,
          bad: asks.filter((it) => it.ms >= slowMs).length,
          of: asks.length,
          note: `median ${Math.round(ms)} ms`,
        })),
      },
    ],
  })
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
