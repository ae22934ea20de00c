import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { isPort } from '../../relations/policy/policy-rule-union.ts'
import { hidesClients } from '../../relations/service/hides-clients.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * With externalTrafficPolicy Cluster a connection from outside is handed on under the address of the node where it
 * arrived: an ipBlock of clients never meets its clients, and all of them are kept out.
 */
export default check({
  code: 'POL426',
  slug: 'policy/client-address-hidden',
  title: 'a NetworkPolicy lets clients in by an address that a node hides',
  fine: 'blocks of clients are before Services that show their addresses',
  severity: 'warning',
  needs: ['networkPolicies', 'services', 'pods', 'nodes'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['LB-08'],

  run({ networkPolicies, services, pods, nodes, namespaces }) {
    const outer = services.filter((it) => it.type === 'LoadBalancer' || it.type === 'NodePort')
    const withBlocks = networkPolicies.some((it) => it.ingress.some((one) => one.peers.some((peer) => peer.ipBlock)))
    if (outer.length === 0 || !withBlocks)
      return notApplicable('no NetworkPolicy with an ipBlock for what comes in stands before a Service for outside')
    const [podsOf, selecting, rules] = [
      podsOfServices(pods),
      policiesOfPods(networkPolicies),
      policyRules(networkPolicies, namespaces),
    ]
    const isOfCluster = clusterRanges(nodes, pods)
    const limited = outer.flatMap((service) =>
      podsOf(service)
        .filter((it) => isLive(it) && !it.hostNetwork)
        .flatMap((pod) =>
          service.ports.flatMap((port): readonly Limited[] => {
            const target = targetPortIn(pod, port)
            if (target === null) return []
            const at = { to: podEnd(pod), port: target, protocol: port.protocol }
            const blocks = blocksFor(selecting(pod, 'Ingress'), (it) => isPort(it, { ...at, from: at.to }))
            const meant = blocks.filter((it) => !isOfCluster(it.cidr))
            const letsNode = nodes.some((node) =>
              addressesOf(node).some((ip) => rules({ ...at, from: { kind: 'address', ip } }).kind !== 'denied'),
            )
            return meant.map((it) => ({ ...it, service, pod, target, letsNode }))
          }),
        ),
    )
    if (limited.length === 0) return notApplicable('no Service for outside leads to pods that let blocks of clients in')
    const shut = limited.filter((it) => !it.letsNode)
    const hidden = shut.filter((it) => hidesClients(it.service, known(nodes)) === 'yes')
    if (hidden.length > 0) return [...Map.groupBy(hidden, (it) => it.policy).values()].flatMap(verdict)
    const unsure = shut.filter((it) => hidesClients(it.service, known(nodes)) === 'unknown')
    return unsure.length === 0
      ? ok(limited.length)
      : cannotTell(
          'ambiguous',
          `what carries packets to Service ${some([...new Set(unsure.map((it) => full(it.service)))])} is not seen ` +
            '(no kube-proxy): whether it keeps the address of clients is not known',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets ${some(args.blocks, 2)} in to the pods of Service ${some(args.services, 2)}, ` +
      'which get connections from outside under the address of a node.',
    detail: ({ args }) =>
      `${args.type} · externalTrafficPolicy Cluster · no rule lets the addresses of the nodes in on ${args.port}`,
    note: ({ args }) =>
      'by objects alone: such connections are dropped, but for those that arrive on the node of the pod' +
      (args.type === 'LoadBalancer' ? '; not so where the load balancer sends to pods itself' : ''),
    help: ({ args }) => [
      'keep the address of clients: externalTrafficPolicy: Local; or limit them at the load balancer ' +
        '(loadBalancerSourceRanges), and let the nodes in here',
      `kubectl -n ${args.namespace} get service ${args.name} -o yaml`,
      'kubectl get nodes -o wide',
    ],
  },
})

interface Limited {
  readonly policy: NetworkPolicy
  readonly cidr: string
  readonly service: Service
  readonly pod: Pod
  readonly target: number
  readonly letsNode: boolean
}

function blocksFor(
  policies: readonly NetworkPolicy[],
  isFor: (port: NetworkPolicy['ingress'][number]['ports'][number]) => boolean,
): readonly { readonly policy: NetworkPolicy; readonly cidr: string }[] {
  return policies.flatMap((policy) =>
    policy.ingress
      .filter((it) => it.ports.length === 0 || it.ports.some(isFor))
      .flatMap((it) => it.peers.flatMap(({ ipBlock }) => (ipBlock === null ? [] : [{ policy, cidr: ipBlock.cidr }]))),
  )
}

/** By its own address; on an overlay by that of its tunnel, which is the first of its pods' range, or near it. */
function addressesOf({ ip, podCidrs = [] }: Node): readonly string[] {
  return [...(ip === null ? [] : [ip]), ...podCidrs.map(baseOf)]
}

function baseOf(cidr: string): string {
  return cidr.split('/', 1)[0] ?? ''
}

/** Blocks of pods and of nodes are not meant for clients outside. */
function clusterRanges(nodes: readonly Node[], pods: readonly Pod[]): (cidr: string) => boolean {
  const ranges = nodes.flatMap((it) => it.podCidrs ?? [])
  const addresses = [...nodes.flatMap(addressesOf), ...pods.filter(isLive).flatMap((it) => it.ip ?? [])]
  return (cidr) => addresses.some((it) => contains(cidr, it)) || ranges.some((it) => contains(it, baseOf(cidr)))
}

function verdict(its: readonly Limited[]) {
  const [first] = its
  if (first === undefined) return []
  const { policy, service, target, cidr } = first
  const services = [...new Map(its.map((it) => [full(it.service), it.service])).values()]
  return [
    finding({
      subject: policySubject(policy),
      also: services.map((it) => subject('Service', it.namespace, it.name)),
      confidence: service.type === 'LoadBalancer' ? 'possible' : 'inferred',
      args: {
        blocks: [...new Set(its.map((it) => it.cidr))],
        services: services.map(full),
        type: service.type,
        port: target,
        namespace: service.namespace,
        name: service.name,
      },
      evidence: [rulesEvidence(policy, 'Ingress', 'clients that no packet shows', cidr)],
    }),
  ]
}
