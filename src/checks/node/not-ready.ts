import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { dnsLossOnNode, nodeDown, nodeNotReady } from '../../relations/symptom.ts'
import { count, some, shown, told } from '../../phrases.ts'

/**
 * A node that stopped reporting keeps its pods in the list for five minutes and more (tolerationSeconds 300), though
 * they are marked not ready after 40 s. What ran there explains much else: Services without endpoints, lost DNS.
 */
export default check({
  code: 'NOD501',
  slug: 'node/not-ready',
  title: 'a node is not ready',
  fine: 'every node is ready',
  severity: 'error',
  needs: ['nodes'],
  wants: ['pods', 'clusterDns'],
  remedies: [],
  decides: ['NET-11'],

  run({ nodes, pods, clusterDns }) {
    const down = nodes.filter((it) => it.ready !== 'True')
    if (down.length === 0) return ok(nodes.length)
    const here = Map.groupBy(pods.known ? pods.value.filter((it) => !isOver(it)) : [], (it) => it.node)
    const dns = Map.groupBy(clusterDns.known ? clusterDns.value.pods.filter((it) => !isOver(it)) : [], (it) => it.node)
    return down.map((node) =>
      verdict(node, here.get(node.name) ?? [], dns.get(node.name) ?? [], {
        down: down.length,
        of: nodes.length,
        podsKnown: pods.known,
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} is ${args.state}${args.carries === '' ? '' : `, and carries ${args.carries}`}.`,
    detail: ({ args }) => `${args.down} of ${count(args.of, 'node')} not ready · ` + reasonOf(args),
    note: ({ args }) => {
      if (args.unsaid) return 'whether its kubelet ever reported is not known'
      return args.ready === 'Unknown'
        ? 'its kubelet has not reported for 40 s or more: the machine is off, cut off, or overloaded'
        : 'its kubelet reports, and says that it cannot run pods: often the CNI or the container runtime'
    },
    help: ({ subject: on }) => [
      'see what the node says, then look at the machine',
      `kubectl describe node ${on.name}`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
      `on ${on.name}:  systemctl status kubelet containerd    journalctl -u kubelet --since -15min`,
    ],
  },
})

function verdict(
  node: Node,
  pods: readonly Pod[],
  dns: readonly Pod[],
  about: { readonly down: number; readonly of: number; readonly podsKnown: boolean },
) {
  const carries = [
    ...(pods.length > 0 ? [count(pods.length, 'pod')] : []),
    ...(dns.length > 0 ? [`${dns.length} of the cluster's DNS servers`] : []),
  ]
  const unsaid = node.readyUnsaid === true
  const weight = carries.length > 0 || !about.podsKnown ? 'error' : 'warning'
  return finding({
    subject: subject('Node', null, node.name),
    confidence: unsaid ? 'possible' : 'inferred',
    severity: unsaid ? 'warning' : weight,
    args: {
      ready: node.ready,
      unsaid,
      state: stateOf(node),
      carries: carries.join(' and '),
      message: (node.readyMessage ?? '').replace(/\.$/, ''),
      down: about.down,
      of: about.of,
    },
    evidence: [
      {
        kind: 'fact',
        label: `Ready condition of ${node.name}`,
        value: unsaid ? 'not in its status' : `${node.ready}: ${shown(node.readyMessage, 'no reason given')}`,
      },
      ...(pods.length > 0
        ? [
            {
              kind: 'fact' as const,
              label: 'pods on it',
              value: some(
                pods.map((it) => `${it.namespace}/${it.name}`),
                6,
              ),
            },
          ]
        : []),
      ...(dns.length > 0
        ? [{ kind: 'fact' as const, label: 'DNS servers on it', value: some(dns.map((it) => it.name)) }]
        : []),
    ],
    symptoms: [nodeNotReady(node.name)],
    causes: unsaid ? [] : [nodeDown(node.name), dnsLossOnNode(node.name)],
  })
}

function reasonOf({ unsaid, message }: { readonly unsaid: boolean; readonly message: string }): string {
  if (unsaid) return 'its status has no condition Ready'
  return message === '' ? 'no reason given' : told(message)
}

/** One that never said how it is may be as well as it is gone. */
function stateOf({ ready, readyUnsaid }: Node): string {
  if (readyUnsaid === true) return 'not known to be ready'
  return ready === 'Unknown' ? 'not reporting' : 'not ready'
}
