import { isLoopback } from '../../wire/ip-family.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'

/**
 * Pods on the node's own network have the address that their node had when they started: the kubelet writes it once
 * ("HostNetwork Pods inherit the node IPs as PodIPs. They are immutable once set", pkg/kubelet/kubelet_pods.go,
 * generateAPIPodStatus). A lease that ran out, or another `--node-ip`, leaves them with one that nobody has: endpoints
 * and the agents of the network, which tell others where they are, still go by it.
 */
export default check({
  code: 'NOD563',
  slug: 'node/address-moved',
  title: "a node's address changed under its pods",
  fine: "pods on their nodes' own network have their nodes' addresses",
  severity: 'warning',
  needs: ['nodes', 'pods'],
  remedies: [],
  decides: [],

  run({ nodes, pods }) {
    const placed = Map.groupBy(pods.filter(isJudged), (it) => it.node)
    const judged = nodes.flatMap((node) => {
      const its = placed.get(node.name) ?? []
      return node.ready === 'True' && node.ip !== null && its.length > 0 ? [{ node, its }] : []
    })
    if (judged.length === 0) return notApplicable('no ready node has a pod on its own network')
    const found = judged.flatMap(({ node, its }) => verdict(node, its) ?? [])
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has the address ${args.ip}, and ${args.isAll ? 'its' : `${args.pods.length} of its`} ` +
      `${args.isAll ? count(args.pods.length, 'pod') : 'pods'} on its own network ${some(args.was)}.`,
    detail: ({ args }) => `${some(args.pods)} · ${args.pods.length} of ${args.of} such pods`,
    note: () =>
      'such pods keep the address of their start: endpoints lead there, and an agent of the network may still tell ' +
      'the others so',
    help: ({ subject: on, args }) => [
      'see which address the machine has; set it for good (a fixed lease, --node-ip of the kubelet)',
      `if ${args.ip} is right, restart these pods, the agents of the network first`,
      `kubectl get node ${on.name} -o jsonpath='{.status.addresses}'`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
    ],
  },
})

/** What runs; of a node that went and came back, what was there before is not ready. */
function isJudged(pod: Pod): boolean {
  // No kubelet gives a pod an address of the loopback.
  return pod.hostNetwork && pod.ip !== null && !isLoopback(pod.ip) && pod.ready && !pod.deleting && !isOver(pod)
}

function verdict(node: Node, its: readonly Pod[]) {
  const own = new Set([node.ip, ...(node.ips ?? [])])
  const behind = its.filter((it) => ![it.ip, ...(it.ips ?? [])].some((ip) => ip !== null && own.has(ip)))
  if (behind.length === 0) return null
  const was = [...new Set(behind.flatMap((it) => it.ip ?? []))]
  return finding({
    subject: subject('Node', null, node.name),
    also: behind.map((it) => subject('Pod', it.namespace, it.name)),
    confidence: 'inferred',
    args: {
      ip: node.ip,
      was,
      pods: behind.map((it) => `${it.namespace}/${it.name}`),
      of: its.length,
      isAll: behind.length === its.length,
    },
    evidence: [
      { kind: 'fact', label: `node ${node.name}, status.addresses`, value: some([...own].flatMap((it) => it ?? [])) },
      { kind: 'fact', label: 'podIP of its pods with hostNetwork', value: some(was) },
    ],
  })
}
