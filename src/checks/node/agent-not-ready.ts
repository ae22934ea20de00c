import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkAgent, Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, told } from '../../phrases.ts'
import { dnsLossOnNode, nodeDown, wayClosed } from '../../relations/symptom.ts'

/**
 * A network keeps routes, tunnels and policies of a node by an agent there. The node stays Ready without it, as the
 * kubelet looks for a configuration of the CNI alone, and what was set up before goes on until something changes.
 */
export default check({
  code: 'NOD542',
  slug: 'node/agent-not-ready',
  title: "the pod network's agent on a node is not ready",
  fine: "the pod network's agent is ready on each node that is",
  severity: 'warning',
  needs: ['nodes'],
  remedies: [],
  decides: ['NET-04'],

  run({ nodes }) {
    // A node that does not report is NOD501's.
    const having = nodes.flatMap((it) =>
      it.agent === undefined || it.ready !== 'True' ? [] : [[it, it.agent] as const],
    )
    if (having.length === 0) return notApplicable('no agent of a pod network is known here by its labels')
    const bad = having.filter(([, agent]) => agent.state === 'not-ready')
    const others = nodes.map((it) => it.name)
    return bad.length > 0
      ? bad.map(([node, agent]) => verdict(node, agent, { others, of: having.length }))
      : ok(having.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The pod network's agent on node ${on.name} is not ready (${args.namespace}/${args.pod}): ${told(args.why)}.`,
    detail: ({ args }) => `1 of ${count(args.of, 'agent')} · ${told(args.why)}`,
    note: () =>
      'routes, tunnels and policies there are no longer kept up to date: new pods may get no address, and pods of ' +
      'other nodes may not be reached, while the node stays Ready',
    help: ({ args }) => [
      'read what the agent waits for: peers that it does not reach, a range that the node lacks, the API server',
      `kubectl -n ${args.namespace} logs ${args.pod} --all-containers --tail=50`,
      `kubectl -n ${args.namespace} describe pod ${args.pod}`,
    ],
  },
})

/** Pairs with so many nodes are named; in a larger cluster the node alone. */
const mostPairs = 200

interface Around {
  readonly others: readonly string[]
  readonly of: number
}

function verdict(node: Node, { namespace, pod, why }: NetworkAgent, { others, of }: Around) {
  const ways = others.filter((it) => it !== node.name).slice(0, mostPairs)
  return finding({
    subject: subject('Node', null, node.name),
    also: [subject('Pod', namespace, pod)],
    confidence: 'inferred',
    args: { namespace, pod, why: why ?? 'not ready', of },
    evidence: [{ kind: 'fact', label: `pod ${namespace}/${pod}`, value: why ?? 'not ready' }],
    // A node without a range of pods, or without a network, is why its agent does not come up.
    dueTo: [nodeDown(node.name)],
    causes: [dnsLossOnNode(node.name), `dns-external:node/${node.name}`, ...ways.map((it) => wayClosed(node.name, it))],
  })
}
