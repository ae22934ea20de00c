import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { type Route, routeFor, routesOf } from '../../relations/ingress-routes-to-service.ts'
import { ingressBackendFails, ingressFails, noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { full, isAskedAbout, some } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * What a client of the Ingress would have got, asked of the controller's own pods: inside of every load balancer. A
 * 4xx is an answer (to a question without a login, or a path that the application lacks), and is not counted.
 */
export default check({
  code: 'ING305',
  slug: 'ingress/bad-answer',
  title: 'an Ingress answers with a server error',
  fine: 'no Ingress answers with a server error',
  severity: 'error',
  needs: ['contacts', 'ingresses'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: ['ING-17', 'ING-18', 'ING-20', 'NP-13'],

  run({ contacts, ingresses, ingressControllers, scope }) {
    const homes = new Map(ingressControllers.known ? ingressControllers.value.map((it) => [it.pod, it.namespace]) : [])
    const mute = muteControllers(contacts.http)
    const verdicts = ingresses.filter((it) => isAskedAbout(scope, 'Ingress', it)).flatMap((ingress): readonly Verdict[] => {
      const all = contacts.http.filter((it) => it.ingress.namespace === ingress.namespace && it.ingress.name === ingress.name)
      const http = all.filter((it) => !mute.has(it.via.controllerPod))
      const asked = byBackend(ingress, http)
      const untried = [...new Set(routesOf(ingress).map((it) => it.backend.service))].filter((it) => !asked.some(({ route }) => route?.backend.service === it))
      if (all.length > 0 && http.length === 0) return [cannotTell('ambiguous', `controller ${some([...new Set(all.map((it) => `${it.via.controllerPod} ${it.via.ip}:${it.via.port}`))])} refuses every connection: it is down, or listens on another port`)]
      return [...asked.map((it) => judge(ingress, it, homes)), ...(untried.length === 0 ? [] : [cannotTell('not-there', `the probe asked Ingress ${full(ingress)} for nothing that goes to ${some(untried)}`)])]
    })
    return verdicts.length > 0 ? verdicts : notApplicable('there is no Ingress here')
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} answers ${args['what']} to ${args['asked']}: ${args['bad']} of ${args['of']} requests.`,
    detail: ({ args }) => `${args['counts']} · asked of controller ${args['controllers']}${args['service'] === '' ? '' : ` · backend ${args['service']}`} · slowest ${args['slowest']} ms`,
    note: ({ args }) => meaning(`${args['worst']}`, Number(args['slowest'])),
    help: ({ subject: on, args }) => [
      'read what the controller says about this request',
      `${args['logs']}`,
      ...(args['service'] === '' ? [] : [`hopscope diagnose svc/${args['service']} -n ${on.namespace} --probe`]),
    ],
  },
})

/** Controllers that let in not one connection say nothing about any Ingress: the port asked may be the wrong one. */
function muteControllers(http: readonly HttpContact[]): ReadonlySet<string> {
  const groups = Map.groupBy(http, (it) => it.via.controllerPod)
  return new Set([...groups].filter(([, its]) => its.every((it) => it.error === 'ECONNREFUSED')).map(([pod]) => pod))
}

interface Asked {
  readonly route: Route | null
  readonly http: readonly HttpContact[]
}

/** Requests that went to one Service are judged together: its paths fail, and its causes are found, together. */
function byBackend(ingress: Ingress, http: readonly HttpContact[]): readonly Asked[] {
  const routed = http.map((it) => ({ it, route: routeFor(ingress, it.host, it.path) }))
  return [...Map.groupBy(routed, ({ route }) => route?.backend.service ?? '').values()].map((its) => ({ route: its[0]?.route ?? null, http: its.map(({ it }) => it) }))
}

function judge(ingress: Ingress, { route, http }: Asked, homes: ReadonlyMap<string, string>): Verdict {
  const bad = http.filter((it) => it.status === null || it.status >= 500)
  const [worst] = bad
  if (worst === undefined) {
    const refused = http.filter((it) => it.status !== null && it.status >= 400).length
    return ok(http.length, refused > 0 ? `${refused} answered 4xx: an answer, if not a glad one` : null)
  }
  const counts = [...Map.groupBy(bad, answer)].map(([what, its]) => `${its.length} of ${http.length} ${what}`)
  const service = route?.backend.service ?? ''
  const backend = { namespace: ingress.namespace, name: service }
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    args: {
      what: answer(worst),
      worst: worst.status ?? (worst.error?.startsWith('no complete answer') === true ? 'late' : 'error'),
      asked: `${worst.host}${worst.path}`,
      host: worst.host,
      bad: bad.length,
      of: http.length,
      counts: counts.join(', '),
      service,
      controllers: some([...new Set(bad.map((it) => it.via.controllerPod))]),
      logs: logsCommand(worst, homes),
      slowest: Math.round(Math.max(...bad.map((it) => it.ms))),
    },
    evidence: [
      {
        kind: 'shares',
        label: 'requests that failed',
        rows: [...Map.groupBy(http, (it) => `${it.host}${it.path} from ${it.node} by ${it.via.controllerPod}`)].map(([where, its]) => ({ where, bad: its.filter((it) => bad.includes(it)).length, of: its.length, note: some([...new Set(its.map(answer))]) })),
      },
    ],
    // A 5xx comes from a controller that knows the route: only silence can have a cause that takes in the whole Ingress.
    symptoms: [...(service === '' || worst.status === null ? [ingressFails(ingress)] : []), ...(service === '' ? [] : [ingressBackendFails(ingress, service), noEndpoints(backend), svcUnanswered(backend)])],
  })
}

function logsCommand({ via, host }: HttpContact, homes: ReadonlyMap<string, string>): string {
  const home = homes.get(via.controllerPod)
  if (home === undefined) return `kubectl get pods -A --field-selector metadata.name=${via.controllerPod}   # then its logs, for ${host}`
  return `kubectl -n ${home} logs ${via.controllerPod} --since=10m | grep ${host}`
}

function answer({ status, error }: HttpContact): string {
  return status === null ? `no answer (${error ?? 'connection failed'})` : `${status}`
}

/** As ingress-nginx and Envoy mean them; the manual's table has the other products. */
function meaning(status: string, slowest: number): string {
  switch (status) {
    case 'error':
      return 'the controller itself did not answer: it is down, overloaded, or a policy keeps the probe from it'
    case 'late':
      return 'the controller took the request and had no answer in time: it waits for a pod that it cannot connect to, or for a slow one'
    case '502':
      return '502: the controller reached a pod, and the pod refused, hung up, or spoke another protocol (TLS against plain)'
    case '503':
      return '503: the controller had nobody to ask: no ready endpoint, a backend that is not there, or a limit of its own'
    case '504':
      return slowest >= 30_000 ? '504 after a minute: the pod was reached and took too long to answer' : '504 after 5-15 s: the controller could not connect to the pod, as when a policy drops its packets'
    default:
      return 'most likely the application said it itself: a 500 is not made by the network'
  }
}
