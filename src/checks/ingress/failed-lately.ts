import { check } from '../../findings/check.ts'
import { finding, type Severity } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { allGone } from '../../relations/ingress/gone-upstreams.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { failedLately, ingressBackendFails, ingressFails } from '../../relations/symptom.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'
import { type Late, lateDetail, lateEvidence, lateVerdicts, locationOf, sumOf } from './late-words.ts'
import { cures, meanings } from '../../relations/ingress/said-by-log.ts'
import { ingressSubject } from './words.ts'

/** All that nginx says of servers behind it. */
const behind = [
  'refused',
  'timed-out-connecting',
  'timed-out-answering',
  'broke-off',
  'no-live-upstream',
  'unreachable',
  'tls-failed',
  'tls-refused',
  'no-connection-left',
  'answer-too-big',
  'invalid-answer',
] as const satisfies readonly RequestTrouble[]

/** Of a pod that ends: what comes of every rollout, and is over with it. */
const ofAnEnd: readonly RequestTrouble[] = ['refused', 'timed-out-connecting', 'broke-off', 'unreachable']

/** One in fifteen minutes comes of a keep-alive that ended, or a client's odd request: on its own it is no pattern. */
const leastTimes = 2

/**
 * The probe asks a few times, for what it can guess: a report that takes two minutes, a login with long cookies, a pod
 * that hangs at times are met by users alone. What nginx said of them stands in its log.
 */
export default check({
  code: 'ING359',
  slug: 'ingress/failed-lately',
  title: 'requests of users failed behind a controller lately',
  fine: "the ends of the controllers' logs, where they were read, tell of no request that failed behind them",
  severity: 'warning',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['endpointSlices', 'contacts'],
  remedies: [],
  decides: ['ING-17', 'ING-18'],

  run({ ingressConfigs, ingresses, endpointSlices, contacts, scope }) {
    const isWell = wellNow(ingressConfigs, contacts)
    return lateVerdicts({ ingressConfigs, ingresses, scope }, behind, (ingress, its) =>
      judge(ingress, its, { slices: endpointSlices, isWell: isWell(ingress) }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Requests to Ingress ${full(on)} failed behind its controller ${count(args.times, 'time')} in the last ` +
      `15 minutes: ${says[args.trouble]}.`,
    detail: ({ args }) =>
      (args.service === '' ? '' : `backend ${args.service} · `) +
      (args.wait === null ? '' : `proxy_read_timeout ${args.wait} s · `) +
      lateDetail(args),
    note: ({ args }) =>
      `${meanings[args.trouble](args.upstreams.length === 0 ? 'the pod' : some(args.upstreams, 2))}` + sinceThen(args),
    help: ({ subject: on, args }) => [
      cures[args.trouble] ?? 'see what the pods say of that time',
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | grep '\\[error\\]'`,
      `kubectl -n ${on.namespace} get endpointslices` +
        (args.service === '' ? '' : ` -l kubernetes.io/service-name=${args.service}`),
    ],
  },
})

function sinceThen({ isOver, areGone }: { readonly isOver: boolean; readonly areGone: boolean }): string {
  if (areGone) return '. None of these is an endpoint now: a rollout, or pods that came and went'
  return isOver
    ? '. While the probe asked, its controllers got through each time: it is over, or comes now and then'
    : '. nginx may have asked another endpoint then; else users got a 502 or a 504'
}

const says: Readonly<Record<(typeof behind)[number], string>> = {
  refused: 'connections to pods were refused',
  'timed-out-connecting': 'connections to pods were not opened in time',
  'timed-out-answering': 'pods did not answer in time',
  'broke-off': 'pods ended connections before their answer was whole',
  'no-live-upstream': 'no endpoint was left',
  unreachable: 'there was no route to pods',
  'tls-failed': 'TLS with pods failed',
  'tls-refused': 'pods ended the TLS handshake',
  'no-connection-left': 'the controller had no connection left',
  'answer-too-big': "headers of pods' answers did not fit the buffer",
  'invalid-answer': 'pods sent what is no answer in its protocol',
}

interface Around {
  readonly slices: Known<readonly EndpointSlice[]>
  /** What the probe asked of this Ingress was answered well, and its controllers complained of no connection. */
  readonly isWell: boolean
}

function judge(ingress: Ingress, its: readonly Late[], { slices, isWell }: Around) {
  return [...Map.groupBy(its, (it) => `${it.trouble} ${it.service}`).values()].flatMap((these) => {
    const [first] = these
    if (first === undefined) return []
    const { service } = first
    const trouble = behind.find((it) => it === first.trouble) ?? 'broke-off'
    const upstreams = [...new Set(these.flatMap((it) => it.upstream ?? []))]
    const areGone = ofAnEnd.includes(trouble) && allGone(upstreams, slices)
    const isOver = isWell && ofAnEnd.includes(trouble)
    const sum = sumOf(these)
    const severity: Severity = areGone || isOver || sum.times < leastTimes ? 'info' : 'warning'
    return [
      finding({
        subject: ingressSubject(ingress),
        confidence: 'observed',
        severity,
        args: {
          ...sum,
          trouble,
          service: service ?? '',
          upstreams,
          areGone,
          isOver,
          wait: trouble === 'timed-out-answering' ? (locationOf(these)?.timeouts.read ?? null) : null,
        },
        evidence: lateEvidence(these),
        symptoms: [failedLately(ingress, service ?? '')],
        dueTo: [ingressFails(ingress), ...(service === null ? [] : [ingressBackendFails(ingress, service)])],
      }),
    ]
  })
}

/** Fewer answers may have gone to another endpoint each. */
const leastAnswers = 4

function wellNow(
  { controllers }: IngressConfigs,
  contacts: Known<Contacts>,
): (ingress: Pick<Ingress, 'namespace' | 'name'>) => boolean {
  const isQuiet = controllers.every(
    ({ failed }) => failed?.known === true && failed.value.every((it) => !ofAnEnd.includes(it.trouble)),
  )
  return ({ namespace, name }) => {
    const its = (contacts.known ? contacts.value.http : []).filter(
      ({ ingress: of }) => of.namespace === namespace && of.name === name,
    )
    return isQuiet && its.length >= leastAnswers && its.every((it) => !isBadEnd(it))
  }
}
