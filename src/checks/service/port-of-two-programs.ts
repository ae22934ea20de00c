import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { endpointsAnswerBadly, notFoundBySome } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { isLoopback } from '../../wire/ip-family.ts'

/**
 * Pods on the network of their node share its ports. The scheduler keeps those apart that declare one (NodePorts), and
 * nobody those that do not, or that name their node. With SO_REUSEPORT (socket(7)) both may listen, and the kernel
 * gives each connection to one of the two: every second request meets the wrong program.
 */
export default check({
  code: 'SVC274',
  slug: 'service/port-of-two-programs',
  title: 'two programs on the network of one node have the same port',
  fine: 'programs on the network of one node have ports of their own',
  severity: 'warning',
  needs: ['pods'],
  wants: ['services', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, services, insideViews }) {
    const own = pods.filter((it) => it.hostNetwork && it.node !== null && isLive(it) && it.phase === 'Running')
    if (own.length < 2) return notApplicable('no two pods here are on the network of their nodes')
    const claims = own.flatMap((pod) => claimsOf(pod, services.known ? services.value : []))
    const places = Map.groupBy(claims, (it) => `${it.pod.node} ${it.port}`)
    const found = [...places.values()].flatMap((its) => {
      const makers = Map.groupBy(its, (it) => subjectKey(workloadOfPod(it.pod)))
      return makers.size > 1 ? [verdict(its, { pods, services, insideViews })] : []
    })
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ args }) =>
      `Port ${args.port} of node ${args.node} is that of ${args.sockets > 1 ? 'two programs' : 'two workloads'}: ` +
      `${some(args.workloads, 3)} are on its network.`,
    detail: ({ args }) =>
      `${some(args.claims, 3)}` +
      (args.sockets > 1 ? ` · ${args.sockets} sockets listen there` : '') +
      (args.services.length === 0 ? '' : ` · Service ${some(args.services)} leads there`),
    note: ({ args }) =>
      args.sockets > 1
        ? 'with SO_REUSEPORT the kernel gives each connection to one of them: some meet the wrong program'
        : 'one of them can not listen, or both do (SO_REUSEPORT) and each connection meets one of the two; which of ' +
          'it was not seen',
    help: ({ args }) => [
      'give one of them another port, or take it off the network of the node',
      `on node ${args.node}:  ss -ltnp "sport = :${args.port}"   # how many listen, and who`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${args.node}`,
    ],
  },
})

interface Claim {
  readonly pod: Pod
  readonly port: number
  readonly by: string
}

/** Ports at which others mean to find it: declared, probed, or led to by a Service. */
function claimsOf(pod: Pod, services: readonly Service[]): readonly Claim[] {
  const declared = pod.containers.flatMap((it) => [
    ...it.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => ({ port, by: 'declared' })),
    ...probedPorts(it).map((port) => ({ port, by: 'probed' })),
    ...(it.listens ?? []).flatMap(({ port, host, by, isDefault }) =>
      port === null || isDefault === true || (host !== null && host !== '0.0.0.0') ? [] : [{ port, by }],
    ),
  ])
  const led = services
    .filter((it) => podsOfServices([pod])(it).length > 0)
    .flatMap((service) =>
      service.ports
        .filter(({ protocol }) => protocol === 'TCP')
        .flatMap((port) => {
          const number = targetPortIn(pod, port)
          return number === null ? [] : [{ port: number, by: `Service ${service.name}` }]
        }),
    )
  const all = [...declared, ...led].map((it) => ({ ...it, pod }))
  return all.filter((it, at) => all.findIndex((one) => one.port === it.port) === at)
}

/** `http-get :8080/healthz`, `tcp-socket :http`; a probe that names a host asks that one. */
function probedPorts({ readinessProbe, livenessProbe, startupProbe, probeHosts, ports }: Container) {
  const probes = [
    probeHosts?.readiness === undefined ? readinessProbe : null,
    probeHosts?.liveness === undefined ? livenessProbe : null,
    probeHosts?.startup === undefined ? startupProbe : null,
  ]
  return probes.flatMap((it) => {
    const [, number, name] = /^(?:https?-get|tcp-socket|grpc) :(?:(\d{1,5})|([a-z0-9-]{1,15}))/.exec(it ?? '') ?? []
    if (number !== undefined) return [Number(number)]
    return ports.flatMap((one) => (name !== undefined && one.name === name ? [one.port] : []))
  })
}

interface Around {
  readonly pods: readonly Pod[]
  readonly services: Known<readonly Service[]>
  readonly insideViews: Known<readonly InsideView[]>
}

function verdict(its: readonly Claim[], { pods, services, insideViews }: Around) {
  const [first] = its as readonly [Claim, ...Claim[]]
  const { port, pod } = first
  const sockets = socketsAt(port, its, insideViews)
  const podsOf = podsOfServices(pods)
  const led = (services.known ? services.value : []).filter(
    (service) =>
      podsOf(service).some((one) => its.some((it) => it.pod === one)) &&
      service.ports.some((one) => its.some((it) => targetPortIn(it.pod, one) === port)),
  )
  const workloads = [...new Map(its.map((it) => [subjectKey(workloadOfPod(it.pod)), workloadOfPod(it.pod)])).values()]
  return finding({
    subject: subject('Node', null, pod.node ?? ''),
    also: [
      ...workloads,
      ...its.map((it) => subject('Pod', it.pod.namespace, it.pod.name)),
      ...led.map((it) => subject('Service', it.namespace, it.name)),
    ],
    // Several sockets of one port may be one program's own workers.
    confidence: sockets > 1 ? 'inferred' : 'possible',
    args: {
      port,
      node: pod.node ?? '',
      workloads: workloads.map((it) => `${it.kind} ${full(it)}`),
      claims: its.map((it) => `pod ${it.pod.name}: ${it.by}`),
      services: led.map(full),
      onlyFor: [...new Set(its.map((it) => it.pod.namespace))],
      sockets,
    },
    evidence: its.map((it) => ({
      kind: 'fact' as const,
      label: `pod ${full(it.pod)}, hostNetwork`,
      value: `port ${it.port}, ${it.by}`,
    })),
    causes: led.flatMap((it) => [endpointsAnswerBadly(it), notFoundBySome(it)]),
  })
}

/** Sockets that wait for connections there, as one of the pods on this network sees them. 0: not looked. */
function socketsAt(port: number, its: readonly Claim[], views: Known<readonly InsideView[]>): number {
  const seen = (views.known ? views.value : []).filter((view) =>
    its.some(({ pod }) => pod.namespace === view.namespace && pod.name === view.pod),
  )
  const counts = seen.flatMap(({ listeners }) =>
    listeners?.known === true
      ? [
          listeners.value
            .filter((it) => it.port === port && !isLoopback(it.ip))
            .reduce((sum, it) => sum + (it.sockets ?? 1), 0),
        ]
      : [],
  )
  return Math.max(0, ...counts)
}
