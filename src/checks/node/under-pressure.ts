import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { type Pressure, pressureOf } from '../../relations/node/pressure.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { nodePressed } from '../../relations/symptom.ts'

/**
 * A kubelet that runs out of disk, memory or process ids says so, evicts pods, and its node is tainted: what is evicted
 * comes back nowhere while each node is so (Kubernetes, "Node-pressure Eviction").
 */
export default check({
  code: 'NOD564',
  slug: 'node/under-pressure',
  title: 'a node has too little disk, memory or process ids left',
  fine: 'no node is under pressure for disk, memory or process ids',
  severity: 'warning',
  needs: ['nodes'],
  wants: ['pods'],
  remedies: [],
  decides: [],

  run({ nodes, pods }) {
    const pressed = nodes.flatMap((node) => pressuresOf(node).map((pressure) => ({ node, pressure })))
    if (pressed.length === 0) return ok(nodes.length)
    return [...Map.groupBy(pressed, (it) => it.pressure)].flatMap(([pressure, its]) =>
      verdict(
        pressure,
        its.map((it) => it.node),
        { of: nodes.length, pods: pods.known ? pods.value : [] },
      ),
    )
  },

  words: {
    headline: ({ args }) =>
      `${args.nodes.length === 1 ? 'Node' : 'Nodes'} ${some(args.nodes)} ${args.nodes.length === 1 ? 'has' : 'have'} ` +
      `too ${named[args.pressure].lacks} left (${named[args.pressure].condition}): pods that do not tolerate ` +
      `that are not placed there${evictedText(args.evicted.length)}.`,
    detail: ({ args }) =>
      `${args.nodes.length} of ${count(args.of, 'node')}` +
      (args.evicted.length === 0 ? '' : ` · evicted: ${some(args.evicted)}`),
    note: ({ args }) =>
      args.nodes.length === args.of
        ? 'it is so of every node: what is evicted or created again waits until one has room'
        : 'other nodes take what is created again, as far as they have room',
    help: ({ subject: on, args }) => [
      named[args.pressure].help,
      `kubectl describe node ${on.name}   # conditions, allocated resources`,
      'kubectl get pods -A --field-selector status.phase=Failed',
    ],
  },
})

function evictedText(pods: number): string {
  return pods === 0 ? '' : `, and ${count(pods, 'pod')} ${pods === 1 ? 'was' : 'were'} evicted`
}

const named: Readonly<Record<Pressure, { readonly condition: string; readonly lacks: string; readonly help: string }>> =
  {
    disk: {
      condition: 'DiskPressure',
      lacks: 'little disk',
      help: 'make room on its disk: images, logs, emptyDir without a limit; the kubelet then takes off the taint',
    },
    memory: {
      condition: 'MemoryPressure',
      lacks: 'little memory',
      help: 'give pods there requests and limits of memory, or more nodes; the kubelet takes the taint off itself',
    },
    pid: {
      condition: 'PIDPressure',
      lacks: 'few process ids',
      help: 'find who makes so many processes, and limit it (podPidsLimit); the kubelet takes the taint off itself',
    },
  }

function pressuresOf({ taints }: Node): readonly Pressure[] {
  return [...new Set(taints.flatMap(({ key }) => pressureOf(key) ?? []))]
}

interface Around {
  readonly of: number
  readonly pods: readonly Pod[]
}

function verdict(pressure: Pressure, nodes: readonly Node[], { of, pods }: Around) {
  const [first, ...more] = nodes
  if (first === undefined) return []
  const names = nodes.map((it) => it.name)
  const evicted = pods.filter(
    (it) => it.phase === 'Failed' && it.overReason === 'Evicted' && it.node !== null && names.includes(it.node),
  )
  const waits = pods.some((it) => it.node === null && !isOver(it))
  return [
    finding({
      subject: subject('Node', null, first.name),
      also: more.map((it) => subject('Node', null, it.name)),
      confidence: 'inferred',
      severity: names.length === of && waits ? 'error' : 'warning',
      args: { pressure, nodes: names, of, evicted: evicted.map(full) },
      evidence: nodes.slice(0, mostShown).map((it) => ({
        kind: 'fact' as const,
        label: `taints of ${it.name}`,
        value: some(it.taints.map(({ key, effect }) => `${key}:${effect}`)),
      })),
      causes: names.map(nodePressed),
    }),
  ]
}

/** The others are much alike. */
const mostShown = 6
