import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, some, told } from '../../phrases.ts'
import { type Misfit, misfitOf } from '../../relations/node/no-node-fits.ts'
import { isUnderPressure } from '../../relations/node/pressure.ts'
import { nextLookAt } from '../../relations/pod-problem.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { nodeDown, nodePressed, podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { firstStep } from '../service/words.ts'

/**
 * The scheduler says how many nodes fail each of its filters, and not by which label or volume: a nodeSelector of
 * another cluster, a zone that lost its last node, a taint that nobody tolerates.
 */
export default check({
  code: 'NOD565',
  slug: 'node/none-fits',
  title: 'no node takes a pod, by what it asks of nodes',
  fine: 'each pod that waits for a node has one by its labels, its volumes and their taints',
  severity: 'error',
  needs: ['nodes', 'pods'],
  wants: ['events'],
  remedies: [],
  decides: [],

  run({ nodes, pods, events, scope }) {
    const isOfScope = (it: Pod): boolean => scope.namespace === null || it.namespace === scope.namespace
    const waiting = pods.filter((it) => isOfScope(it) && isWaiting(it))
    if (waiting.length === 0) return notApplicable('no pod here waits for a node')
    const misfits = waiting.flatMap((pod) => {
      const misfit = misfitOf(pod.placement, { known: true, value: nodes })
      return misfit === null ? [] : [{ pod, misfit }]
    })
    if (misfits.length === 0) return ok(waiting.length, 'by labels, volumes and taints alone')
    const ready = new Set(pods.filter((it) => it.ready).map((it) => subjectKey(workloadOfPod(it))))
    const groups = Map.groupBy(misfits, ({ pod, misfit }) => `${subjectKey(workloadOfPod(pod))} ${misfit.why}`)
    const coming = new Set(events.known ? events.value.flatMap(comingFor) : [])
    return [...groups.values()].flatMap((its) => verdict(its, { ready, coming }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `No node takes ${on.kind === 'Pod' ? '' : `${count(args.pods.length, 'pod')} of `}${on.kind} ${full(on)}: ` +
      `${args.why}.`,
    detail: ({ args }) =>
      `${some(args.pods)} · ${args.of}${args.hasReady ? ' · others of it are ready' : ''}` +
      (args.isComing ? ' · an autoscaler says that it brings a node' : ''),
    note: ({ args }) =>
      args.of === 'taints'
        ? 'what is on such a node may stay there; nothing new is placed on it'
        : 'the pod waits until a node is as it asks for, or it asks for another',
    help: ({ subject: on, args }) => [
      firstStep({ look: args.of }),
      ...nextLookAt({ look: { at: args.of } }, { namespace: `${on.namespace}`, name: args.pods[0] ?? on.name }),
    ],
  },
})

/** Whoever places it has tried, and nothing holds it back from being tried. */
function isWaiting(pod: Pod): boolean {
  const { node, deleting, scheduling, placement } = pod
  const isTried = scheduling !== undefined && !/gated/i.test(scheduling)
  return node === null && !isOver(pod) && !deleting && placement !== undefined && isTried
}

interface Unfit {
  readonly pod: Pod
  readonly misfit: Misfit
}

/** A node takes as long to be made, and to join (cluster-autoscaler, `--max-node-provision-time`: 15 minutes). */
const comingSeconds = 900

/** Whom an autoscaler brings a node for: `TriggeredScaleUp` of Kubernetes', `Nominated` of Karpenter's. */
function comingFor({ object, namespace, reason, age }: ObjectEvent): readonly string[] {
  const isSaid = object.kind === 'Pod' && (reason === 'TriggeredScaleUp' || reason === 'Nominated')
  return isSaid && age !== undefined && age <= comingSeconds ? [`${namespace}/${object.name}`] : []
}

function severityOf(isLess: boolean): Severity {
  return isLess ? 'warning' : 'error'
}

interface Around {
  readonly ready: ReadonlySet<string>
  readonly coming: ReadonlySet<string>
}

function verdict(its: readonly Unfit[], { ready, coming }: Around) {
  const [first] = its
  if (first === undefined) return []
  const on = workloadOfPod(first.pod)
  const { of, why, taints } = first.misfit
  const hasReady = ready.has(subjectKey(on))
  const isComing = its.every(({ pod }) => coming.has(full(pod)))
  return [
    finding({
      subject: on,
      also: its.map(({ pod }) => subject('Pod', pod.namespace, pod.name)),
      confidence: 'inferred',
      severity: isComing ? 'info' : severityOf(hasReady || on.kind === 'Job'),
      args: { of, why, pods: its.map(({ pod }) => pod.name), hasReady, isComing },
      evidence: [{ kind: 'fact', label: 'the scheduler says', value: told(first.pod.scheduling ?? '', 300) }],
      symptoms: taints.flatMap(({ node, keys }) => [
        ...(keys.some(isUnderPressure) ? [nodePressed(node)] : []),
        ...(keys.some((it) => /^node\.kubernetes\.io\/(?:not-ready|unreachable)$/.test(it)) ? [nodeDown(node)] : []),
      ]),
      causes: hasReady || isComing ? [] : [podsUnready(on)],
    }),
  ]
}
