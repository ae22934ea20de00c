import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AddressCall, Pod } from '../../model/pod.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { type Home, homeOf, takenAddresses } from '../../relations/service/gone-addresses.ts'
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
  wants: ['services', 'endpointSlices', 'clusterDns'],
  remedies: [],
  decides: ['SVC-29'],

  run({ pods, nodes, services, endpointSlices, clusterDns, scope }) {
    const calls = callsOf(pods)
    if (calls.length === 0) return notApplicable('no environment variable here tells an address to call')
    const around = { pods, nodes, services, endpointSlices, clusterDns, isWhole: scope.namespace === null }
    const taken = takenAddresses(around)
    const found = calls.flatMap((it) => {
      const home = taken.has(it.call.ip) ? null : homeOf(it.call.ip, around)
      return home === null ? [] : [verdict(it, home, { isWhole: around.isWhole, isAsked: isTargetPod(scope, it.pod) })]
    })
    return found.length > 0 ? found : ok(calls.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is told to call ${args.host}, ` +
      (args.node === null
        ? 'which looks like the address of a Service, and no Service has it.'
        : `an address of the pods of node ${args.node} that no pod ${args.whole ? 'has' : 'here has'}.`),
    detail: ({ args }) => `${args.by} in container ${args.container} · in ${args.range}`,
    note: ({ args }) =>
      args.whole
        ? 'seen in the spec alone: whether the program calls it, and when, was not measured'
        : 'pods of other namespaces were not read: one of them may have it',
    help: ({ subject: on, args }) => [
      `set ${args.by} of ${on.kind} ${on.name} to the name of a Service, which follows its pods`,
      `kubectl get pods,services -A -o wide | grep -F '${args.ip} '`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -B1 -F '${args.ip}'`,
    ],
  },
})

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
  readonly isAsked: boolean
}

function verdict({ on, container, call }: Told, { node, range }: Home, { isWhole, isAsked }: Seen) {
  const host = call.port === null ? call.ip : `${call.ip}:${call.port}`
  const isSure = node !== null && isWhole
  return finding({
    subject: on,
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure && isAsked ? 'error' : 'warning',
    args: { host, ip: call.ip, by: call.by, container, node, range, whole: isWhole },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: `containers[${container}].env`,
        lines: [`${call.by}: ${host}`],
        at: 0,
        mark: call.ip,
        label: node === null ? 'the address of no Service' : `of node ${node}, and of no pod`,
      },
    ],
    causes: isSure ? [toldWrongly(on)] : [],
  })
}
