import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full, hearsay } from '../../phrases.ts'
import { probeSign } from '../../relations/probe-signs.ts'
import { askedInstead, insteadText, probeText } from '../../relations/probe-host.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/** One restart, or two, may be of a pod that came before what it needs. */
const fewestRestarts = 3
/** The kubelet says it again with each try: what it has not said for this long is over. In seconds. */
const fresh = 20 * 60
/** `failureThreshold` is 3 where nothing is set: fewer failures than that end nothing. */
const fewestFailures = 3
/** Of more pods of one workload nobody reads. */
const mostTold = 8

/**
 * The kubelet ends a container whose liveness or startup probe fails (pkg/kubelet/prober, worker.go), and starts it
 * again. Between two ends the pod is ready, and its status says nothing but how often that was; that it goes on, and
 * why, the kubelet says in Events.
 */
export default check({
  code: 'SVC272',
  slug: 'service/restarted-by-probe',
  title: 'a probe has a program restarted again and again',
  fine: 'of pods that restarted, no Event says that a liveness or startup probe still fails',
  severity: 'warning',
  needs: ['pods', 'events'],
  wants: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ pods, events, clusterDns }) {
    // DNS servers have checks of their own (DNS113, DNS157), which know what their restarts bring about.
    const ofDns = clusterDns.known ? [...clusterDns.value.pods, ...clusterDns.value.nodeCaches] : []
    const left = new Set(ofDns.map(full))
    const restarted = pods.filter((it) => isLive(it) && !left.has(full(it)) && it.containers.some(mayBeEnded))
    if (restarted.length === 0) return notApplicable('no program here with such a probe was restarted several times')
    const failing = Map.groupBy(events.filter(isFailing), (it) => `${it.namespace}/${it.object.name}`)
    const found = restarted.flatMap((pod) => seenOf(pod, failing.get(`${pod.namespace}/${pod.name}`) ?? []))
    if (found.length === 0) return ok(restarted.length)
    const siblings = Map.groupBy(pods.filter(isLive), (it) => subjectKey(workloadOfPod(it)))
    return [...Map.groupBy(found, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.kind}`).values()].flatMap((its) =>
      told(its, siblings),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The kubelet restarts ${on.kind} ${full(on)} again and again, since its ${args.probe} probe ` +
      `(${args.asks}) ${args.instead === null ? 'fails' : args.instead}: ${args.said}.`,
    detail: ({ args }) =>
      `container ${args.container} of ${args.pods.length} of ${count(args.of, 'pod')} · up to ` +
      `${count(args.restarts, 'restart')} · ${args.ready} ready now`,
    note: ({ args }) =>
      `${args.sign === null ? '' : `${args.sign}; `}` +
      (args.probe === 'startup' && args.ready === 0
        ? 'it is stopped before it is up: until then its pods get no traffic'
        : `${args.ready > 0 ? 'ready between two restarts; ' : ''}` +
          'each one ends the requests and connections of that pod'),
    help: ({ subject: on, args }) => [
      'make the probe ask what the program answers (path, port, scheme), or give it more time ' +
        '(initialDelaySeconds or a startupProbe, timeoutSeconds)',
      `kubectl -n ${on.namespace} describe pod ${args.pods[0] ?? ''}`,
      `kubectl -n ${on.namespace} logs ${args.pods[0] ?? ''} -c ${args.container} --previous --tail=50`,
    ],
  },
})

type Kind = 'liveness' | 'startup'

interface Seen {
  readonly pod: Pod
  readonly container: Container
  readonly kind: Kind
  readonly said: string
}

/** How the last run ended is left to the kubelet's word: who heeds SIGTERM may end with any code. */
function mayBeEnded(it: Container): boolean {
  const hasProbe = it.livenessProbe !== undefined || it.startupProbe !== undefined
  return hasProbe && it.restarts >= fewestRestarts && it.lastTermination !== 'OOMKilled'
}

/** An Event without a time may be of any day, and says nothing of now. */
function isFailing({ object, reason, said, times, age }: ObjectEvent): boolean {
  return (
    object.kind === 'Pod' &&
    reason === 'Unhealthy' &&
    times >= fewestFailures &&
    age !== undefined &&
    age <= fresh &&
    /^(?:Liveness|Startup) probe (?:failed|errored)/.test(said)
  )
}

function seenOf(pod: Pod, events: readonly ObjectEvent[]): readonly Seen[] {
  for (const { said } of events) {
    const kind = said.startsWith('Liveness') ? 'liveness' : 'startup'
    const own = pod.containers.filter((it) => mayBeEnded(it) && probeText(it, kind) !== null)
    const [container] = own.toSorted((a, b) => b.restarts - a.restarts)
    if (container !== undefined) return [{ pod, container, kind, said }]
  }
  return []
}

function told(its: readonly Seen[], siblings: ReadonlyMap<string, readonly Pod[]>) {
  const [first] = its
  if (first === undefined) return []
  const { pod, container, kind, said } = first
  const on = workloadOfPod(pod)
  const all = siblings.get(subjectKey(on)) ?? []
  const names = its.map((it) => it.pod.name)
  const restarts = its.reduce((most, it) => Math.max(most, it.container.restarts), 0)
  const instead = askedInstead(pod, container, kind)
  return [
    finding({
      subject: on,
      confidence: 'inferred',
      severity: names.length >= all.length ? 'error' : 'warning',
      args: {
        container: container.name,
        probe: kind,
        asks: probeText(container, kind) ?? '',
        instead: instead === null ? null : insteadText(instead),
        said: hearsay(said),
        sign: probeSign(said, container),
        pods: names,
        of: all.length,
        ready: its.filter((it) => it.pod.ready).length,
        restarts,
      },
      evidence: its.slice(0, mostTold).map((it) => ({
        kind: 'fact' as const,
        label: `pod ${it.pod.name}`,
        value: `${count(it.container.restarts, 'restart')}${ending(it.container)}`,
      })),
      causes: [podsUnready(on)],
    }),
  ]
}

function ending({ lastTermination, exitCode }: Container): string {
  if (lastTermination === null) return ''
  return `, last end: ${lastTermination}${exitCode === undefined ? '' : ` (${exitCode})`}`
}
