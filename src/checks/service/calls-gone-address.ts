import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity, type Verdict } from '../../findings/verdict.ts'
import type { AddressCall, Pod } from '../../model/pod.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Idle } from '../../model/workload.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { type Around, type Home, homeOf, takenAddresses } from '../../relations/service/gone-addresses.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { spelledOut } from '../../relations/service/called-services.ts'

/**
 * An address of a pod goes with the pod, and one of a Service with the Service: who has it written down calls nobody
 * after that, or whoever was given it next. A name would have gone along.
 */
export default check({
  code: 'SVC246',
  slug: 'service/calls-gone-address',
  title: 'a program is told to call an address that nobody has any more',
  fine: 'addresses of the cluster that programs are told to call are there',
  severity: 'warning',
  needs: ['pods', 'nodes'],
  wants: ['services', 'endpointSlices', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: ['SVC-29'],

  run({ pods, nodes, services, endpointSlices, clusterDns, workloads, beside, scope }) {
    const calls = callsOf(withNextPods(pods, workloads))
    if (calls.length === 0) return notApplicable('no environment variable here tells an address to call')
    const around = { pods, nodes, services, endpointSlices, clusterDns, isWhole: scope.namespace === null }
    const taken = takenAddresses(around)
    const scalers = scalersOf(beside)
    const found = calls.flatMap((it) => {
      const urgency = urgencyOf(isTargetPod(scope, it.pod), isAwaited(it.pod, scalers))
      const of = nodeWithoutPort(it.call, around)
      if (of !== null) return [onNode(it, of, urgency)]
      const home = taken.has(it.call.ip) ? null : homeOf(it.call.ip, around)
      return home === null ? [] : [verdict(it, home, { isWhole: around.isWhole, urgency })]
    })
    return found.length > 0 ? found : ok(calls.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) => `${toldText(on, args.idle)} call ${args.host}, ${goneText(args)}`,
    detail: ({ args }) => `${args.by} in container ${args.container} · in ${args.range}`,
    note: ({ args }) =>
      args.whole
        ? 'seen in the spec alone: whether the program calls it, and when, was not measured'
        : 'pods of other namespaces were not read: one of them may have it',
    help: ({ subject: on, args }) => [
      `set ${args.by} of ${on.kind} ${on.name} to the name of a Service, which follows its pods`,
      ...(args.nodePort === null
        ? []
        : [
            "kubectl get services -A -o jsonpath='{range .items[*]}{.metadata.name} " +
              '{.spec.ports[*].nodePort}{"\\n"}{end}\'',
          ]),
      `kubectl get pods,services -A -o wide | grep -F '${args.ip} '`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -B1 -F '${args.ip}'`,
    ],
  },
})

function goneText({ node, nodePort, whole }: Gone): string {
  if (nodePort !== null) return `node ${node}, and no Service has the nodePort ${nodePort}.`
  return node === null
    ? 'which looks like the address of a Service, and no Service has it.'
    : `an address of the pods of node ${node} that no pod ${whole ? 'has' : 'here has'}.`
}

type Gone = {
  readonly idle: Idle | null
  readonly host: string
  readonly ip: string
  readonly by: string
  readonly container: string
  readonly node: string | null
  readonly range: string
  readonly whole: boolean
  /** Where the address is a node's own, and no Service has the port. */
  readonly nodePort: number | null
}

/** `--service-node-port-range` where nobody says otherwise (kube-apiserver). */
const nodePorts = { from: 30_000, to: 32_767 }

/** The node whose address is called at a port for nodePorts that no Service has, nor a pod by itself. */
function nodeWithoutPort({ ip, port }: AddressCall, { nodes, services, pods, isWhole }: Around): string | null {
  if (port === null || port < nodePorts.from || port > nodePorts.to || !services.known || !isWhole) return null
  const isThere =
    services.value.some((it) => it.ports.some(({ nodePort }) => nodePort === port)) ||
    pods.some((pod) =>
      pod.containers.some(({ ports, listens = [] }) =>
        [...ports, ...listens].some(
          (it) => ('hostPort' in it && it.hostPort === port) || (pod.hostNetwork && it.port === port),
        ),
      ),
    )
  return isThere ? null : (nodes.find((it) => it.ip === ip)?.name ?? null)
}

function onNode({ pod, on, container, call }: Told, node: string, urgency: Urgency): Verdict<Gone> {
  const host = `${call.ip}:${call.port}`
  return finding({
    subject: on,
    // What runs on the node beside the cluster may listen there.
    confidence: 'possible',
    severity: severities[urgency],
    args: {
      idle: idleOf(pod),
      host,
      ip: call.ip,
      by: call.by,
      container,
      node,
      whole: true,
      nodePort: call.port,
      range: `${nodePorts.from}-${nodePorts.to}, the ports of Services on nodes`,
    },
    evidence: [
      inEnv(
        { on, container, line: `${call.by}: ${host}` },
        { mark: `${call.port}`, label: `node ${node}; the nodePort of no Service` },
      ),
    ],
    causes: [],
  })
}

interface Told {
  readonly pod: Pod
  readonly on: Subject
  readonly container: string
  readonly call: AddressCall
}

/** Each once a workload: its pods have one template. */
function callsOf(pods: readonly Pod[]): readonly Told[] {
  const all = new Map<string, Told>()
  for (const pod of pods.filter((it) => !isOver(it))) {
    const on = workloadOfPod(pod)
    for (const { name: container, addresses = [] } of pod.containers)
      for (const call of addresses) {
        const key = `${subjectKey(on)} ${container} ${call.by} ${call.ip}:${call.port}`
        if (!all.has(key)) all.set(key, { pod, on, container, call })
      }
  }
  return [...all.values()]
}

interface Seen {
  readonly isWhole: boolean
  readonly urgency: Urgency
}

/** Of whom was asked about; of what calls now or will; of what somebody has suspended or scaled to 0. */
type Urgency = 'asked' | 'due' | 'idle'

const severities: Readonly<Record<Urgency, Severity>> = { asked: 'error', due: 'warning', idle: 'info' }

function urgencyOf(isAsked: boolean, isDue: boolean): Urgency {
  if (isAsked) return 'asked'
  return isDue ? 'due' : 'idle'
}

function verdict({ pod, on, container, call }: Told, { node, range }: Home, { isWhole, urgency }: Seen): Verdict<Gone> {
  const host = call.port === null ? call.ip : `${call.ip}:${call.port}`
  const isSure = node !== null && isWhole
  return finding({
    subject: on,
    confidence: isSure ? 'inferred' : 'possible',
    severity: urgency === 'asked' && !isSure ? 'warning' : severities[urgency],
    args: { idle: idleOf(pod), host, ip: call.ip, by: call.by, container, node, range, whole: isWhole, nodePort: null },
    evidence: [
      inEnv(
        { on, container, line: `${call.by}: ${host}` },
        { mark: call.ip, label: node === null ? 'the address of no Service' : `of node ${node}, and of no pod` },
      ),
    ],
    causes: isSure ? [toldWrongly(on)] : [],
  })
}

function inEnv(
  { on, container, line }: Pick<Told, 'on' | 'container'> & { readonly line: string },
  said: { readonly mark: string; readonly label: string },
) {
  return { kind: 'config' as const, object: on, path: `containers[${container}].env`, lines: [line], at: 0, ...said }
}
