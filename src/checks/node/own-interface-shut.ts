import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InterfaceSettings, Pod } from '../../model/pod.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Security groups for pods give a pod an interface of its own. The kubelet's connections come by the node's, and their
 * answers by the other: with early demux the kernel takes those for another socket's, and drops them
 * (aws/amazon-vpc-cni-k8s, README: DISABLE_TCP_EARLY_DEMUX, "must be true for kubelet to connect to pods that are
 * using security groups over TCP"; 1212, 1269). Else the groups of the pod have to let the node in.
 */
export default check({
  code: 'NOD566',
  slug: 'node/own-interface-shut',
  title: 'probes do not reach pods with a network interface of their own',
  fine: 'pods with security groups of their own are reached by the probes of their nodes, by all that Events say',
  severity: 'error',
  needs: ['pods'],
  wants: ['events'],
  remedies: [],
  decides: [],

  run({ pods, events }) {
    const own = pods.filter((it) => it.ownInterface === true && !isOver(it) && it.ip !== null)
    if (own.length === 0) return notApplicable('no pod here has a network interface of its own, by annotations')
    const unready = own.filter((it) => !it.ready && it.phase === 'Running')
    if (unready.length === 0) return ok(own.length)
    if (!events.known) return cannotTell(events.why.reason, `why they are not ready: ${events.why.detail}`)
    const late = new Map<string, string>(
      events.value.flatMap(({ object, namespace, reason, said }) =>
        object.kind === 'Pod' && reason === 'Unhealthy' && isUnanswered.test(said)
          ? [[`${namespace}/${object.name}`, said] as const]
          : [],
      ),
    )
    const shut = unready.filter((it) => late.has(full(it)))
    const alike = Map.groupBy(shut, (it) => subjectKey(workloadOfPod(it)))
    const told = pods.flatMap((it) => it.interfaces ?? [])
    const found = [...alike.values()].flatMap((its) => verdict(its, { own, told, late }))
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The kubelet's probes do not reach ${on.kind} ${full(on)}, whose pods have network interfaces of their own` +
      (args.isDemux ? ': TCP early demux is on.' : '.'),
    detail: ({ args }) =>
      `${args.pods} of ${count(args.of, 'pod')} · ${args.said}` +
      (args.mode === null ? '' : ` · ${args.mode} mode, TCP early demux ${args.earlyDemux}`),
    note: ({ args }) =>
      args.isDemux
        ? 'answers come back by another interface than the one that the question left by, and the kernel drops them; ' +
          'other pods and clients may reach the pods all the same'
        : 'the security groups of the pods have to let in the group of the nodes at the port of the probe; which ' +
          'they do, stands in AWS alone. A program that hangs looks the same',
    help: ({ subject: on, args }) => [
      ...(args.isDemux
        ? [
            'have the plugin switch it off',
            'kubectl -n kube-system patch daemonset aws-node -p \'{"spec":{"template":{"spec":{"initContainers":' +
              '[{"name":"aws-vpc-cni-init","env":[{"name":"DISABLE_TCP_EARLY_DEMUX","value":"true"}]}]}}}}\'',
          ]
        : ['let in the group of the nodes (of the cluster) in the groups of the pods']),
      `kubectl -n ${on.namespace} get securitygrouppolicies`,
      `kubectl -n ${on.namespace} describe pod ${args.example}`,
    ],
  },
})

/** No answer in time, which a closed port and an HTTP status are not. */
const isUnanswered =
  /^(?:Readiness|Startup|Liveness) probe failed: .*(?:context deadline exceeded|i\/o timeout|Client\.Timeout)/

interface Around {
  readonly own: readonly Pod[]
  readonly told: readonly InterfaceSettings[]
  readonly late: ReadonlyMap<string, string>
}

function verdict(shut: readonly Pod[], { own, told, late }: Around) {
  const [first] = shut
  if (first === undefined) return []
  const on = workloadOfPod(first)
  const its = own.filter((it) => subjectKey(workloadOfPod(it)) === subjectKey(on))
  const [settings = null] = told
  // In standard mode the kubelet's packets go by the node's interface, both ways.
  const isDemux = told.length > 0 && told.every((it) => it.mode === 'strict' && it.earlyDemux === 'on')
  const isSure = isDemux && shut.length === its.length
  const said = (late.get(full(first)) ?? '').replace(/^(\w+ probe) failed: .*$/, '$1: no answer in time')
  return [
    finding({
      subject: on,
      severity: isSure ? 'error' : 'warning',
      confidence: isSure ? 'inferred' : 'possible',
      args: {
        isDemux,
        pods: shut.length,
        of: its.length,
        said,
        mode: settings?.mode ?? null,
        earlyDemux: settings?.earlyDemux ?? null,
        example: first.name,
      },
      evidence: [
        { kind: 'fact', label: `annotations of pod ${full(first)}`, value: 'vpc.amazonaws.com/pod-eni' },
        { kind: 'fact', label: 'an Event of it', value: said },
      ],
      causes: isSure ? [podsUnready(on)] : [],
    }),
  ]
}
