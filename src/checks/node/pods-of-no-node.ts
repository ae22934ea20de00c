import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { nodeDown } from '../../relations/symptom.ts'

/**
 * When a Node object goes its pods stay in the list, ready as they were last seen, until the garbage collector of pods
 * takes them away: it waits 40 s and looks every 20 s (pkg/controller/podgc, quarantineTime). Nobody tells their state
 * any more, and Services lead to them.
 */
export default check({
  code: 'NOD548',
  slug: 'node/pods-of-no-node',
  title: 'pods are bound to a node that is not there',
  fine: 'each pod is on a node that is there',
  severity: 'warning',
  needs: ['nodes', 'pods'],
  remedies: [],
  decides: [],

  run({ nodes, pods }) {
    const placed = pods.filter((it) => it.node !== null && !isOver(it))
    if (placed.length === 0) return notApplicable('no pod here is bound to a node')
    if (nodes.length === 0) return cannotTell('not-there', 'no node is listed')
    const there = new Set(nodes.map((it) => it.name))
    const lost = placed.filter(({ node }) => !there.has(node ?? ''))
    return lost.length === 0
      ? ok(placed.length)
      : [...Map.groupBy(lost, ({ node }) => node ?? '')].map(([name, its]) => verdict(name, its, nodes.length))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${count(args.pods, 'pod')} ${args.pods === 1 ? 'is' : 'are'} bound to node ${on.name}, which is not there` +
      `${args.ready === 0 ? '' : `, and ${args.ready} of them ${args.ready === 1 ? 'is' : 'are'} said to be ready`}.`,
    detail: ({ args }) => `${some(args.names)} · ${count(args.nodes, 'node')} listed`,
    note: () =>
      'the control plane takes such pods away in a minute or two: run it again, and if they stay its controller ' +
      'manager is not at work',
    help: ({ subject: on }) => [
      'see whether the node was taken away on purpose; where the machine still runs, restart its kubelet, which ' +
        'makes the object again',
      'kubectl get nodes',
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
    ],
  },
})

function verdict(name: string, pods: readonly Pod[], nodes: number) {
  const ready = pods.filter((it) => it.ready).length
  return finding({
    subject: subject('Node', null, name),
    confidence: 'inferred',
    severity: ready > 0 ? 'error' : 'warning',
    args: { pods: pods.length, ready, names: pods.map((it) => full(it)), nodes },
    evidence: [
      {
        kind: 'fact',
        label: `pods on ${name}`,
        value: some(
          pods.map((it) => `${full(it)} (${it.ready ? 'ready' : 'not ready'})`),
          6,
        ),
      },
    ],
    causes: [nodeDown(name)],
  })
}
