import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { MountedRefusal, Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { requestsOf, routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { type Route, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { callableFrom, calledBy, toldCalls } from '../../relations/service/called-services.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ledTo } from '../../relations/service/told-listens.ts'
import { ingressBackendFails, noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject } from '../service/words.ts'

/**
 * A list of `allow` and `deny` in an application's own nginx was written for the clients, and what connects to a pod is
 * the controller, or another pod: the first rule that fits its address decides (ngx_http_access_module). The kubelet's
 * probe comes from the node, and may be let in all the same.
 */
export default check({
  code: 'ING390',
  slug: 'ingress/server-keeps-out',
  title: 'a web server refuses those who come to it',
  fine: 'web servers whose files keep some out let in those who come to them',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'namespaces', 'clusterDns', 'contacts'],
  remedies: [],
  decides: [],

  run({ services, pods, ingresses, ingressClasses, ingressControllers, namespaces, clusterDns, contacts, scope }) {
    const refusing = refusingOf(services, pods)
    if (refusing.length === 0) return notApplicable('no web server here refuses by a file that is read with it')
    const controllersOf = controllersByClass({
      ingressClasses: ingressClasses.known ? ingressClasses.value : [],
      ingressControllers: ingressControllers.known ? ingressControllers.value : [],
    })
    const isRead = ingresses.known && ingressClasses.known && ingressControllers.known
    const callersOf = callersBy(pods, callableFrom({ services, namespaces, clusterDns, scope }))
    const isAnswered = (it: Ingress): boolean =>
      contacts.known && requestsOf(contacts.value, it).some((one) => one.status !== null && one.status < 400)
    const judged = refusing.flatMap(({ service, port, refusal, of, container }) => {
      const routes = routesTo(ingresses.known ? ingresses.value : [], service).flatMap((it) =>
        routesAt(it, service, port),
      )
      const open = routes.filter((it) => isWide(refusal, it) && !isAnswered(it.ingress))
      const come = [
        ...open.flatMap((it) => controllersOf(it.ingress).flatMap(ofController)),
        ...(callersOf.get(`${full(service)} ${port.port}`) ?? []),
      ]
      const each = [...new Map(come.map((it) => [it.ip, it])).values()]
      const denied = each.filter((it) => isDenied(refusal, it.ip))
      if (each.length === 0) return []
      if (denied.length === 0) return [isRead ? ok(1) : cannotTell('not-asked', 'who comes by Ingresses was not read')]
      return [verdict({ service, port, refusal, of, container }, { each, denied, open })]
    })
    return judged.length > 0 ? judged : notApplicable('nobody is seen to come to the web servers that refuse')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The web server behind Service ${full(on)} answers ${args.status} to ` +
      (args.isAll ? 'everybody' : some(args.who, 2)) +
      ` by itself: ${args.file} ${args.by === 'return' ? 'says so' : 'does not let them in'}.`,
    detail: ({ args }) =>
      `${args.by === 'return' ? `return ${args.status}` : some(args.rules, 4)} · port ${args.port} · ` +
      `container ${args.container} of ${count(args.pods, 'pod')}` +
      (args.isAll ? '' : ` · kept out: ${args.denied} of ${args.of} addresses that come`),
    note: ({ args }) =>
      args.isAll
        ? 'no backend is asked; as a page of maintenance, or for what nobody is to see, it may be on purpose'
        : 'what connects is the controller or the calling pod, under its own address: a client that it speaks for is ' +
          'known by X-Forwarded-For alone, which nginx heeds with set_real_ip_from and real_ip_header',
    help: ({ subject: on, args }) => [
      args.isAll
        ? 'take the line out, or lead the Service elsewhere'
        : 'let in the range of the pods, or have nginx ' +
          'take the client from the header that the controller sets (set_real_ip_from, real_ip_header)',
      `kubectl -n ${on.namespace} get configmap ${args.map} -o yaml`,
      `kubectl -n ${on.namespace} logs ${args.example} -c ${args.container} | grep -F 'access forbidden by rule'`,
    ],
  },
})

function textsOf(rules: MountedRefusal['rules']): readonly string[] {
  return rules.map((it) => `${it.is} ${it.of ?? 'all'}`)
}

interface Refusing {
  readonly service: Service
  readonly port: ServicePort
  readonly refusal: MountedRefusal
  readonly of: readonly Pod[]
  readonly container: string
}

/** Ports of Services behind which each pod's nginx refuses; where one does not, a rollout is under way. */
function refusingOf(services: readonly Service[], pods: readonly Pod[]): readonly Refusing[] {
  const refusing = pods.filter((it) => it.containers.some((one) => one.refusals !== undefined))
  if (refusing.length === 0) return []
  const podsOf = podsOfServices(pods)
  return services.flatMap((service) => {
    const live = podsOf(service).filter(isLive)
    return service.ports.flatMap((port): readonly Refusing[] => {
      if (port.protocol !== 'TCP') return []
      const led = live.flatMap((pod) => {
        const to = ledTo(pod, port)
        const refusal = to?.container.refusals?.find((it) => it.port === to.target && it.by !== 'https')
        return to === null || refusal === undefined ? [] : [{ refusal, container: to.container.name }]
      })
      const [first] = led
      // What is not there is the usual answer of a default backend.
      const isUsual = first?.refusal.by === 'return' && [404, 410].includes(first.refusal.status)
      return first === undefined || isUsual || led.length < live.length ? [] : [{ service, port, ...first, of: live }]
    })
  })
}

function routesAt(ingress: Ingress, service: Service, port: ServicePort): readonly Route[] {
  return routesOf(ingress).filter(
    ({ backend }) =>
      ingress.namespace === service.namespace &&
      backend.service === service.name &&
      (backend.port === port.port || backend.port === port.name),
  )
}

/** To close one path of a host, a server that refuses all of it is the usual way. */
function isWide(refusal: MountedRefusal, { path }: Route): boolean {
  return !isForAll(refusal) || path === '/' || path === null
}

function isForAll({ by, rules: [first] }: MountedRefusal): boolean {
  return by === 'return' || (first?.is === 'deny' && first.of === null)
}

/** Who connects, and under which address. */
interface Comer {
  readonly who: string
  readonly ip: string
}

/** On its node's own network it may come by another address than its own. */
function ofController({ namespace, ip, hostNetwork }: IngressController): readonly Comer[] {
  return ip === null || hostNetwork === true ? [] : [{ who: `the ingress controllers of namespace ${namespace}`, ip }]
}

/** Pods whose specs tell them to call a port of a Service, by both. */
function callersBy(
  pods: readonly Pod[],
  around: Parameters<typeof calledBy>[2],
): ReadonlyMap<string, readonly Comer[]> {
  const found = new Map<string, Comer[]>()
  for (const { pod, call } of toldCalls(pods)) {
    const to = calledBy(pod, call, around)
    if (to.is !== 'there' || pod.ip === null || pod.hostNetwork) continue
    const key = `${full(to.service)} ${call.port ?? to.service.ports[0]?.port}`
    const on = workloadOfPod(pod)
    const comer = { who: `${on.kind} ${full(on)}`, ip: pod.ip }
    found.set(key, [...(found.get(key) ?? []), comer])
  }
  return found
}

/** The first rule that fits decides; none lets in. */
function isDenied({ by, rules }: MountedRefusal, ip: string): boolean {
  if (by === 'return') return true
  return rules.find((it) => it.of === null || it.of === ip || contains(it.of, ip))?.is === 'deny'
}

interface Came {
  readonly each: readonly Comer[]
  readonly denied: readonly Comer[]
  readonly open: readonly Route[]
}

function severityOf(isAll: boolean, { each, denied }: Came): Severity {
  return isAll || denied.length < each.length ? 'warning' : 'error'
}

function verdict({ service, port, refusal, of, container }: Refusing, came: Came) {
  const { by, status, rules, line, map, key } = refusal
  const isAll = isForAll(refusal)
  const isWhole = came.denied.length === came.each.length
  return finding({
    subject: serviceSubject(service),
    also: [subject('ConfigMap', service.namespace, map)],
    severity: severityOf(isAll, came),
    confidence: 'inferred',
    args: {
      by,
      status,
      rules: textsOf(rules),
      isAll,
      who: [...new Set(came.denied.map((it) => it.who))],
      denied: came.denied.length,
      of: came.each.length,
      file: `${key} (line ${line}) of ConfigMap ${map}`,
      map,
      port: port.port,
      container,
      pods: of.length,
      example: of[0]?.name ?? '',
    },
    evidence: [
      {
        kind: 'fact',
        label: `ConfigMap ${service.namespace}/${map}, data[${key}], line ${line}`,
        value: by === 'return' ? `return ${status}` : some(textsOf(rules), 4),
      },
    ],
    causes: isWhole
      ? [
          noEndpoints(service),
          svcUnanswered(service),
          ...new Set(came.open.map((it) => ingressBackendFails(it.ingress, service.name))),
        ]
      : [],
  })
}
