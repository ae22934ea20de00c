import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { isRedirect } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import {
  portOfBackend,
  type Route,
  routesOf,
  servicesByName,
} from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { tlsTold } from '../../relations/ingress/tls-told.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ledTo } from '../../relations/service/told-listens.ts'
import { ingressBackendFails, outsideFails } from '../../relations/symptom.ts'
import type { LeadsToTls } from '../../wire/leads-to-tls.ts'
import { hostFits } from '../../wire/host-pattern.ts'
import { serviceSubject } from '../service/words.ts'
import { backendEvidence, ingressSubject } from './words.ts'

/**
 * The controller ends TLS and asks the application by plain http; the application takes that for a client without TLS
 * and redirects it to https, where the controller ends TLS again (Argo CD, "Ingress Configuration": "too many
 * redirects").
 */
export default check({
  code: 'ING391',
  slug: 'ingress/redirects-to-tls',
  title: 'an application sends back to https what comes to it by plain http',
  fine: 'no application behind an Ingress that ends TLS redirects plain requests to https, as far as that is known',
  severity: 'warning',
  needs: ['ingresses', 'services', 'pods'],
  wants: ['ingressClasses', 'contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, services, pods, ingressClasses, contacts }) {
    const leading = pods.filter((it) => it.containers.some(isLeading))
    if (leading.length === 0) return notApplicable('no program here is known to redirect plain requests to https')
    const [find, podsOf] = [servicesByName(services), podsOfServices(pods)]
    const isAnswered = (it: Ingress): boolean =>
      contacts.known &&
      requestsOf(contacts.value, it).some((one) => one.status !== null && one.status < 400 && !isRedirect(one))
    const ways = ingresses.flatMap(routesOf).flatMap((route): readonly Way[] => {
      const service = find(route.ingress.namespace, route.backend.service)
      const port = service === null ? null : portOfBackend(service, route.backend)
      if (service === null || port === null || !isEnded(route)) return []
      const by = leadOf(podsOf(service).filter(isLive), port)
      return by === null ? [] : [{ route, service, port, by }]
    })
    const first = [...new Map(ways.map((it) => [`${full(it.route.ingress)} ${full(it.service)}`, it])).values()]
    if (first.length === 0) return notApplicable('no Ingress that ends TLS leads to such a program')
    return first.map((it) =>
      isPlain(it, ingressClasses) && !isAnswered(it.route.ingress)
        ? verdict(it, isForNginx(it.route.ingress, ingressClasses))
        : ok(1),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} ends TLS and asks Service ${args.service} by plain http, which ${args.program} behind it ` +
      'redirects to https: requests go in a circle.',
    detail: ({ args }) => `port ${args.port} · ${args.why}`,
    note: () => 'browsers say ERR_TOO_MANY_REDIRECTS; by the objects alone: how it answers was not measured',
    help: ({ subject: on, args }) => [
      args.cure,
      ...(args.isNginx
        ? [
            'or have the controller speak TLS to it, on a port where it does:',
            `kubectl -n ${on.namespace} annotate ingress ${on.name} ` +
              'nginx.ingress.kubernetes.io/backend-protocol=HTTPS',
          ]
        : []),
      `curl -sIL --max-redirs 5 https://${args.host}/`,
    ],
  },
})

function isLeading({ leadsToTls, refusals = [] }: Pod['containers'][number]): boolean {
  return leadsToTls !== undefined || refusals.some((it) => it.by === 'https')
}

interface Lead {
  readonly program: LeadsToTls['program'] | 'nginx'
  /** By which it does. */
  readonly why: string
}

interface Way {
  readonly route: Route
  readonly service: Service
  readonly port: ServicePort
  readonly by: Lead
}

const whys: Readonly<Record<LeadsToTls['program'], string>> = {
  'argocd-server': 'neither --insecure nor server.insecure is set',
  gitlab: "nginx['redirect_http_to_https'] = true in GITLAB_OMNIBUS_CONFIG",
}

const cures: Readonly<Record<Lead['program'], string>> = {
  'argocd-server':
    'set server.insecure: "true" in ConfigMap argocd-cmd-params-cm (or --insecure), and restart argocd-server',
  gitlab: "set nginx['listen_https'] = false and nginx['listen_port'] = 80: TLS ends before it",
  nginx: 'serve the pages on this port, and leave the redirect to the Ingress',
}

/** What each live pod does at the port; where one does not, a rollout is under way. */
function leadOf(live: readonly Pod[], port: ServicePort): Lead | null {
  const leads = live.flatMap((pod): readonly Lead[] => {
    const led = ledTo(pod, port)
    if (led === null) return []
    const { leadsToTls: by, refusals = [] } = led.container
    if (by?.port === led.target) return [{ program: by.program, why: whys[by.program] }]
    const file = refusals.find((it) => it.by === 'https' && it.port === led.target)
    return file === undefined
      ? []
      : [{ program: 'nginx', why: `return ${file.status} in ${file.key} (line ${file.line}) of ConfigMap ${file.map}` }]
  })
  const [first] = leads
  return first === undefined || leads.length < live.length ? null : first
}

/** The Ingress has a certificate for the host, or leads to https itself. */
function isEnded({ ingress, host }: Route): boolean {
  if (ingress.nginx?.passthrough === true) return false
  const isNamed = (ingress.tls ?? []).some(
    ({ hosts }) => hosts.length === 0 || host === null || hosts.some((it) => hostFits(it, host)),
  )
  return isNamed || ingress.sslRedirect === 'forced'
}

/** ingress-nginx goes by its annotation alone; others by annotations of theirs, a port's number, and its name. */
function isPlain({ route, service, port }: Way, classes: Known<readonly IngressClass[]>): boolean {
  const { ingress } = route
  if (isForNginx(ingress, classes)) return (ingress.nginx?.protocol ?? 'HTTP') === 'HTTP'
  const isNamed = port.port === 443 || /^https/i.test(port.name ?? '') || port.appProtocol !== undefined
  return (
    !isNamed &&
    (service.tlsBy ?? []).length === 0 &&
    tlsTold(ingress, service, classes.known ? classes.value : []) === null
  )
}

function verdict({ route, service, port, by }: Way, isNginx: boolean) {
  const { ingress, backend, host } = route
  return finding({
    subject: ingressSubject(ingress),
    also: [serviceSubject(service)],
    confidence: 'possible',
    args: {
      service: full(service),
      port: port.port,
      program: by.program,
      why: by.why,
      cure: cures[by.program],
      isNginx,
      host: host ?? 'HOST',
    },
    evidence: [
      backendEvidence(ingress, backend, 'port', 'asked by plain http'),
      { kind: 'fact', label: by.program, value: some([by.why]) },
    ],
    causes: [outsideFails(ingress), ingressBackendFails(ingress, service.name)],
  })
}
