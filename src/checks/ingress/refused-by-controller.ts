import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import { directOf, requestsOf, routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject, statusShares } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * 403, 413 or 429 is an answer, and no page: where the pods answer the same URL well, somebody before them refuses it
 * (an allow-list, a limit, a firewall of the controller's, an external authentication).
 */
export default check({
  code: 'ING309',
  slug: 'ingress/refused-by-controller',
  title: 'requests are refused before they reach a backend',
  fine: 'no URL that was asked for is refused where the pods would answer',
  severity: 'warning',
  needs: ['contacts', 'ingresses'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: ['ING-21'],

  run({ contacts, ingresses, ingressControllers, scope }) {
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const verdicts = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => judge(ingress, contacts, controllers))
    return verdicts.length > 0 ? verdicts : notApplicable('no URL of an Ingress was asked for')
  },

  words: {
    headline: ({ args, subject: on }) =>
      `${args.url} of Ingress ${full(on)} is answered ${args.status}: ` +
      `${args.bad} of ${args.of} requests${sayings[args.by as By]}.`,
    detail: ({ args }) =>
      `${args.status} through the controller · backend ` +
      `${args.service === '' ? 'unknown' : args.service}` +
      (args.direct === '' ? '' : ` · asked directly, its pods say ${args.direct}`),
    note: ({ args }) => notes[args.by as By],
    help: ({ subject: on, args }) => [
      args.by === 'pods'
        ? 'read what the application says about this request'
        : "look at the Ingress's annotations: allow-lists of addresses, limits, authentication, a firewall's rules",
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
      ...(args.controllerNamespace === ''
        ? []
        : [`kubectl -n ${args.controllerNamespace} logs ${args.controller} --since=10m`]),
    ],
  },
})

/** Who refuses: the controller, where the pods answer well; the pods, where they say the same; or nobody knows. */
type By = 'controller' | 'pods' | 'unknown'

const sayings: Readonly<Record<By, string>> = {
  controller: ', and its pods answer when they are asked directly',
  pods: ', as its pods say themselves',
  unknown: '',
}

const notes: Readonly<Record<By, string>> = {
  controller:
    'the controller, or what it asks first, refuses: ' +
    'an allow-list of addresses sees where the connection comes from, ' +
    'which is a node or a load balancer where the address of the client is not kept; the probe asks from a pod',
  pods: 'the application refuses by itself: the network brought the request to it',
  unknown: 'no pod was asked directly, so who refuses is not known',
}

function judge(ingress: Ingress, contacts: Contacts, controllers: readonly IngressController[]) {
  const http = requestsOf(contacts, ingress).filter((it) => it.status !== null)
  return [...Map.groupBy(http, urlText)].flatMap(([url, its]) => {
    const [first] = its
    const refused = its.filter(isRefusal)
    const [one] = refused
    if (first === undefined) return []
    if (one === undefined) return [ok(its.length)]
    const route = routeOfContact(ingress, first)
    const direct = directOf(contacts, ingress, route).filter((it) => it.path === first.path && it.status !== null)
    const by = whoRefuses(one, direct)
    const severity = severityOf(by, one, refused.length < its.length)
    if (severity === 'none') return [ok(its.length, `${url} is answered ${one.status}, and nobody asked about it`)]
    return [
      finding({
        subject: ingressSubject(ingress),
        confidence: 'observed',
        severity,
        args: {
          url,
          status: some([...new Set(refused.map((it) => `${it.status}`))]),
          bad: refused.length,
          of: its.length,
          by,
          service: route?.backend.service ?? '',
          direct: some([...new Set(direct.map((it) => `${it.status}`))]),
          controller: one.via.controllerPod,
          controllerNamespace: controllers.find((it) => it.pod === one.via.controllerPod)?.namespace ?? '',
        },
        evidence: [statusShares('requests that were refused', its, isRefusal)],
      }),
    ]
  })
}

/** 404 has findings of its own. */
function isRefusal({ status, error }: Pick<HttpContact, 'status' | 'error'>): boolean {
  return error === null && status !== null && status >= 400 && status < 500 && status !== 404
}

function whoRefuses({ status }: HttpContact, direct: readonly { readonly status: number | null }[]): By {
  if (direct.length === 0) return 'unknown'
  if (direct.some((it) => it.status === status)) return 'pods'
  return direct.some((it) => (it.status ?? 500) < 400) ? 'controller' : 'unknown'
}

/**
 * A page behind a login says 401 to whoever has none, and an allow-list may be meant to keep pods out: worth a line,
 * and a warning to who asked why this very URL is not answered.
 */
function severityOf(by: By, { status, basis }: HttpContact, mixed: boolean): 'warning' | 'info' | 'none' {
  if (mixed) return 'warning'
  if (by === 'controller') return basis === 'url' && status !== 401 ? 'warning' : 'info'
  return basis === 'url' ? 'info' : 'none'
}
