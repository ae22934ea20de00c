import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import type { NodePortContact } from '../../model/contacts.ts'
import type { Service } from '../../model/service.ts'
import { asContact, soundNodePorts } from '../../relations/service/node-port-contacts.ts'
import { policyOnProbe } from '../../relations/policy/policy-on-probe.ts'
import { failuresText, tally } from '../../relations/service/service-contacts.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { nodeDown, nodePortUnanswered, serviceRules, svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * Load balancers send to NodePorts, and each node forwards by rules of its own: where kube-proxy is gone or behind, one
 * node of many refuses what the others pass on.
 */
export default check({
  code: 'SVC209',
  slug: 'service/node-port-unanswered',
  title: 'a node does not forward a NodePort to its Service',
  fine: 'the NodePorts that were connected to are forwarded',
  severity: 'warning',
  needs: ['contacts', 'services'],
  wants: ['pods', 'networkPolicies', 'namespaces', 'dnsProbe'],
  remedies: [],
  decides: ['PRX-10'],

  run({ contacts, services, pods, networkPolicies, namespaces, dnsProbe }) {
    const all = contacts.nodePorts ?? []
    if (all.length === 0) return notApplicable('no NodePort was connected to')
    const decide = policyOnProbe({ contacts: known(contacts), networkPolicies, namespaces })
    const podsOf = podsOfServices(pods.known ? pods.value : [])
    return services.flatMap((service) => {
      const its = all.filter((it) => it.service.namespace === service.namespace && it.service.name === service.name)
      if (its.length === 0) return []
      const backends = podsOf(service)
      const sound = soundNodePorts(its, {
        dnsProbe,
        decide: networkPolicies.known ? decide : () => ({ kind: 'allowed' }),
        backends,
      })
      const blind =
        sound.length === its.length
          ? []
          : [
              cannotTell(
                'ambiguous',
                `some connects to NodePorts of ${full(service)} failed, ` +
                  'and a policy on the probe pod or its own lateness may be why',
              ),
            ]
      return [...blind, ...[...Map.groupBy(sound, (it) => it.port).values()].map((one) => judge(service, one))]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NodePort ${args.nodePort} of Service ${full(on)} does not answer on ${args.nodes}: ` +
      `${args.failed} of ${args.of} connections failed.`,
    detail: ({ args }) =>
      `${args.failures} of ${args.of} connects to nodes' addresses · the Service's port ${args.port}`,
    // kube-proxy's KUBE-EXT chains: what it takes for traffic of this cluster's pods skips the rule of `Local`
    // (kubernetes/kubernetes#104105, KEP 1354 `detectLocalMode`), and an endpoint elsewhere answers by another way.
    note: ({ args }) => {
      if (args.refused !== 0) return 'this node has no rule for the port: its kube-proxy is gone, or behind'
      return args.partly === 1
        ? 'the same node passes some connects on and loses others: with externalTrafficPolicy Local kube-proxy sends ' +
            'pods of its clusterCIDR to every endpoint, ' +
            'and the answer of one on another node comes back by another way; ' +
            'clients outside of the cluster may see nothing of it'
        : 'a firewall between the nodes, or a node whose kube-proxy has no rules for it: ' +
            'what a load balancer sends there is lost'
    },
    help: ({ args }) => [
      'look whether kube-proxy, or what stands in its place, runs on that node and keeps up',
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${args.node}`,
      `nc -vz -w 3 ${args.ip} ${args.nodePort}`,
    ],
  },
})

function judge(service: Service, its: readonly NodePortContact[]) {
  const all = tally(its.map(asContact))
  if (all.failed === 0) return ok(all.of)
  if (all.failed === 1 && all.of > 1)
    return cannotTell(
      'too-few',
      `1 of ${all.of} connects to a NodePort of ${full(service)} failed: once is no pattern`,
      '--probe',
    )
  const sick = its.filter((it) => it.tries.some(({ result }) => result !== 'open'))
  const [first] = sick
  const at = [...new Set(sick.map((it) => it.at.node))]
  const isOfNodes = its.some((it) => !at.includes(it.at.node))
  return finding({
    subject: serviceSubject(service),
    confidence: 'observed',
    // Many a load balancer sends to pods themselves, and clouds close these ports between nodes.
    severity: service.type === 'LoadBalancer' && all.by.timeout === all.failed ? 'info' : 'warning',
    args: {
      nodePort: first?.port ?? 0,
      port: first?.service.port ?? 0,
      nodes: some(at),
      node: at[0] ?? '',
      ip: first?.at.ip ?? '',
      failed: all.failed,
      of: all.of,
      failures: failuresText(all),
      refused: all.by.refused,
      partly: service.externalTrafficPolicy === 'Local' && sick.some(isPartly) ? 1 : 0,
    },
    evidence: [
      {
        kind: 'shares',
        label: 'connects that failed',
        rows: its.map((it) => ({
          where: `${it.node} to ${it.at.node} ${it.at.ip}:${it.port}`,
          bad: tally([asContact(it)]).failed,
          of: it.tries.length,
          note: failuresText(tally([asContact(it)])),
        })),
      },
    ],
    symptoms: [
      nodePortUnanswered(service),
      svcUnanswered(service),
      ...(at.length === 1 ? at.map(nodeDown) : []),
      // A node forwards by the same rules by which it leads to the Service's address.
      ...(isOfNodes ? at.map(serviceRules) : []),
    ],
  })
}

function isPartly({ tries }: NodePortContact): boolean {
  return tries.some(({ result }) => result === 'open') && tries.some(({ result }) => result !== 'open')
}
