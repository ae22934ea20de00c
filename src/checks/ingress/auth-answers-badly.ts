import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full, some } from '../../phrases.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { allOfIngress, authUnclear, endpointsAnswerBadly, noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * Before each request nginx asks whom `auth-url` names. 2xx is a yes, 401 and 403 are a no; of anything else, such as
 * the 404 of a path that is wrong, it makes a 500, and says in its error log alone what it got
 * (ngx_http_auth_request_module.c, `auth request unexpected status`).
 */
export default check({
  code: 'ING368',
  slug: 'ingress/auth-answers-badly',
  title: 'the authentication of an Ingress says neither yes nor no',
  fine: "the controllers' logs, where they were read, tell of no authentication that says neither yes nor no",
  severity: 'error',
  needs: ['ingresses', 'ingressConfigs'],
  wants: ['contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressConfigs, contacts, scope }) {
    const asked = ingresses.filter((it) => isAskedAbout(scope, 'Ingress', it))
    const { controllers } = ingressConfigs
    if (asked.length === 0 || controllers.length === 0)
      return notApplicable('no Ingress here is one of these controllers')
    const found = asked.flatMap((ingress) => {
      const http = contacts.known ? requestsOf(contacts.value, ingress).filter((it) => it.status !== null) : []
      const bad = http.filter(isBadEnd)
      const said = saidOf(ingress, controllers, new Set(bad.map((it) => hostAlone(it.host))))
      if (said.times === 0) return []
      // A cache of answers, or one server of several: some requests are well all the same.
      return [judge(ingress, said, { bad: bad.length, of: http.length })]
    })
    return found.length > 0 ? found : ok(controllers.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The authentication of Ingress ${full(on)}${args.url === null ? '' : ` (${args.url})`} answers ` +
      `${args.statuses.length === 0 ? 'neither yes nor no' : `${some(args.statuses)}, which is neither yes nor no`}: ` +
      'nginx makes a 500 of it.',
    detail: ({ args }) =>
      `${count(args.times, 'line')} of the error log` +
      (args.of === 0 ? ' of the last 15 minutes' : ` · ${args.bad} of ${args.of} requests of the probe ended badly`),
    note: () =>
      '2xx lets a request in, 401 and 403 keep it out; all else, such as the 404 of a path that is not there, is an ' +
      'error to nginx, and the backend is never asked',
    help: ({ subject: on, args }) => [
      'see what auth-url names: its path and its port, and what the authentication says there',
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml | grep auth-`,
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | grep 'auth request unexpected status'`,
    ],
  },
})

interface Said {
  readonly times: number
  readonly statuses: readonly string[]
  readonly by: ControllerConfig | null
}

/**
 * Of requests for the hosts whose requests failed as the probe made them, which counts where they did; of users' the
 * controller's own word tells the Ingress.
 */
function saidOf(ingress: Ingress, controllers: readonly ControllerConfig[], hosts: ReadonlySet<string>): Said {
  const each = controllers.map((config) => {
    const probed = (config.failed?.known === true ? config.failed.value : []).filter(
      (it) => it.trouble === 'auth-unclear' && hosts.has(it.host),
    )
    const late = (config.lately?.known === true ? config.lately.value.requests : []).filter(
      (it) => it.trouble === 'auth-unclear' && it.times > 0 && full(it.ingress) === full(ingress),
    )
    return { config, probed, times: [...probed, ...late].reduce((sum, it) => sum + it.times, 0) }
  })
  return {
    times: each.reduce((sum, it) => sum + it.times, 0),
    statuses: [...new Set(each.flatMap(({ probed }) => probed.flatMap((it) => it.status ?? [])))].map(String),
    by: each.find((it) => it.times > 0)?.config ?? null,
  }
}

/** One line of a user's, and the probe is well: it may be over. */
function severityOf(times: number, bad: number): Severity {
  if (bad > 0) return 'error'
  return times < 2 ? 'info' : 'warning'
}

function judge(ingress: Ingress, { times, statuses, by }: Said, asked: { readonly bad: number; readonly of: number }) {
  const url = ingress.auth === undefined ? null : `${ingress.auth.host}:${ingress.auth.port}`
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    severity: severityOf(times, asked.bad),
    args: { url, statuses, times, ...asked, home: by?.namespace ?? '', controller: by?.pod ?? '' },
    evidence: [
      {
        kind: 'fact',
        label: `error log of ${by?.pod ?? 'a controller'}`,
        value: `auth request unexpected status${statuses.length === 0 ? '' : ` ${some(statuses)}`}, ${times}×`,
      },
    ],
    symptoms: [authUnclear(ingress)],
    dueTo: behind(ingress),
    causes: allOfIngress(ingress),
  })
}

/** What is wrong with the Service that decides is why it does not decide. */
function behind({ auth }: Ingress): readonly string[] {
  const [name, namespace, svc] = (auth?.host ?? '').split('.')
  if (name === undefined || namespace === undefined || svc !== 'svc') return []
  return [noEndpoints, svcUnanswered, endpointsAnswerBadly].map((it) => it({ namespace, name }))
}
