import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Pod, Protocol } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { policyOnProbe } from '../../relations/policy/policy-on-probe.ts'
import { contactsOfServices, endpointName, failuresText, tally } from '../../relations/service/service-contacts.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { declaredPorts, portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { dueToShared } from '../../relations/service/shared-address.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { type Listening, listeningOn } from '../../relations/service/listening.ts'
import { portUnserved, svcUnanswered } from '../../relations/symptom.ts'
import { isAskedAbout, serviceSubject, targetPortEvidence } from './words.ts'
import { count, full, some } from '../../phrases.ts'
import { isIpv6 } from '../../wire/ip-family.ts'

/**
 * The kernel of a pod refuses a connection to a port on which nobody listens; nothing in the API knows about it.
 * The ports that a container declares are a comment to Kubernetes, so that without a probe there is only suspicion.
 */
export default check({
  code: 'SVC202',
  slug: 'service/target-port-closed',
  title: 'nobody listens on the target port of a Service',
  fine: 'no target port is seen to be closed',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['contacts', 'networkPolicies', 'namespaces', 'insideViews', 'ingressControllers', 'ingresses'],
  remedies: [],
  decides: ['SVC-07', 'SVC-10', 'SVC-11'],

  run({ services, pods, contacts, networkPolicies, namespaces, insideViews, ingressControllers, ingresses, scope }) {
    const controllers = new Set(
      ingressControllers.known
        ? ingressControllers.value.map((it) => full({ namespace: it.namespace, name: it.pod }))
        : [],
    )
    const [podsOf, contactsOf] = [podsOfServices(pods), contactsOfServices(contacts)]
    const decide = policyOnProbe({ contacts, networkPolicies, namespaces })
    const behind = new Map(services.map((it) => [it, podsOf(it).filter(isServing)]))
    const servicesOf = Map.groupBy(
      [...behind].flatMap(([service, its]) => its.map((pod) => ({ service, pod }))),
      (it) => it.pod,
    )
    const parts = services.flatMap((service) =>
      service.ports.flatMap((port, index): Part[] => {
        const serving = behind.get(service) ?? []
        const skip = port.protocol !== 'TCP' && otherProtocol(service, port, serving) === null
        return skip || serving.length === 0
          ? []
          : [
              {
                service,
                port,
                index,
                serving,
                beside: serving.flatMap((it) =>
                  (servicesOf.get(it) ?? []).flatMap((one) => (one.service === service ? [] : [one.service])),
                ),
                views: insideViews,
                pods,
                byTarget: ledByTarget(service, ingresses),
                opensByConfig: serving.every((it) => controllers.has(full(it))) ? 'yes' : 'no',
                seen: (port.protocol === 'TCP' ? directContacts(contactsOf(service), port, serving) : []).filter(
                  (it) => tally([it]).open > 0 || decide(it, serving, port).kind !== 'denied',
                ),
              },
            ]
      }),
    )
    if (parts.length === 0) return notApplicable('no Service here has a TCP port and a ready pod')
    const verdicts = parts.map((part) => (part.seen.length > 0 ? byProbe(part) : byDeclaration(part)))
    const found = verdicts.filter((it) => typeof it !== 'string')
    const blind = parts.filter(
      (it, index) =>
        verdicts[index] === 'unsure' || (verdicts[index] === 'open' && isAskedAbout(scope, 'Service', it.service)),
    )
    return [
      ...found,
      ...(blind.length === 0
        ? []
        : [
            cannotTell(
              contacts.known ? 'not-there' : contacts.why.reason,
              'only a connection tells who listens behind ' +
                `${some(blind.map((it) => `${full(it.service)}:${it.port.port}`))}`,
              contacts.known ? null : '--probe',
            ),
          ]),
      ok(parts.length, contacts.known ? sampleText(parts) : 'by the ports that containers declare; --probe connects'),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.by === 'probe'
        ? `Service ${full(on)} sends port ${args.port} to target port ${args.targetPort}, ` +
          'where ' +
          (args.closed === args.of ? whoListens(args) : `${args.closed} of ${asked(args)} do not listen`) +
          '.'
        : `Service ${full(on)} sends port ${args.port} to target port ${args.targetPort}, ` +
          `which its pods ${args.protocol === null ? 'do not declare' : `declare for ${args.protocol} alone`}` +
          '.',
    detail: ({ args }) =>
      args.by === 'probe'
        ? `${args.closed} of ${asked(args)} refuse · ${args.failures} of ${args.tries} direct connects`
        : `${count(args.of, 'ready pod')} · they declare ${declaredText(args)} · ` +
          'declared ports bind nothing, so this is suspicion',
    note: ({ args }) => {
      if (args.by === 'probe')
        return args.protocol === null
          ? refusedSince(args)
          : `refused by the pod itself: it declares this port for ${args.protocol}, and the Service is for TCP`
      return null
    },
    help: ({ subject: on, args }) =>
      args.by === 'probe'
        ? [
            nextStep(args, args.closed === args.of),
            ...(args.listens === 'nowhere'
              ? [`kubectl -n ${on.namespace} logs ${args.example} --tail=50`]
              : [
                  `kubectl -n ${on.namespace} exec ${args.example} -- cat /proc/net/tcp /proc/net/tcp6`,
                  `kubectl -n ${on.namespace} edit service ${on.name}`,
                ]),
          ]
        : ['connect, to be sure', `hopscope diagnose svc/${on.name} -n ${on.namespace} --probe`],
  },
})

/** Not all may have been asked. */
function asked({ of, ready }: { readonly of: number; readonly ready: number }): string {
  return ready > of ? `${of} pods asked (${ready} are ready)` : count(of, 'ready pod')
}

type Declared = {
  readonly declared: readonly number[]
  readonly protocol: Protocol | null
  readonly targetPort: number
}

function declaredText({ declared, protocol, targetPort }: Declared): string {
  return protocol === null ? declared.join(', ') : `${targetPort}/${protocol}`
}

function whoListens({ listens, open, isSure }: Told): string {
  if (listens === 'other-family' && !isSure) return `its pods listen on ${open.join(', ')}, and connects are refused`
  if (listens === 'other-family')
    return `its pods listen on ${open.join(', ')} for ${familyName(open)} alone and refuse the other family`
  return listens === 'loopback' ? `its pods listen on ${open.join(', ')} alone` : 'nobody listens'
}

function refusedSince({ listens, open, link, isSure }: Told & { readonly link: string | null }): string {
  if (listens === 'loopback')
    return (
      `the process in the pod listens on ${open.join(', ')} alone, as /proc/net/tcp there says: ` +
      'only the pod itself reaches it'
    )
  if (listens === 'other-family') return isSure ? familyText(open) : unsureFamily(open)
  if (listens === 'elsewhere')
    return `nothing in the pod listens on this port; open to others there: ${open.join(', ')} (/proc/net/tcp)`
  if (listens === 'nowhere')
    return (
      'nothing in the pod listens for others on any port (/proc/net/tcp)' +
      (link === null
        ? ''
        : `; the kubelet sets ${link} there, to tcp://…, for this very Service: a program that takes its own port ` +
          'from it finds no number')
    )
  return 'refused by the pod itself: the process listens on another port, or only on 127.0.0.1'
}

type Told = Listens & { readonly isSure: boolean }

function familyName([ip]: Listens['open']): string {
  return isIpv6(`${ip}`) ? 'IPv6' : 'IPv4'
}

function familyText(open: Listens['open']): string {
  if (!isIpv6(`${open[0]}`))
    return `the process in the pod listens on ${open.join(', ')} (/proc/net/tcp), which takes no IPv6`
  return (
    `the process in the pod listens on ${open.join(', ')} (/proc/net/tcp6), and its kernel refuses IPv4 there, of ` +
    'the pod itself as well: the socket is for IPv6 alone (IPV6_V6ONLY, ipv6Only, bindv6only)'
  )
}

/** /proc/net/tcp6 does not tell an IPv6-only socket from one of both families. */
function unsureFamily(open: Listens['open']): string {
  return (
    `the process in the pod listens on ${open.join(', ')} (/proc/net/tcp6), which takes IPv4 as well unless the ` +
    'socket is for IPv6 alone (IPV6_V6ONLY, ipv6Only, bindv6only): that was not tried from inside; else another one ' +
    "refuses in its place, such as a second pod with this address or a node's rule that rejects"
  )
}

function nextStep({ listens, open, isSure }: Told, everyPod: boolean): string {
  if (listens === 'loopback') return 'make the program listen on every address (0.0.0.0, or :: with IPv6)'
  if (listens === 'other-family' && !isSure)
    return 'connect in the pod to 127.0.0.1: where that is refused as well, the program is to listen on 0.0.0.0'
  if (listens === 'other-family') return 'make the program listen on 0.0.0.0 as well, or on :: for both families'
  if (listens === 'elsewhere' && everyPod)
    return `set targetPort to the one that clients are to reach: ${open.join(', ')}`
  if (listens === 'nowhere')
    return 'see what the program says of its start: no port of the Service is right while it listens nowhere'
  const look = 'see which ports the process has open (hex, column local_address; 0100007F is 127.0.0.1)'
  return `${look}, then ${everyPod ? 'set targetPort to it' : 'find out why these pods differ from the others'}`
}

/**
 * `SEARCH_PORT` in the pods of Service search: of each Service of the namespace (pkg/kubelet/envvars), and the name
 * that a program called search may well have for its own port. null where links are off, or the spec sets the
 * variable itself.
 */
function linkTo({ name, clusterIP }: Service, pods: readonly Pod[]): string | null {
  const variable = `${name.toUpperCase().replaceAll('-', '_')}_PORT`
  const isSet = pods.some(
    (it) =>
      it.serviceLinks === 'off' || it.containers.some(({ listens = [] }) => listens.some(({ by }) => by === variable)),
  )
  return clusterIP === null || clusterIP === 'None' || isSet ? null : variable
}

function sampleText(parts: readonly Part[]): string | null {
  const tried = parts.filter((it) => it.seen.length > 0).length
  return tried === parts.length ? null : `${tried} of ${count(parts.length, 'port')} connected to`
}

interface Part {
  readonly service: Service
  readonly port: ServicePort
  readonly index: number
  readonly serving: readonly Pod[]
  /** Other Services of these pods. */
  readonly beside: readonly Service[]
  readonly views: Known<readonly InsideView[]>
  /** All that there are. */
  readonly pods: readonly Pod[]
  /** Whether anything goes by its target port; null where that was not read. */
  readonly byTarget: boolean | null
  /** Of an ingress controller: the ports of its TCP services stand in a ConfigMap, and nobody declares them. */
  readonly opensByConfig: 'yes' | 'no'
  readonly seen: readonly Contact[]
}

/** The probe's connects to pods that are still there and ready: others may refuse, and no one minds. */
function directContacts(contacts: readonly Contact[], port: ServicePort, serving: readonly Pod[]): readonly Contact[] {
  return contacts.filter(
    (it) =>
      it.via.kind === 'endpoint' &&
      it.service.port === port.port &&
      serving.some((pod) => pod.name === endpointName(it) && targetPortIn(pod, port) === it.port),
  )
}

function byProbe({ service, port, index, serving, seen, views, pods }: Part) {
  const groups = [...Map.groupBy(seen, endpointName)].map(([pod, its]) => ({
    pod,
    ip: its[0]?.ip ?? '',
    number: its[0]?.port ?? 0,
    tally: tally(its),
    nodes: [...new Set(its.map((it) => it.node))],
  }))
  const refusing = groups.filter((it) => it.tally.open === 0 && it.tally.by.refused > 0)
  const looked = refusing.map((it) => ({
    ...it,
    listening: listeningOn(
      { port: it.number, refusedAt: it.ip },
      serving.find((pod) => pod.name === it.pod),
      views,
    ),
  }))
  // The pod's own list has a listener for whoever comes: another one refuses in its place, and SVC207 tells of that.
  const closed = looked.filter((it) => it.listening.kind !== 'open')
  if (closed.length === 0) return 'ok' as const
  const all = tally(seen)
  const listening = closed.map((it) => it.listening)
  const isSure = listening.every((it) => it.kind !== 'other-family' || it.isSure)
  return finding({
    subject: serviceSubject(service),
    confidence: isSure ? 'observed' : 'possible',
    ...(isSure ? {} : { severity: 'warning' as const }),
    args: {
      by: 'probe',
      port: portText(port),
      targetPort: typeof port.targetPort === 'string' ? `${port.targetPort} (${closed[0]?.number})` : port.targetPort,
      closed: closed.length,
      of: groups.length,
      ready: serving.length,
      failures: failuresText(all),
      tries: all.of,
      protocol: otherProtocol(service, port, serving),
      example: closed[0]?.pod ?? null,
      link: linkTo(service, serving),
      ...listensArgs(listening),
      isSure,
    },
    evidence: [
      targetPortEvidence(service, index, `refused by ${count(closed.length, 'pod')} of ${groups.length}`),
      {
        kind: 'shares',
        label: 'connects straight to pods that failed',
        rows: groups.map((it) => ({
          where: `${it.pod} ${it.ip}:${it.number}`,
          bad: it.tally.failed,
          of: it.tally.of,
          note: `${failuresText(it.tally)}, from ${some(it.nodes)}`,
        })),
      },
    ],
    symptoms: [portUnserved(service, port.port)],
    // Where the pod's own list says that nobody listens there, it would refuse by itself.
    dueTo: closed.every((it) => it.listening.kind === 'unknown' || it.listening.kind === 'other-family')
      ? dueToShared(
          pods,
          closed.map((it) => it.ip),
        )
      : [],
    causes: [svcUnanswered(service)],
  })
}

/**
 * A name that stands for pods leads no packet to a target port: of a headless Service it says what SRV records tell,
 * and whom programs find by it talk to ports of their own (kubernetes.io/docs/concepts/services-networking/service,
 * "Headless Services"). A controller of Ingresses takes it from the EndpointSlices all the same.
 */
function ledByTarget(service: Service, ingresses: Known<readonly Ingress[]>): boolean | null {
  if (service.clusterIP !== 'None') return true
  return ingresses.known ? routesTo(ingresses.value, service).length > 0 : null
}

/** `open` = the declarations leave it open; `unsure` = they may be of no use to anybody. */
function byDeclaration({ service, port, index, serving, beside, byTarget, opensByConfig }: Part) {
  if (typeof port.targetPort === 'string') return 'ok' as const
  const other = otherProtocol(service, port, serving)
  const declared = serving.map((it) => declaredPorts(it, 'TCP').map((one) => one.port))
  if (other === null && declared.every((it) => it.includes(Number(port.targetPort)))) return 'ok' as const
  const all = [...new Set(declared.flat())].toSorted((a, b) => a - b)
  const isOpen = opensByConfig === 'yes' || declared.some((it) => it.length === 0) || all.includes(port.targetPort)
  if (other === null && (isOpen || byTarget === false)) return 'open' as const
  if (byTarget === null) return 'unsure' as const
  return finding({
    subject: serviceSubject(service),
    confidence: 'possible',
    severity: other !== null || isLikely({ service, port, serving, beside }) ? 'warning' : 'info',
    args: {
      by: 'declaration',
      port: portText(port),
      targetPort: port.targetPort,
      of: serving.length,
      ready: serving.length,
      declared: all,
      protocol: other,
    },
    evidence: [
      targetPortEvidence(
        service,
        index,
        other === null ? `pods declare ${all.join(', ')}` : `pods declare ${port.targetPort} for ${other} alone`,
      ),
    ],
    symptoms: [portUnserved(service, port.port)],
    causes: [svcUnanswered(service)],
  })
}

/**
 * Lists of ports are kept badly: istiod's Deployment declared three of the five ports of its Service for years. Where
 * pods declare other ports of this Service, the missing one is likely a slip only if what was meant can be pointed at:
 * a port of the same name, or the one that is left over on both sides. What another Service of these pods leads to is
 * meant there.
 */
function isLikely({ service, port, serving, beside }: Pick<Part, 'service' | 'port' | 'serving' | 'beside'>): boolean {
  const theirs = new Set(beside.flatMap((it) => it.ports.map((one) => one.targetPort)))
  const listed = serving.flatMap((it) => declaredPorts(it, 'TCP'))
  const declared = listed.filter((it) => !theirs.has(it.port) && !theirs.has(it.name ?? ''))
  if (declared.length === 0) return false
  const numbers = new Set(listed.map((it) => it.port))
  const targets = service.ports.filter((it) => it.protocol === 'TCP').map((it) => it.targetPort)
  const known = targets.filter((it) => typeof it === 'string' || numbers.has(it))
  if (known.length === 0 || declared.some((it) => it.name !== null && it.name === port.name)) return true
  const leftOver = new Set(
    declared.filter((it) => !targets.includes(it.port) && !targets.includes(it.name ?? '')).map((it) => it.port),
  )
  return leftOver.size === 1 && targets.length - known.length === 1
}

/**
 * The protocol for which each of the pods declares this number, where none declares it for the Service's own. One that
 * the Service offers for both says that the pods' list is the one that is short (HTTP/3, DNS).
 */
function otherProtocol(
  service: Service,
  { protocol, targetPort }: ServicePort,
  serving: readonly Pod[],
): Protocol | null {
  if (service.ports.some((it) => it.targetPort === targetPort && it.protocol !== protocol)) return null
  const listed = serving.map((it) =>
    it.containers.flatMap(({ ports }) => ports).filter((one) => one.port === targetPort),
  )
  const [first] = listed.flat()
  if (first === undefined || listed.some((its) => its.length === 0 || its.some((it) => it.protocol === protocol)))
    return null
  return first.protocol
}

type Listens = {
  readonly listens: Listening['kind']
  /** Of `loopback` and `other-family` its address, of `elsewhere` ports. */
  readonly open: readonly (string | number)[]
}

/** What stands in the first pod that could be looked into: the others of a Service are made like it. */
function listensArgs(its: readonly Listening[]): Listens {
  const told = its.find((it) => it.kind !== 'unknown' && it.kind !== 'open')
  if (told === undefined) return { listens: 'unknown', open: [] }
  if (told.kind === 'loopback' || told.kind === 'other-family') return { listens: told.kind, open: [told.ip] }
  return { listens: told.kind, open: told.kind === 'elsewhere' ? told.ports.slice(0, 6) : [] }
}
