import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { some } from '../../phrases.ts'
import { wayClosed } from '../../relations/symptom.ts'

/**
 * A kubelet writes the address of the interface that it takes for the node's own. On machines that have a NAT interface
 * each, that is one and the same: the API server then reaches one kubelet for all, and tunnels between nodes, which go
 * by that address, end where they begin.
 */
export default check({
  code: 'NOD541',
  slug: 'node/nodes-of-one-address',
  title: 'two nodes have one address',
  fine: 'each node has an address of its own',
  severity: 'error',
  needs: ['nodes'],
  remedies: [],
  decides: [],

  run({ nodes }) {
    const real = nodes.filter((it) => it.ready === 'True' && it.ip !== null && !isVirtual(it))
    if (real.length < 2) return notApplicable('there are no two nodes that are ready and have an address')
    const shared = [...Map.groupBy(real, (it) => it.ip ?? '')].filter(([, its]) => its.length > 1)
    return shared.length > 0 ? shared.map(([ip, its]) => verdict(ip, its, real.length)) : ok(real.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} and ${some(args.others)} have one address, ${args.ip}: what goes to one of them reaches either.`,
    detail: ({ args }) => `InternalIP ${args.ip} · ${args.others.length + 1} of ${args.of} ready nodes`,
    note: () =>
      'logs, exec and port-forward reach the wrong kubelet, and pods of these nodes reach each other only where the ' +
      'network goes by other addresses than the nodes tell',
    help: ({ subject: on, args }) => [
      'give each kubelet the address by which the others reach its node (--node-ip), restart it, and restart the ' +
        "CNI's agent there",
      'kubectl get nodes -o wide',
      `on ${some([on.name, ...args.others])}:  ip -brief address`,
    ],
  },
})

/** Virtual nodes of one pod (virtual-kubelet), and simulated ones (KWOK), have its address; nothing is sent to them. */
function isVirtual({ labels }: Node): boolean {
  return /^(?:virtual-kubelet|kwok)$/.test(labels['type'] ?? '') || labels['kubernetes.io/role'] === 'virtual-node'
}

function verdict(ip: string, its: readonly Node[], of: number) {
  const names = its.map((it) => it.name).toSorted(textOrder)
  const [first = '', ...others] = names
  return finding({
    subject: subject('Node', null, first),
    also: others.map((it) => subject('Node', null, it)),
    confidence: 'inferred',
    args: { ip, others, of },
    evidence: names.map((it) => ({ kind: 'fact' as const, label: `node ${it}`, value: `InternalIP ${ip}` })),
    causes: names.flatMap((a, index) => names.slice(index + 1).map((b) => wayClosed(a, b))),
  })
}
