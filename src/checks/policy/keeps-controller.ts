import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyPeer } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { requestsOf, routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { portOfBackend, routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { decideCarried, goesByZtunnel, isAmbientNamespace } from '../../relations/mesh/ambient-flows.ts'
import { type NearRule, nearRule } from '../../relations/policy/near-rule.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { type Decision, podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import type { Flow, PodLike } from '../../relations/policy/policy-flow.ts'
import { namespaceNameLabel, selects, selectsNamespace } from '../../relations/selector.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { controllerKeptFrom, ingressBackendFails, keptBy } from '../../relations/symptom.ts'
import { deniedEvidence, nearText, peerText, policySubject, rulesEvidence } from './words.ts'

/**
 * Controllers whose own pods carry the requests. Others only write down what a load balancer, or pods of another name,
 * are to do, and a policy on them says nothing of requests.
 */
const carriesRequests =
  /^(?:k8s\.io\/|nginx\.org\/|traefik\.io\/|haproxy\.org\/|haproxy-ingress\.github\.io\/|istio\.io\/)/

/**
 * An Ingress says that its controller has to reach the pods, and a policy that lets in the own namespace alone says
 * that it must not: the controller lives in another one. It gets no answer, and its clients get 504 after a minute.
 */
export default check({
  code: 'POL424',
  slug: 'policy/keeps-controller',
  title: 'a NetworkPolicy keeps an ingress controller from its backends',
  fine: 'policies let ingress controllers reach the backends of Ingresses',
  severity: 'error',
  needs: ['ingresses', 'ingressControllers', 'networkPolicies', 'pods', 'services'],
  wants: ['contacts', 'ingressClasses', 'namespaces', 'otherPolicies'],
  remedies: [],
  decides: ['NP-02', 'NP-03'],

  run(seen) {
    const { ingresses, ingressControllers, networkPolicies, pods, services, namespaces, otherPolicies } = seen
    if (ingresses.length === 0) return notApplicable('there is no Ingress here')
    if (networkPolicies.length === 0) return notApplicable('there is no NetworkPolicy here')
    const ingressClasses = seen.ingressClasses.known ? seen.ingressClasses.value : []
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    const [decide, podsOf, serviceOf] = [
      policyRules(networkPolicies, namespaces),
      podsOfServices(pods),
      servicesByName(services),
    ]
    const judged = ingresses.flatMap((ingress) => {
      const own = controllersOf(ingress).filter((it) => it.ready && carriesRequests.test(it.controller))
      return own.length === 0 ? [] : [{ ingress, own }]
    })
    if (judged.length === 0) return notApplicable('no controller that carries requests is ready for an Ingress here')
    const labelled = judged.filter(({ own }) => own.every((it) => it.labels !== undefined))
    if (labelled.length === 0) return cannotTell('ambiguous', 'the labels of the controllers are not in this recording')

    const isCarried = carriedWays(pods, namespaces)
    const open: string[] = []
    const unseen: Judged[] = []
    const kept = labelled.flatMap(({ ingress, own }) => {
      // A policy of another kind may let it through.
      if (othersOn(otherPolicies, namespacesOf([{ ingress, own }])).length > 0) {
        unseen.push({ ingress, own })
        return []
      }
      return [...Map.groupBy(routesOf(ingress), (it) => it.backend.service)].flatMap(
        ([name, routes]): readonly Kept[] => {
          const service = serviceOf(ingress.namespace, name)
          if (service === null || service.type === 'ExternalName' || isAnswered(seen.contacts, ingress, name)) return []
          unseen.push({ ingress, own })
          const ports = new Set(routes.flatMap((it) => portOfBackend(service, it.backend) ?? []))
          const ways = podsOf(service)
            .filter((it) => isLive(it) && it.ip !== null)
            .flatMap((to) => [...ports].flatMap((port) => own.flatMap((it) => wayOf(it, to, port))))
            .map((it) => ({ ...it, decision: decideCarried(decide, it.flow, isCarried(it)) }))
          if (own.some((it) => it.hostNetwork === true)) {
            const shut = shutToHost(ways, namespaces)
            if (shut === null && ways.some((it) => it.decision.kind === 'denied')) open.push(onHost)
            return shut === null ? [] : [{ ...shut, ingress, service: name, near: null, meant: null }]
          }
          open.push(...ways.flatMap((it) => (it.decision.kind === 'unknown' ? [it.decision.why] : [])))
          const [first] = ways
          if (first?.decision.kind !== 'denied' || ways.some((it) => it.decision.kind !== 'denied')) return []
          const { by, direction } = first.decision
          const near = nearRule(first.decision, first.flow, namespaces)
          const meant = near === null && direction === 'Ingress' ? meantByLabels(by, first.controller) : null
          const policy = near?.policy ?? meant?.policy ?? by[0]
          const at = { ...first, ingress, service: name, direction, near, meant, ways: ways.length, of: ways.length }
          return policy === undefined ? [] : [{ ...at, policy, isByHost: false }]
        },
      )
    })
    if (kept.length > 0) return [...Map.groupBy(kept, (it) => it.policy).values()].map((its) => verdict(its))
    const [why] = open
    if (why !== undefined) return cannotTell('ambiguous', why)
    return unseen.length === 0
      ? ok(labelled.length)
      : okBesideOthers(otherPolicies, namespacesOf(unseen), labelled.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.isByHost
        ? `NetworkPolicy ${full(on)} lets pods of namespace ${args.home} in to Service ${some(args.services)}, and ` +
          `ingress controller ${args.controller} comes there with the address of its node.`
        : `NetworkPolicy ${full(on)} does not let ingress controller ${args.controller} ` +
          `${args.direction === 'Egress' ? 'out' : 'in'} to Service ${some(args.services)}, ` +
          `to which Ingress ${some(args.ingresses)} sends.`,
    detail: ({ args }) =>
      (args.isByHost
        ? `${args.ways} of ${args.of} ways lead from another node · controllers on the host network · ` +
          `Ingress ${some(args.ingresses)}`
        : `${args.ways} of ${args.of} ways denied, by ${args.direction.toLowerCase()}`) +
      (args.meant === '' ? '' : ` · ${args.meant} is the controller's by its labels, and not by its namespace`),
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [
      helpOf(args),
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

const onHost = 'a controller is on the host network: whether policies let the address of its node in is left to the CNI'

interface Told {
  readonly isByHost: boolean
  readonly meant: string
  readonly home: string
  readonly near: string
  readonly direction: Direction
}

function noteOf({ isByHost, meant, home }: Told): string {
  if (isByHost)
    return (
      'a pod on the host network is the node for most networks, and no pod of its namespace: from other nodes ' +
      'requests end in a 504 then; whether this network does so was not measured'
    )
  return meant === ''
    ? 'the controller connects to the pods themselves, from its own pod: requests end in a 504 or 502 of its own'
    : "a podSelector without a namespaceSelector means pods of the policy's own namespace, and the controller is in " +
        home
}

function helpOf({ isByHost, meant, home, near, direction }: Told): string {
  if (isByHost) return byHost
  return near || (direction === 'Egress' ? letOut : letIn(home, meant !== ''))
}

const byHost = 'let the addresses of the nodes in as well (ipBlock), or take the controller off the host network'

const letOut = 'allow the pods of the Service as a peer in egress, with the port that they listen on'

function letIn(home: string, hasPeer: boolean): string {
  const how = hasPeer ? 'in the same peer, without a dash' : 'as one more peer'
  return `select namespace ${home} by ${namespaceNameLabel}: ${home}, ${how}`
}

interface Judged {
  readonly ingress: Ingress
  readonly own: readonly IngressController[]
}

function namespacesOf(its: readonly Judged[]): readonly string[] {
  return its.flatMap(({ ingress, own }) => [ingress.namespace, ...own.map((it) => it.namespace)])
}

interface Kept {
  readonly ingress: Ingress
  readonly service: string
  readonly controller: IngressController
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly near: NearRule | null
  readonly meant: Meant | null
  readonly flow: Flow
  readonly ways: number
  readonly of: number
  /** Let in as a pod of its namespace, which it is not for most networks: `policy` has such a rule. */
  readonly isByHost: boolean
}

interface Meant {
  readonly policy: NetworkPolicy
  readonly peer: string
}

function wayOf(controller: IngressController, to: Pod, port: ServicePort) {
  const number = targetPortIn(to, port)
  if (number === null || port.protocol !== 'TCP') return []
  const flow: Flow = { from: endOf(controller), to: podEnd(to), port: number, protocol: 'TCP' }
  return [{ controller, to, flow }]
}

/** Both ends are of the ambient mesh: by the controller's own pod, else, where that was not read, by its namespace. */
function carriedWays(pods: readonly Pod[], namespaces: Known<readonly Namespace[]>) {
  const byName = new Map(pods.map((it) => [full(it), it]))
  const ambient = new Set((namespaces.known ? namespaces.value : []).filter(isAmbientNamespace).map((it) => it.name))
  return ({ controller: { namespace, pod, hostNetwork }, to }: Pick<Way, 'controller' | 'to'>): boolean => {
    const own = byName.get(`${namespace}/${pod}`)
    const isByNode = own === undefined ? ambient.has(namespace) && hostNetwork !== true : goesByZtunnel(own)
    return isByNode && goesByZtunnel(to)
  }
}

interface Way {
  readonly controller: IngressController
  readonly to: Pod
  readonly flow: Flow
  readonly decision: Decision
}

/**
 * From the host network it comes with the address of its node. Where selectors alone would let it in, most networks do
 * not (Calico, Cilium, and whoever filters by address): null where a rule names the address, or no rule means it.
 */
function shutToHost(
  ways: readonly Way[],
  namespaces: Known<readonly Namespace[]>,
): Pick<Kept, 'controller' | 'flow' | 'policy' | 'direction' | 'ways' | 'of' | 'isByHost'> | null {
  const labels = new Map(namespaces.known ? namespaces.value.map((it) => [it.name, it.labels]) : [])
  const means = ({ namespaceSelector, podSelector, ipBlock }: PolicyPeer, { controller: it }: Way): boolean =>
    ipBlock === null &&
    namespaceSelector !== null &&
    selectsNamespace(namespaceSelector, it.namespace, labels.get(it.namespace) ?? null) === 'yes' &&
    (podSelector === null || selects(podSelector, it.labels ?? {}))
  // A block with the node's address is what such a controller needs.
  const named = (by: readonly NetworkPolicy[], ip: string | null): boolean =>
    ip !== null && peersOf(by).some(({ ipBlock }) => ipBlock !== null && contains(ipBlock.cidr, ip))
  const shut = ways.filter(
    ({ decision, controller: { ip } }) =>
      decision.kind === 'unknown' && decision.direction === 'Ingress' && !named(decision.by, ip),
  )
  const [first] = shut
  if (first?.decision.kind !== 'unknown') return null
  const { controller, flow, decision } = first
  const policy = decision.by.find((it) => peersOf([it]).some((peer) => means(peer, first)))
  if (policy === undefined) return null
  return { controller, flow, policy, direction: 'Ingress', ways: shut.length, of: ways.length, isByHost: true }
}

function peersOf(policies: readonly NetworkPolicy[]): readonly PolicyPeer[] {
  return policies.flatMap(({ ingress }) => ingress.flatMap(({ peers }) => peers))
}

function endOf({ namespace, pod, labels = {}, ip, node = null, hostNetwork }: IngressController): PodLike {
  return { kind: 'pod', namespace, name: pod, labels, ip, node, hostNetwork: hostNetwork === true, ports: [] }
}

/** Whoever was answered got through, whatever the policies say: some networks enforce none. */
function isAnswered(contacts: Known<Contacts>, ingress: Ingress, service: string): boolean {
  return (
    contacts.known &&
    requestsOf(contacts.value, ingress).some(
      (it) => !isBadEnd(it) && routeOfContact(ingress, it)?.backend.service === service,
    )
  )
}

/** A peer that would be the controller, if the policy stood in its namespace. */
function meantByLabels(by: readonly NetworkPolicy[], { labels = {} }: IngressController): Meant | null {
  const found = by.flatMap((policy) =>
    policy.ingress
      .flatMap((it) => it.peers)
      .filter(
        (it) =>
          it.namespaceSelector === null &&
          it.podSelector !== null &&
          Object.keys(it.podSelector.matchLabels).length > 0 &&
          selects(it.podSelector, labels),
      )
      .map((peer) => ({ policy, peer: peerText(peer) })),
  )
  return found[0] ?? null
}

function evidenceOf({ policy, direction, near, meant, controller, isByHost }: Kept) {
  if (isByHost) return rulesEvidence(policy, direction, 'pods of the namespace, by selectors', controller.namespace)
  return meant === null
    ? deniedEvidence(policy, direction, near)
    : rulesEvidence(policy, direction, 'in its own namespace alone', meant.peer)
}

function verdict(its: readonly Kept[]) {
  const [first] = its
  if (first === undefined) return notApplicable('no backend is kept')
  const { policy, direction, near, meant, controller, flow, isByHost } = first
  const services = [...new Map(its.map((it) => [`${it.ingress.namespace}/${it.service}`, it])).keys()]
  const pairs = [...new Map(its.map((it) => [ingressBackendFails(it.ingress, it.service), it])).keys()]
  return finding({
    subject: policySubject(policy),
    also: its.map((it) => subject('Ingress', it.ingress.namespace, it.ingress.name)),
    confidence: isByHost ? 'possible' : 'inferred',
    ...(isByHost ? { severity: 'warning' as const } : {}),
    args: {
      isByHost,
      of: its.reduce((sum, it) => sum + it.of, 0),
      controller: `${controller.namespace}/${controller.pod}`,
      home: controller.namespace,
      direction,
      services,
      ingresses: [...new Set(its.map((it) => full(it.ingress)))],
      ways: its.reduce((sum, it) => sum + it.ways, 0),
      near: nearText(near, flow),
      meant: meant?.peer ?? '',
    },
    evidence: [evidenceOf(first)],
    symptoms: [keptBy(policy)],
    causes: [
      ...pairs,
      ...new Set(its.map((it) => controllerKeptFrom({ namespace: it.ingress.namespace, name: it.service }))),
    ],
  })
}
