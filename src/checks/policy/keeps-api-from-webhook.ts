import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { AdmissionWebhook, Beside } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { apiServers } from '../../relations/policy/api-servers.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { outsideWay, podRanges, type ShutOutside } from '../../relations/policy/lets-outside.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { keptBy, refusedThrough } from '../../relations/symptom.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * The API server asks webhooks, and the servers of APIServices, by itself. It is no pod (on its machine it has the
 * host's network), so that selectors do not mean it: a policy whose peers are selectors alone leaves it outside.
 */
export default check({
  code: 'POL435',
  slug: 'policy/keeps-api-from-webhook',
  title: 'a NetworkPolicy keeps the API server from a webhook',
  fine: 'policies let the API server in to the webhooks and API servers that it asks',
  severity: 'error',
  needs: ['beside', 'networkPolicies', 'services', 'pods'],
  wants: ['nodes', 'apiSlices', 'otherPolicies'],
  remedies: [],
  decides: [],

  run({ beside, networkPolicies, services, pods, nodes, apiSlices, otherPolicies, scope }) {
    const asked = askedBy(beside).filter((it) => scope.namespace === null || it.service.namespace === scope.namespace)
    if (asked.length === 0) return notApplicable('no webhook and no APIService here asks a Service')
    const doors = doorsOf(asked, services, pods)
    const selecting = policiesOfPods(networkPolicies)
    const isOfPods = podRanges(pods, nodes)
    const judged = doors.flatMap((door) => {
      const ways = door.ways.map((it) => outsideWay(it, selecting(it.pod, 'Ingress'), isOfPods))
      return ways.every((it) => it === 'unselected') ? [] : [{ door, ways }]
    })
    if (judged.length === 0) return notApplicable('no NetworkPolicy stands before what the API server asks')
    const shut = judged.flatMap(({ door, ways }): readonly Shut[] => {
      const [first] = ways
      return typeof first !== 'object' || ways.some((it) => typeof it === 'string') ? [] : [{ ...first, door }]
    })
    const homes = judged.map(({ door }) => door.service.namespace)
    const [any] = shut
    if (any === undefined) return okBesideOthers(otherPolicies, homes, judged.length)
    const relay = pods.find((it) => isLive(it) && relays.test(it.labels['k8s-app'] ?? it.labels['app'] ?? ''))
    if (relay !== undefined)
      return cannotTell(
        'ambiguous',
        `policies let in pods alone to Service ${full(any.door.service)}, and the API server asks by pods ` +
          `(${relay.name})`,
      )
    const sure = shut.filter(({ door }) => othersOn(otherPolicies, [door.service.namespace]).length === 0)
    if (sure.length === 0)
      return cannotTell('ambiguous', `policies of other kinds decide as well about ${any.door.service.namespace}`)
    const near = besideApi(nodes, apiSlices)
    const told = sure.filter(({ door }) => !door.ways.every((it) => near(it.pod) === 'all'))
    if (told.length === 0)
      return cannotTell(
        'ambiguous',
        'policies let in pods alone, and the API server is on the node of the pods, which most networks let in',
      )
    const groups = Map.groupBy(told, ({ policy, door }) => `${full(policy)} ${full(door.service)}`)
    return [...groups.values()].flatMap((its) => verdict(its, nodes, near))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets pods alone in to Service ${args.service}, which the API server asks ` +
      `(${some(args.askers, 2)}), and the API server is no pod` +
      (args.resources.length === 0
        ? '.'
        : `: ${args.strict ? 'no change' : 'each change'} of ${some(args.resources, 4)} ` +
          (args.strict ? 'is taken.' : 'waits until it gives up.')),
    detail: ({ args }) =>
      `${args.policies === 1 ? 'no rule of it' : `no rule of ${count(args.policies, 'policy', 'policies')}`} ` +
      `has an ipBlock for outside, or no peer, on ${some(args.ports)}` +
      (args.resources.length === 0 ? '' : ` · failurePolicy: ${args.strict ? 'Fail' : 'Ignore'}`),
    note: ({ args }) =>
      args.isNear
        ? 'by objects alone: most networks let a node in to its own pods whatever policies say, so that an API ' +
          'server on the node of the pod, or one that comes by an agent there (k3s, RKE2), may get in'
        : 'what is refused says “failed calling webhook … context deadline exceeded”; most networks let a node in to ' +
          'its own pods alone, and no API server is on theirs',
    help: ({ subject: on, args }) => [
      `let it in: a rule with ${some(args.ports)} and no \`from\`, or an ipBlock with the addresses of the API servers`,
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

/** konnectivity (GKE, AKS) and its forerunners: agents in the cluster through which the API server comes. */
const relays = /^(?:konnectivity-agent|tunnelfront|aks-link)$/

/** Distributions whose API server may open such connections by an agent on the pod's node (`egress-selector-mode`). */
const byAgents = /\+(?:k3s|rke2)/

interface Asked {
  readonly by: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  readonly webhook: AdmissionWebhook | null
}

/** An APIService that answers was reached: a measurement beats what policies say. */
function askedBy({ webhooks, apiServices }: Pick<Beside, 'webhooks' | 'apiServices'>): readonly Asked[] {
  return [
    // With one version there is nothing to convert.
    ...webhooks
      .filter((it) => it.kind !== 'CustomResourceDefinition' || (it.versions ?? 1) > 1)
      .map((it) => ({ by: `${it.kind} ${it.name}`, service: it.service, webhook: it })),
    ...apiServices.flatMap(({ name, service, available }): readonly Asked[] =>
      service === null || available === 'True'
        ? []
        : [{ by: `APIService ${name}`, service: { ...service, port: 443 }, webhook: null }],
    ),
  ]
}

interface Door {
  readonly asked: Asked
  readonly service: Service
  readonly ways: readonly { readonly pod: Pod; readonly port: number; readonly protocol: 'TCP' }[]
}

interface Shut extends ShutOutside {
  readonly door: Door
}

function doorsOf(asked: readonly Asked[], services: readonly Service[], pods: readonly Pod[]): readonly Door[] {
  const [find, podsOf] = [servicesByName(services), podsOfServices(pods)]
  return asked.flatMap((it): readonly Door[] => {
    const service = find(it.service.namespace, it.service.name)
    const port = service?.ports.find((one) => one.port === it.service.port)
    if (service === null || port === undefined) return []
    const ways = podsOf(service)
      .filter(isLive)
      .flatMap((pod) => {
        const target = targetPortIn(pod, port)
        return target === null ? [] : [{ pod, port: target, protocol: 'TCP' as const }]
      })
    return ways.length === 0 ? [] : [{ asked: it, service, ways }]
  })
}

/** Whether all, some or none of the API servers are on the pod's node; `unknown`: they are on no node that was read. */
type Near = 'all' | 'some' | 'none' | 'unknown'

function besideApi(nodes: Known<readonly Node[]>, slices: Known<readonly EndpointSlice[]>): (pod: Pod) => Near {
  const own = nodes.known ? nodes.value : []
  const homes = new Set(
    apiServers(slices).map(({ ip }) => own.find((it) => it.ip === ip || it.ips?.includes(ip))?.name ?? null),
  )
  return (pod) => {
    if (!nodes.known || homes.size === 0) return 'unknown'
    if (!homes.has(pod.node)) return 'none'
    return homes.size === 1 ? 'all' : 'some'
  }
}

function verdict(its: readonly Shut[], nodes: Known<readonly Node[]>, near: (pod: Pod) => Near) {
  const [first] = its
  if (first === undefined) return []
  const { policy, by, door } = first
  const webhooks = its.flatMap((it) => it.door.asked.webhook ?? [])
  const strict = webhooks.length === 0 || webhooks.some((it) => it.onFailure === 'Fail')
  const ways = its.flatMap((it) => it.door.ways)
  const isNear =
    ways.some((it) => near(it.pod) !== 'none') || !nodes.known || nodes.value.some((it) => byAgents.test(it.kubelet))
  return [
    finding({
      subject: policySubject(policy),
      also: [subject('Service', door.service.namespace, door.service.name)],
      confidence: isNear ? ('possible' as const) : ('inferred' as const),
      severity: strict && !isNear ? ('error' as const) : ('warning' as const),
      args: {
        service: full(door.service),
        askers: [...new Set(its.map((it) => it.door.asked.by))],
        strict,
        resources: [...new Set(webhooks.flatMap((it) => it.resources))].map((it) => (it === '*' ? 'all kinds' : it)),
        policies: by.length,
        ports: [...new Set(ways.map((it) => `TCP ${it.port}`))],
        isNear,
      },
      evidence: [rulesEvidence(policy, 'Ingress', 'no address outside of the pods is let in')],
      symptoms: [keptBy(policy)],
      causes: [...new Set(webhooks.filter((it) => it.onFailure === 'Fail').map((it) => refusedThrough(it.webhook)))],
    }),
  ]
}
