import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, DirectContact, HttpContact } from '../../model/contacts.ts'
import { inACircle, lateOf } from '../../model/http-error.ts'
import { type Known, known } from '../../model/known.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import {
  endText,
  excuseOf,
  isBadEnd,
  isGarbled,
  isRedirect,
  mutePorts,
  portOf,
  urlText,
} from '../../relations/ingress/http-answers.ts'
import { sharersOf } from '../../relations/ingress/canaries.ts'
import { directOf, isOfController, requestsOf, routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { type Route, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { aroundAlone } from '../../relations/ingress/answers-alone.ts'
import { untriedBackends } from '../../relations/ingress/untried-backends.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { limitsOn, refusedByLimit } from '../../relations/ingress/limited.ts'
import { readTimeoutOf } from '../../relations/ingress/live-timeout.ts'
import { failedLately, ingressBackendFails, ingressFails, noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'
import { backendSeen, meaningOf } from './answer-meaning.ts'
import { cures, saidByLog, saidText } from '../../relations/ingress/said-by-log.ts'
import { ingressSubject } from './words.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'
import { full, some } from '../../phrases.ts'

/**
 * What a client of the Ingress would have got, asked of the controller's own pods: inside of every load balancer. A
 * 4xx is an answer (to a question without a login), and is not counted: ING307 and ING308 judge a 404.
 */
export default check({
  code: 'ING305',
  slug: 'ingress/bad-answer',
  title: 'requests to an Ingress end badly',
  fine: 'each URL of an Ingress that was asked for ends well',
  severity: 'error',
  needs: ['contacts', 'ingresses'],
  wants: [
    'ingressesBeside',
    'ingressControllers',
    'ingressClasses',
    'beside',
    'ingressConfigs',
    'networkPolicies',
    'namespaces',
    'pods',
    'dnsProbe',
  ],
  remedies: [],
  decides: ['ING-11', 'ING-17', 'ING-18', 'ING-20', 'NP-13'],

  run({
    contacts,
    ingresses,
    ingressesBeside,
    ingressControllers,
    ingressClasses,
    beside,
    ingressConfigs,
    networkPolicies,
    namespaces,
    pods,
    dnsProbe,
    scope,
  }) {
    const excuse = excuseOf({ contacts: known(contacts), networkPolicies, namespaces, pods, dnsProbe, scope })
    const homes = new Map(ingressControllers.known ? ingressControllers.value.map((it) => [it.pod, it.namespace]) : [])
    const mute = mutePorts(contacts)
    const isLimited = refusedByLimit({ contacts, ingresses, ingressConfigs })
    const around = withBeside(ingresses, ingressesBeside)
    const meant = ingresses.filter((it) => isAskedAbout(scope, 'Ingress', it))
    const alone = aroundAlone({ ingressControllers, ingressClasses, beside })
    const verdicts = meant.flatMap((ingress) => {
      const all = requestsOf(contacts, ingress)
      const heard = all.filter((it) => !mute.has(portOf(it)))
      const http = heard.filter((it) => excuse(it) === null && !isLimited(it))
      const limited = heard.filter(isLimited)
      const [why] = heard.flatMap((it) => excuse(it) ?? [])
      const asked = byBackend(ingress, http)
      const untried = untriedBackends(ingress, heard, { scope, around: alone })
      if (all.length > 0 && heard.length === 0)
        return [
          cannotTell(
            'ambiguous',
            'controller ' +
              `${some([...new Set(all.map((it) => `${it.via.controllerPod} ${it.via.ip}:${it.via.port}`))])} ` +
              'refuses or ends every connection: it is down, listens on another port, ' +
              'or expects the PROXY protocol',
          ),
        ]
      return [
        ...(why === undefined ? [] : [cannotTell('ambiguous', `Ingress ${full(ingress)}: ${why}`)]),
        ...limitedText(ingress, limited, http),
        ...asked.flatMap((it) => judge(ingress, it, { homes, contacts, ingresses: around, ingressConfigs })),
        ...(untried.length === 0
          ? []
          : [
              cannotTell(
                'not-there',
                `the probe asked Ingress ${full(ingress)} for nothing that goes to ${some(untried)}`,
              ),
            ]),
      ]
    })
    return verdicts.length > 0 ? [...sampled(contacts, meant), ...verdicts] : notApplicable('there is no Ingress here')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} ${isSilence(args.worst) ? 'gives' : 'answers'} ` +
      `${args.what} to ${args.asked}: ${args.bad} of ${args.of} requests.`,
    detail: ({ args }) =>
      `${args.counts} · asked of controller ${args.controllers}` +
      `${args.service === '' ? '' : ` · backend ${[args.service, ...args.canaries].join(', and ')}`}` +
      ` · slowest ${args.slowest} ms`,
    note: ({ args }) => {
      if (args.redirecting.length > 0)
        return (
          `the controller redirects by annotation ${some(args.redirecting)}: the answer is its own, ` +
          'and no pod is asked'
        )
      if (args.said !== '') return args.said
      if (args.waits !== '') return `${args.waits}: raise proxy-read-timeout, or have them answer sooner`
      return args.backend === 'answers'
        ? between(`${args.worst}`, `${args.direct}`)
        : meaningOf(`${args.worst}`, `${args.backend}`)
    },
    help: ({ subject: on, args }) => {
      if (args.worst === 'circle') return circleHelp({ namespace: `${on.namespace}`, name: on.name }, args)
      return [
        ...sniHelp({ namespace: `${on.namespace}`, name: on.name }, args),
        ...(args.sni === null
          ? [
              (args.trouble === null ? undefined : cures[args.trouble]) ??
                'read what the controller says about this request',
            ]
          : []),
        logsCommand(args),
        ...(args.service === ''
          ? []
          : [`kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${args.service} -o wide`]),
      ]
    },
  },
})

/** The probe's own requests met a limit of the Ingress: that says nothing of its users, and nothing of its pods. */
function limitedText(ingress: Ingress, limited: readonly HttpContact[], http: readonly HttpContact[]) {
  const [first] = limited
  if (first === undefined) return []
  const said =
    `${some(limitsOn(ingress).map((it) => it.replace(/^.*\//, '')))} of Ingress ${full(ingress)} refused ` +
    `${limited.length} of ${limited.length + http.length} requests of the probe's own (${endText(first)}): ` +
    'that is its purpose'
  return http.length > 0 ? [ok(http.length, said)] : [cannotTell('ambiguous', said)]
}

/** A user's URL is the whole of the question; else a part of the rules is no part of the others. */
function sampled(contacts: Contacts, ingresses: readonly Ingress[]) {
  const http = ingresses.flatMap((ingress) => requestsOf(contacts, ingress).map((it) => ({ ingress, it })))
  if (http.length === 0 || http.some(({ it }) => it.basis === 'url')) return []
  const asked = new Set(http.flatMap(({ ingress, it }) => routeOfContact(ingress, it) ?? []))
  const of = ingresses.flatMap(routesOf).length
  return asked.size > 0 && asked.size < of ? [ok(http.length, `${asked.size} of ${of} rules asked for`)] : []
}

interface Asked {
  readonly route: Route | null
  readonly http: readonly HttpContact[]
}

/** Requests that went to one Service are judged together: its paths fail, and its causes are found, together. */
function byBackend(ingress: Ingress, http: readonly HttpContact[]): readonly Asked[] {
  const routed = http.map((it) => ({ it, route: routeOfContact(ingress, it) }))
  return [...Map.groupBy(routed, ({ route }) => route?.backend.service ?? '').values()].map((its) => ({
    route: its[0]?.route ?? null,
    http: its.map(({ it }) => it),
  }))
}

/** What the controller's log says of it, and the name that pods want in the handshake, where that is it. */
function saidArgs(said: ReturnType<typeof saidByLog>, direct: readonly DirectContact[]) {
  if (said === null) return { said: '', sni: null, trouble: null }
  return {
    said: saidText(said) + shakenText(said.trouble, direct),
    sni: said.trouble === 'tls-refused' ? shownName(direct) : null,
    trouble: said.trouble,
  }
}

interface Around {
  readonly homes: ReadonlyMap<string, string>
  readonly contacts: Contacts
  readonly ingresses: readonly Ingress[]
  readonly ingressConfigs: Known<IngressConfigs>
}

function judge(ingress: Ingress, { route, http }: Asked, { homes, contacts, ingresses, ingressConfigs }: Around) {
  const bad = http.filter(isBadEnd)
  const [worst] = bad
  if (worst === undefined) return judgeGood(ingress, { route, http }, { contacts, ingresses })
  const slowest = Math.round(Math.max(...bad.map((it) => it.ms)))
  const counts = [...Map.groupBy(bad, endText)].map(([what, its]) => `${its.length} of ${http.length} ${what}`)
  const service = route?.backend.service ?? ''
  const backend = { namespace: ingress.namespace, name: service }
  const sharers = sharersOf(ingresses, route)
  const parts = [route, ...sharers].map((it) => directOf(contacts, it?.ingress ?? ingress, it))
  const areAllWell = parts.every((it) => it.length > 0 && !it.some(isBadEnd))
  const seen = backendSeen(contacts, ingress, route, { status: worst.status, slowest })
  const ofSharers = areAllWell ? 'answers' : 'unknown'
  const controllers = [...new Set(bad.map((it) => it.via.controllerPod))]
  const said = saidByLog(ingressConfigs, { host: worst.host, controllers })
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: 'observed',
      args: {
        redirecting: worstOf(worst, contacts) === 'circle' ? redirectingBy(ingress) : [],
        what: endText(worst),
        worst: worstOf(worst, contacts),
        asked: worst.scheme === undefined ? `${worst.host}${worst.path}` : urlText(worst),
        host: worst.host,
        bad: bad.length,
        of: http.length,
        counts: counts.join(', '),
        service,
        controllers: some(controllers),
        ...saidArgs(said, directOf(contacts, ingress, route)),
        controller: worst.via.controllerPod,
        controllerNamespace: homes.get(worst.via.controllerPod) ?? null,
        slowest,
        canaries: sharers.map(({ ingress: it, backend: to }) => `${to.service} of Ingress ${full(it)}`),
        backend: sharers.length === 0 ? seen : ofSharers,
        direct: sharers.length === 0 || areAllWell ? wellText(parts.flat()) : '',
        waits: waitsText(
          worst,
          readTimeoutOf(ingressConfigs, { ingress, service, controllerPod: worst.via.controllerPod }),
          directOf(contacts, ingress, route),
        ),
      },
      evidence: [
        {
          kind: 'shares',
          label: 'requests that failed',
          rows: [...Map.groupBy(http, (it) => `${it.host}${it.path} from ${it.node} by ${it.via.controllerPod}`)].map(
            ([where, its]) => ({
              where,
              bad: its.filter((it) => bad.includes(it)).length,
              of: its.length,
              note: some([...new Set(its.map(endText))]),
            }),
          ),
        },
        ...(worstOf(worst, contacts) === 'circle' ? circleEvidence(ingress, worst) : []),
        ...(said === null
          ? []
          : [
              {
                kind: 'fact' as const,
                label: `error log of ${some(controllers, 2)}, while the probe ran`,
                value: [`${said.trouble} ${said.times}×`, ...said.upstreams.slice(0, 3)].join(', '),
              },
            ]),
      ],
      // A 5xx comes from a controller that knows the route: only silence can have a cause that takes in the whole
      // Ingress.
      symptoms: [
        ...(service === '' || worst.status === null ? [ingressFails(ingress)] : []),
        ...(service === ''
          ? []
          : [ingressBackendFails(ingress, service), noEndpoints(backend), svcUnanswered(backend)]),
        // Its share of the answers is among these.
        ...sharers.flatMap(({ ingress: it, backend: to }) => {
          const shared = { namespace: it.namespace, name: to.service }
          return [ingressBackendFails(it, to.service), noEndpoints(shared), svcUnanswered(shared)]
        }),
      ],
      causes: [failedLately(ingress, service)],
    }),
  ]
}

/** What the backend said, or would have: a redirect is its own only where a pod, asked directly, redirects as well. */
function judgeGood(
  ingress: Ingress,
  { route, http }: Asked,
  { contacts, ingresses }: Omit<Around, 'homes' | 'ingressConfigs'>,
) {
  const direct = directOf(contacts, ingress, route)
  const sentAway = direct.some(isRedirect) ? [] : http.filter(isRedirect)
  // What the controller says of itself is ING307's.
  const answered = http.filter((it) => !sentAway.includes(it) && !isOfController(it, { contacts, ingresses, direct }))
  const [first] = sentAway
  const away =
    first === undefined
      ? []
      : [
          cannotTell(
            'ambiguous',
            `${urlText(first)} is answered ${first.status} by a redirect` +
              `${first.location === undefined ? '' : ` to ${first.location}`}: the backend was not asked`,
          ),
        ]
  return [
    ...(answered.length === 0
      ? []
      : [ok(answered.length, some([...new Set(answered.map((it) => `${urlText(it)}: ${endText(it)}`))]))]),
    ...away,
  ]
}

const silences: readonly (string | number)[] = ['late', 'error', 'garbled', 'alone']

function isSilence(worst: string | number): boolean {
  return silences.includes(worst)
}

/** A status that came with an error is none: `cut` is a body that did not end. */
function worstOf(end: HttpContact, { http }: Contacts): string | number {
  const { status, error, via } = end
  if (status !== null && error === inACircle) return 'circle'
  if (status !== null) return error === null ? status : 'cut'
  const late = lateOf(error)
  if (late === 'answer' || late === 'body') return 'late'
  if (isGarbled(end)) return 'garbled'
  // Who answers another request of the same run is up, and can be reached.
  return http.some((it) => it.via.controllerPod === via.controllerPod && it.status !== null) ? 'alone' : 'error'
}

/**
 * By which ingress-nginx itself answers with a redirect, whatever the backend is (`permanent-redirect` and
 * `temporal-redirect` of each request; `app-root` of `/`; the others from one scheme, or one host, to another).
 */
const redirects = [
  'permanent-redirect',
  'temporal-redirect',
  'app-root',
  'ssl-redirect',
  'force-ssl-redirect',
  'from-to-www-redirect',
].map((it) => `nginx.ingress.kubernetes.io/${it}`)

function redirectingBy({ annotated = [] }: Ingress): readonly string[] {
  return redirects.filter((it) => annotated.includes(it))
}

/** Each annotation that redirects or rewrites, and where the redirects led. */
function circleEvidence(ingress: Ingress, { redirects: led = [] }: HttpContact): readonly Evidence[] {
  const rewriting = (ingress.annotated ?? []).filter((it) =>
    /^nginx\.ingress\.kubernetes\.io\/(?:rewrite-target|use-regex)$/.test(it),
  )
  return [
    ...[...redirectingBy(ingress), ...rewriting].map((value) => ({
      kind: 'fact' as const,
      label: 'annotation',
      value,
    })),
    ...led.slice(0, 3).map((it) => ({ kind: 'fact' as const, label: `${it.status}, to`, value: it.location })),
  ]
}

interface Circle {
  readonly redirecting: readonly string[]
  readonly service: string
}

/** Logs say nothing of a redirect: what makes it stands in the Ingress, or is the application's. */
function circleHelp(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { redirecting, service }: Circle,
): readonly string[] {
  const [first] = redirecting
  const annotations = `kubectl -n ${namespace} get ingress ${name} -o jsonpath='{.metadata.annotations}'`
  if (first !== undefined)
    return [
      first.endsWith('ssl-redirect')
        ? `take ${first} away where a load balancer ends TLS and speaks plain HTTP to the controller, or let the ` +
          'controller heed X-Forwarded-Proto (use-forwarded-headers)'
        : `let ${first} lead to another host or path than the one that it stands for, or take it away`,
      annotations,
    ]
  return [
    `see who redirects: ${service === '' ? 'the controller' : `Service ${service}, asked past the controller`}, ` +
      'and to what',
    annotations,
  ]
}

interface Controller {
  readonly controller: string
  readonly controllerNamespace: string | null
  readonly host: string
}

function logsCommand({ controller, controllerNamespace, host }: Controller): string {
  return controllerNamespace === null
    ? `kubectl get pods -A --field-selector metadata.name=${controller}   # then its logs, for ${host}`
    : `kubectl -n ${controllerNamespace} logs ${controller} --since=10m | grep ${host}`
}

/** nginx names no host in the handshake unless it is told to: hopscope's own requests to the pods name one. */
function shakenText(trouble: RequestTrouble, direct: readonly DirectContact[]): string {
  const shaken = direct.filter((it) => it.certificate !== undefined && it.status !== null)
  if (trouble !== 'tls-refused' || shaken.length === 0) return ''
  return `; asked directly over TLS, with the name ${shaken[0]?.host} in the handshake, they answer ${wellText(shaken)}`
}

/** A name under which the pods showed a certificate. */
function shownName(direct: readonly DirectContact[]): string | null {
  const [shaken] = direct.filter((it) => it.certificate !== undefined && it.status !== null)
  return shaken?.certificate?.names.find((it) => !it.includes('*')) ?? null
}

function sniHelp(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { sni }: { readonly sni: string | null },
): readonly string[] {
  if (sni === null) return []
  return [
    'have nginx name the host of the certificate in the handshake',
    `kubectl -n ${namespace} annotate ingress ${name} --overwrite ` +
      `nginx.ingress.kubernetes.io/proxy-ssl-server-name=on nginx.ingress.kubernetes.io/proxy-ssl-name=${sni}`,
  ]
}

/** What the pods said when they were asked themselves; '' where nobody asked, or where they answered badly as well. */
function wellText(direct: readonly DirectContact[]): string {
  if (direct.length === 0 || direct.some(isBadEnd)) return ''
  return `${some([...new Set(direct.map(endText))])}, within ${Math.round(Math.max(...direct.map((it) => it.ms)))} ms`
}

/** Where nginx gives up before a pod is done, by its own configuration; '' where that is not seen. */
function waitsText(
  { status, via }: HttpContact,
  timeout: ReturnType<typeof readTimeoutOf>,
  direct: readonly DirectContact[],
): string {
  const slowest = Math.max(0, ...direct.map((it) => it.ms))
  if (status !== 504 || timeout === null || slowest < 1000 * timeout.seconds) return ''
  return (
    `nginx waits ${timeout.seconds} s for the pods (proxy_read_timeout, line ${timeout.line} of nginx.conf in ` +
    `${via.controllerPod}), and asked directly they take up to ${(slowest / 1000).toFixed(1)} s`
  )
}

/** The pods are well, so that what is between them and the controller is left. */
function between(worst: string, said: string): string {
  const left = `asked directly, its pods answer well (${said}), so the fault is between the controller and them`
  switch (worst) {
    case 'late':
    case '504':
      return (
        `${left}: a timeout of the controller that is shorter than the pods take (proxy-read-timeout), ` +
        'or a policy that lets the probe in and not the controller'
      )
    case '502':
      return (
        `${left}: the protocol that it speaks to them (backend-protocol), headers that are too long, ` +
        'or a policy that lets the probe in and not the controller'
      )
    case 'garbled':
    case 'alone':
      return (
        `${left}: what it adds to this request or path, a location that ends the connection, ` +
        'or another protocol than it speaks to them (backend-protocol)'
      )
    case '503':
      return `${left}: it has no endpoint for them, denies the path by an annotation, or has a limit of its own`
    case 'circle':
      return (
        `${left}: a redirect of the controller's own (an annotation, a setting of its ConfigMap), ` +
        'or one that the application makes of requests through it alone'
      )
    case 'cut':
      return (
        `${left}: the controller's own way to them loses large packets, ` +
        'or it stops in the middle (a buffer, a timeout)'
      )
    default:
      return `${left}: a path that it rewrites, an annotation, or an authentication that fails`
  }
}
