import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'

/**
 * With `--cloud-provider=external` a kubelet announces no InternalIP of its own: the cloud's controller writes it, and
 * takes the taint `uninitialized` away (cloud-provider controllers/node/node_controller.go). Until then overlays of
 * other nodes have nowhere to send to, and kube-proxy takes the loopback address for the node's
 * (cmd/kube-proxy/app/server.go, detectNodeIPs).
 */
export default check({
  code: 'NOD549',
  slug: 'node/without-address',
  title: 'a node has no address',
  fine: 'each node has an address by which others come',
  severity: 'warning',
  needs: ['nodes'],
  wants: ['pods'],
  remedies: [],
  decides: [],

  run({ nodes, pods }) {
    const without = nodes.filter((it) => it.ip === null && !isVirtual(it))
    if (without.length === 0) return ok(nodes.length)
    const placed = pods.known
      ? Map.groupBy(
          pods.value.filter((it) => !isOver(it)),
          (it) => it.node,
        )
      : null
    return without.map((node) => verdict(node, placed?.get(node.name) ?? [], nodes.length - without.length))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has no InternalIP${args.waits ? ', and waits for the controller of its cloud' : ''}: ` +
      'other nodes have no address for it.',
    detail: ({ args }) =>
      `${count(args.pods.length, 'pod')} seen on it · ` +
      `${count(args.others, 'other node')} ${args.others === 1 ? 'has' : 'have'} one`,
    note: ({ args }) =>
      args.waits
        ? `taint ${uninitialized}: the controller takes it away when it has found the machine at the cloud`
        : 'networks that route by addresses of their own may reach it all the same: that was not measured',
    help: ({ subject: on, args }) => [
      args.waits
        ? 'see whether the cloud controller manager runs, and whether it knows the machine by this name'
        : 'see which address its kubelet is told to announce (--node-ip), or restart it',
      `kubectl get node ${on.name} -o jsonpath='{.status.addresses} {.spec.taints} {.spec.providerID}'`,
      'kubectl get nodes -o wide',
    ],
  },
})

const uninitialized = 'node.cloudprovider.kubernetes.io/uninitialized'

/** Its pods run elsewhere, with addresses of there. */
function isVirtual({ labels }: Node): boolean {
  return labels['type'] === 'virtual-kubelet' || labels['eks.amazonaws.com/compute-type'] === 'fargate'
}

function verdict(node: Node, pods: readonly Pod[], others: number) {
  return finding({
    subject: subject('Node', null, node.name),
    confidence: 'inferred',
    args: {
      waits: node.taints.some((it) => it.key === uninitialized),
      pods: pods.map((it) => it.name),
      others,
    },
    evidence: [
      { kind: 'fact', label: 'InternalIP in status.addresses', value: 'none' },
      ...(pods.length === 0
        ? []
        : [
            {
              kind: 'fact' as const,
              label: 'pods on it',
              value: some(
                pods.map((it) => it.name),
                6,
              ),
            },
          ]),
    ],
  })
}
