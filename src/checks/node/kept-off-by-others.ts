import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, some, told } from '../../phrases.ts'
import { keptOffBy } from '../../wire/kept-off.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { podsUnready } from '../../relations/symptom.ts'
import { topWorkloads, workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A hostPort is one pod's on a node, and a required anti-affinity leaves one pod to each: with as many pods as nodes
 * there is no room for one more, neither the last replica nor the one that a rollout makes first (maxSurge).
 */
export default check({
  code: 'NOD577',
  slug: 'node/kept-off-by-others',
  title: 'a pod waits for a node that no other pod keeps it off',
  fine: 'no pod waits for a node because of a hostPort or an anti-affinity',
  severity: 'warning',
  needs: ['pods'],
  wants: ['nodes', 'workloads'],
  remedies: [],
  decides: [],

  run({ pods, nodes, workloads, scope }) {
    const isOfScope = (it: Pod): boolean => scope.namespace === null || it.namespace === scope.namespace
    const waiting = pods.filter((it) => isOfScope(it) && it.node === null && !isOver(it) && !it.deleting)
    const said = waiting.filter((it) => it.scheduling !== undefined)
    if (said.length === 0) return notApplicable('no pod here waits for a node')
    const kept = said.flatMap((pod) => {
      const by = keptOffBy(pod.scheduling ?? '')
      return by === null ? [] : [{ pod, by }]
    })
    if (kept.length === 0) return ok(said.length, "by the scheduler's words")
    const tops = new Map(
      (workloads.known ? topWorkloads(workloads.value) : []).map((it) => [
        subjectKey(subject(it.kind, it.namespace, it.name)),
        it,
      ]),
    )
    const ofWorkload = Map.groupBy(
      pods.filter((it) => !isOver(it)),
      (it) => subjectKey(workloadOfPod(it)),
    )
    const groups = Map.groupBy(kept, ({ pod, by }) => `${subjectKey(workloadOfPod(pod))} ${by}`)
    return [...groups.values()].flatMap((its) => {
      const [first] = its
      if (first === undefined) return []
      const on = workloadOfPod(first.pod)
      const own = ofWorkload.get(subjectKey(on)) ?? []
      const placed = own.filter((it) => it.node !== null)
      const top = tops.get(subjectKey(on))
      const isReady = own.some((it) => it.ready)
      return [
        finding({
          subject: on,
          also: its.map(({ pod }) => subject('Pod', pod.namespace, pod.name)),
          confidence: 'observed',
          severity: isReady ? 'warning' : 'error',
          args: {
            by: first.by,
            pods: its.map(({ pod }) => pod.name),
            ports: first.by === 'ports' ? hostPortsOf(first.pod) : [],
            placed: placed.length,
            desired: top?.desired ?? null,
            nodes: nodes.known ? nodes.value.length : null,
          },
          evidence: [{ kind: 'fact', label: 'the scheduler says', value: told(first.pod.scheduling ?? '', 300) }],
          causes: isReady ? [] : [podsUnready(on)],
        }),
      ]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${count(args.pods.length, 'pod')} of ${on.kind} ${full(on)} ${args.pods.length === 1 ? 'finds' : 'find'} ` +
      `no node: ${whyText(args)}.`,
    detail: ({ args }) =>
      `${some(args.pods)} · ${args.placed} of it on nodes` +
      (args.desired === null ? '' : `, ${args.desired} wanted`) +
      (args.nodes === null ? '' : ` · ${count(args.nodes, 'node')}`),
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [
      args.by === 'ports'
        ? 'drop the hostPort, or let a rollout take an old pod away first: maxSurge 0 and maxUnavailable 1 ' +
          '(`strategy.rollingUpdate`); a DaemonSet is made for one pod a node'
        : 'want fewer pods, bring nodes, or make the anti-affinity preferredDuringSchedulingIgnoredDuringExecution',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get pods -o wide`,
    ],
  },
})

interface Kept {
  readonly by: 'ports' | 'affinity'
  readonly ports: readonly number[]
  readonly placed: number
  readonly desired: number | null
}

function whyText({ by, ports }: Kept): string {
  if (by === 'affinity') return 'a required anti-affinity keeps it off each node that has such a pod'
  return ports.length === 0
    ? 'on each node another pod has a hostPort that it asks for'
    : `on each node another pod has hostPort ${ports.join(', ')}`
}

/** More than are wanted are there: one that comes before another goes. */
function noteOf({ placed, desired }: Kept): string {
  return desired !== null && placed >= desired
    ? 'as many as are wanted are on nodes: this is one more of a rollout, which stands still until one of them goes'
    : 'the pod waits until a node is free of the others'
}

function hostPortsOf({ containers }: Pod): readonly number[] {
  return [...new Set(containers.flatMap((it) => it.ports.flatMap(({ hostPort }) => hostPort ?? [])))]
}
