import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { outsideWay, podRanges } from '../../relations/policy/lets-outside.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { askedFromOutside } from '../../relations/service/asked-from-outside.ts'
import { hidesClients } from '../../relations/service/hides-clients.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { keptBy, outsideFails } from '../../relations/symptom.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * A selector means pods (networking/v1 types.go, NetworkPolicyPeer), and no client outside of the cluster is one: a
 * policy whose peers are selectors alone shuts the load balancer and the internet out of what was made for them.
 */
export default check({
  code: 'POL427',
  slug: 'policy/keeps-outside',
  title: 'a NetworkPolicy keeps out whoever comes from outside',
  fine: 'policies let addresses outside in to what is reached from there',
  severity: 'error',
  needs: ['networkPolicies', 'services', 'pods'],
  wants: ['nodes', 'ingresses', 'ingressControllers', 'otherPolicies', 'outside', 'contacts'],
  remedies: [],
  decides: ['NP-02', 'LB-08'],

  run(seen) {
    const { networkPolicies, services, pods, otherPolicies, outside, contacts, scope } = seen
    const doors = doorsOf(services, pods, seen.ingressControllers)
    if (doors.length === 0) return notApplicable('nothing here is reached from outside of the cluster by a Service')
    const selecting = policiesOfPods(networkPolicies)
    const isOfPods = podRanges(pods, seen.nodes)
    const judged = doors.flatMap((door) => {
      const ways = door.ways.map((it) => outsideWay(it, selecting(it.pod, 'Ingress'), isOfPods))
      return ways.every((it) => it === 'unselected') ? [] : [{ door, ways }]
    })
    if (judged.length === 0) return notApplicable('no NetworkPolicy stands before what is reached from outside')
    const answered = (door: Door): boolean =>
      door.service !== null && askedFromOutside(door.service, { outside, contacts }) === 'answered'
    const shut = judged.flatMap(({ door, ways }) => {
      const [first] = ways
      if (first === undefined || typeof first === 'string' || ways.some((it) => typeof it === 'string')) return []
      return answered(door) ? [] : [{ door, policy: first.policy, by: first.by }]
    })
    const homes = judged.map(({ door }) => door.namespace)
    const sure = shut.filter(({ door }) => othersOn(otherPolicies, [door.namespace]).length === 0)
    const [unsure] = shut
    if (sure.length === 0)
      return unsure === undefined
        ? okBesideOthers(otherPolicies, homes, judged.length)
        : cannotTell('ambiguous', `policies of other kinds decide as well about ${unsure.door.namespace}`)
    const asked = scope.target.kind === 'object' && scope.target.object.kind === 'Ingress' ? [scope.target.object] : []
    const causes = asked.flatMap(({ namespace, name }) =>
      namespace === null ? [] : [outsideFails({ namespace, name })],
    )
    const told = sure.map(({ door, policy, by }) => ({
      ...how(door, seen.nodes, seen.ingresses),
      isSilent: door.service !== null && askedFromOutside(door.service, { outside, contacts }) === 'silent',
      door,
      policy,
      by,
    }))
    return [...Map.groupBy(told, (it) => full(it.policy)).values()].flatMap((its) => verdict(its, causes))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets pods alone in to ${args.doors}, which ${args.many ? 'are' : 'is'} reached from ` +
      'outside of the cluster: no address there is a pod.',
    detail: ({ args }) =>
      `${args.way}` +
      ` · ${args.policies === 1 ? 'no rule of it' : `no rule of ${count(args.policies, 'policy', 'policies')}`} ` +
      `has an ipBlock for outside, or no peer, on ${some(args.ports)}` +
      (args.isSilent ? ' · asked from outside, it was silent' : ''),
    note: ({ args }) => notes[args.comes],
    help: ({ subject: on, args }) => [
      args.comes === 'node'
        ? 'let the addresses of the nodes in by an ipBlock, or everybody: a rule with these ports and no `from`; ' +
          'with externalTrafficPolicy: Local, those of the clients'
        : 'let the clients in: an ipBlock with their range, or a rule with these ports and no `from`',
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

type Comes = 'own' | 'node' | 'host-port'

const notes: Readonly<Record<Comes, string>> = {
  own: "connections keep their client's address (or that of the load balancer), and are dropped without a word",
  node:
    'by objects alone: connections come under the address of a node, which most networks take for no pod; those that ' +
    'arrive on the node of the pod may get in',
  'host-port': "a hostPort keeps its client's address, and connections are dropped without a word",
}

/** By which a pod is reached from outside of the cluster. */
interface Door {
  readonly namespace: string
  /** null = host ports of an ingress controller. */
  readonly service: Service | null
  readonly name: string
  readonly ways: readonly Way[]
  readonly ofController: boolean
}

interface Way {
  readonly pod: Pod
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
}

/**
 * Load balancers whose clients come through a pod of the cluster, and are pods for the policy: Tailscale's, ngrok's,
 * inlets'.
 */
const byPods = /tailscale|ngrok|inlets|cloudflare/

function doorsOf(
  services: readonly Service[],
  pods: readonly Pod[],
  ingressControllers: Known<readonly IngressController[]>,
): readonly Door[] {
  const controllers = new Set(
    (ingressControllers.known ? ingressControllers.value : []).map((it) => `${it.namespace}/${it.pod}`),
  )
  const isController = (it: Pod): boolean => controllers.has(full(it))
  const podsOf = podsOfServices(pods)
  // k3s has pods of its own stand before such a Service (pkg/cloudprovider/servicelb.go).
  const relayed = new Set(pods.flatMap((it) => it.labels['svccontroller.k8s.io/svcname'] ?? []))
  const ofServices = services
    .filter((it) => it.type === 'LoadBalancer' || it.type === 'NodePort')
    .filter((it) => !relayed.has(it.name) && !byPods.test(it.loadBalancer?.class ?? ''))
    .flatMap((service): readonly Door[] => {
      const own = podsOf(service).filter(isLive)
      const ways = own.flatMap((pod) =>
        service.ports.flatMap((port) => {
          const target = targetPortIn(pod, port)
          return target === null ? [] : [{ pod, port: target, protocol: port.protocol }]
        }),
      )
      const about = { namespace: service.namespace, service, name: `Service ${full(service)}` }
      return ways.length === 0 ? [] : [{ ...about, ways, ofController: own.some(isController) }]
    })
  const ofHosts = pods
    .filter((it) => isLive(it) && !it.hostNetwork && isController(it))
    .flatMap((pod): readonly Door[] => {
      const ways = pod.containers
        .flatMap((it) => it.ports)
        .flatMap(({ port, protocol, hostPort }) => (hostPort === undefined ? [] : [{ pod, port, protocol }]))
      const about = { namespace: pod.namespace, service: null, name: `the host ports of pod ${full(pod)}` }
      return ways.length === 0 ? [] : [{ ...about, ways, ofController: true }]
    })
  return [...ofServices, ...ofHosts]
}

interface How {
  readonly comes: Comes
  readonly severity: 'error' | 'warning' | 'info'
  readonly confidence: 'inferred' | 'possible'
}

/**
 * With externalTrafficPolicy Local the client's own address is seen. Else a node's, and what that is for a selector is
 * left to the network. A Service to which an Ingress leads has a node port for habit, often: nobody comes by it.
 */
function how(
  { service, ofController }: Door,
  nodes: Known<readonly Node[]>,
  ingresses: Known<readonly Ingress[]>,
): How {
  if (service === null) return { comes: 'host-port', severity: 'error', confidence: 'inferred' }
  const balanced = service.type === 'LoadBalancer' || ofController
  if (hidesClients(service, nodes) === 'no' || service.loadBalancer?.sendsTo === 'pods')
    return { comes: 'own', severity: balanced ? 'error' : 'warning', confidence: 'inferred' }
  const isBehindIngress =
    ingresses.known &&
    ingresses.value.some(
      (it) =>
        it.namespace === service.namespace && routesOf(it).some(({ backend }) => backend.service === service.name),
    )
  const severity = service.type === 'NodePort' && isBehindIngress ? 'info' : 'warning'
  return { comes: 'node', severity, confidence: 'possible' }
}

interface Told extends How {
  readonly isSilent: boolean
  readonly door: Door
  readonly policy: NetworkPolicy
  readonly by: readonly NetworkPolicy[]
}

const weights = { error: 2, warning: 1, info: 0 } as const

function verdict(its: readonly Told[], causes: readonly string[]) {
  const [worst] = its.toSorted((a, b) => weights[b.severity] - weights[a.severity])
  if (worst === undefined) return []
  const { policy, comes, severity, confidence, by, door } = worst
  const isSilent = its.some((it) => it.isSilent)
  const names = [...new Set(its.map((it) => it.door.name))]
  const ways = its.flatMap((it) => it.door.ways)
  return [
    finding({
      subject: policySubject(policy),
      also: its.flatMap((it) =>
        it.door.service === null ? [] : [subject('Service', it.door.namespace, it.door.service.name)],
      ),
      confidence,
      severity: isSilent && severity === 'warning' ? 'error' : severity,
      args: {
        doors: some(names, 2),
        many: names.length > 1 || door.service === null,
        way: wayText(door),
        comes,
        policies: by.length,
        ports: [...new Set(ways.map((it) => `${it.protocol} ${it.port}`))],
        isSilent,
      },
      evidence: [rulesEvidence(policy, 'Ingress', 'no address outside is let in')],
      symptoms: [keptBy(policy)],
      ...(isSilent ? { causes } : {}),
    }),
  ]
}

function wayText({ service }: Door): string {
  if (service === null) return 'hostPort of an ingress controller'
  return `${service.type} · externalTrafficPolicy ${service.externalTrafficPolicy ?? 'Cluster'}`
}
