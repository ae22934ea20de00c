import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, DirectContact, HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import { directOf, requestsOf, routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject, statusShares } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * 403, 413 or 429 is an answer, and no page: where the pods answer the same URL well, somebody before them refuses it
 * (an allow-list, a limit, a firewall of the controller's, an external authentication), or they were sent another
 * request than the one they were asked directly: `upstream-vhost` gives them another Host.
 */
export default check({
  code: 'ING309',
  slug: 'ingress/refused-by-controller',
  title: 'requests to an Ingress are refused',
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
      `${args.bad} of ${args.of} requests${args.by === 'vhost' ? otherHost(args.vhost) : sayings[args.by]}.`,
    detail: ({ args }) =>
      `${args.status} through the controller · backend ` +
      `${args.service === '' ? 'unknown' : args.service}` +
      (args.direct === '' ? '' : ` · asked directly, its pods say ${args.direct}`),
    note: ({ args }) => notes[args.by],
    help: ({ subject: on, args }) => [
      looks[args.by],
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
      ...(args.controllerNamespace === ''
        ? []
        : [`kubectl -n ${args.controllerNamespace} logs ${args.controller} --since=10m`]),
    ],
  },
})

/**
 * Who refuses: the controller, where the pods answer well; the pods, where they say the same, or get another Host; or
 * nobody knows. `unclear`: the pods answer well when they are asked directly, and may say this to what the controller
 * sends them.
 */
type By = 'controller' | 'pods' | 'vhost' | 'unclear' | 'unknown'

/**
 * What controllers say of themselves: allow-lists, limits, logins, firewalls. Any other status of this kind (400, 421,
 * 426 …) is mostly the pod's own word about the request that it got.
 */
const ofControllers: ReadonlySet<number> = new Set([401, 403, 405, 407, 408, 411, 413, 414, 429, 431])

const otherHost = (vhost: string | null): string => `, and its pods get the Host \`${vhost}\` in place of the client's`

const sayings: Readonly<Record<Exclude<By, 'vhost'>, string>> = {
  controller: ', and its pods answer when they are asked directly',
  pods: ', as its pods say themselves',
  unclear: ', and its pods answer otherwise when they are asked directly',
  unknown: '',
}

const annotations =
  "look at the Ingress's annotations: allow-lists of addresses, limits, authentication, a firewall's rules"
const said = 'read what the application says about this request'

const looks: Readonly<Record<By, string>> = {
  controller: annotations,
  pods: said,
  vhost: 'take the annotation upstream-vhost away, or give it a name that the application takes for its own',
  unclear: said,
  unknown: annotations,
}

const notes: Readonly<Record<By, string>> = {
  controller:
    'the controller, or what it asks first, refuses: ' +
    'an allow-list of addresses sees where the connection comes from, ' +
    'which is a node or a load balancer where the address of the client is not kept; the probe asks from a pod',
  pods: 'the application refuses by itself: the network brought the request to it',
  vhost:
    'asked directly with the Host of the client the pods answer well; ' +
    'the annotation upstream-vhost makes the controller send them another one',
  unclear:
    'the pods may say so themselves: what the controller sends them differs from what they were asked directly ' +
    '(Host, path, headers)',
  unknown: 'what its pods answer themselves to this was not seen, so who refuses is not known',
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
    const vhost = vhostOf(ingress, first)
    const all = refused.length === its.length
    const by = vhost !== null && all && isWellByOwnHost(first, direct) ? 'vhost' : whoRefuses(one, direct)
    const severity = severityOf(by, one, !all)
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
          vhost,
          service: route?.backend.service ?? '',
          direct: some([...new Set(direct.map((it) => `${it.status}`))]),
          controller: one.via.controllerPod,
          controllerNamespace: controllers.find((it) => it.pod === one.via.controllerPod)?.namespace ?? '',
        },
        evidence: [
          ...(by === 'vhost' ? [vhostEvidence(ingress, vhost ?? '')] : []),
          statusShares('requests that were refused', its, isRefusal),
        ],
      }),
    ]
  })
}

/** 404 has findings of its own. */
function isRefusal({ status, error }: Pick<HttpContact, 'status' | 'error'>): boolean {
  return error === null && status !== null && status >= 400 && status < 500 && status !== 404
}

function whoRefuses(
  { status }: HttpContact,
  direct: readonly { readonly status: number | null }[],
): Exclude<By, 'vhost'> {
  if (direct.length === 0) return 'unknown'
  if (direct.some((it) => it.status === status)) return 'pods'
  if (!direct.some((it) => (it.status ?? 500) < 400)) return 'unknown'
  return ofControllers.has(status ?? 0) ? 'controller' : 'unclear'
}

/** Where pods get another Host than the one that was asked for. */
function vhostOf({ nginx }: Ingress, { host }: HttpContact): string | null {
  const vhost = nginx?.vhost
  return vhost === undefined || vhost === host.toLowerCase().replace(/:\d{1,5}$/, '') ? null : vhost
}

function isWellByOwnHost({ host }: HttpContact, direct: readonly DirectContact[]): boolean {
  return direct.some((it) => it.host === host && it.status !== null && it.status >= 200 && it.status < 300)
}

function vhostEvidence(ingress: Ingress, vhost: string): Evidence {
  return {
    kind: 'config',
    object: ingressSubject(ingress),
    path: "metadata.annotations['nginx.ingress.kubernetes.io/upstream-vhost']",
    lines: ['annotations:', `  nginx.ingress.kubernetes.io/upstream-vhost: ${vhost}`],
    at: 1,
    mark: vhost,
    label: 'is the Host that the pods get',
  }
}

/**
 * A page behind a login says 401 to whoever has none, and an allow-list may be meant to keep pods out: worth a line,
 * and a warning to who asked why this very URL is not answered.
 */
function severityOf(by: By, { status, basis }: HttpContact, mixed: boolean): 'warning' | 'info' | 'none' {
  if (mixed || by === 'vhost') return 'warning'
  if (by === 'controller' || by === 'unclear') return basis === 'url' && status !== 401 ? 'warning' : 'info'
  return basis === 'url' ? 'info' : 'none'
}
