import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { decideCarried, goesByZtunnel, isAmbientNamespace } from '../../relations/mesh/ambient-flows.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { type NearRule, nearRule } from '../../relations/policy/near-rule.ts'
import { type Decision, podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import type { Flow } from '../../relations/policy/policy-flow.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { calledBy, type ToldCall, toldCalls, callableFrom } from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, withNextPods } from '../../relations/service/next-pods.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { calleeOutOfReach, keptBy } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { deniedEvidence, nearText, policySubject } from './words.ts'

/**
 * A default deny is right until somebody has to get through: that a program is told to call a Service says that it is
 * to be reached. What a policy drops ends in a timeout at the caller, without a word from anybody.
 */
export default check({
  code: 'POL420',
  slug: 'policy/keeps-caller',
  title: 'a NetworkPolicy keeps a program from what it is told to call',
  fine: 'policies let programs reach the pods of the Services that they are told to call',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'services'],
  wants: ['namespaces', 'otherPolicies', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: ['NP-02', 'NP-03'],

  run({ networkPolicies, pods, services, namespaces, otherPolicies, clusterDns, workloads, beside, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const told = toldCalls(callersOf(withNextPods(pods, workloads), namespaces)).flatMap(({ pod, call }) => {
      const called = calledBy(pod, call, around)
      return called.is === 'there' && called.service.type !== 'ExternalName'
        ? [{ pod, call, service: called.service }]
        : []
    })
    const wanted = eachOnce(told)
    if (wanted.length === 0)
      return notApplicable('no environment variable or argument here names a Service that is there')
    const [decide, podsOf] = [policyRules(networkPolicies, namespaces), podsOfServices(pods)]
    const scalers = scalersOf(beside)
    const open: string[] = []
    const found = wanted.flatMap(({ pod, call, service }) => {
      // A policy of another kind may let it through.
      if (othersOn(otherPolicies, [pod.namespace, service.namespace]).length > 0) return []
      const ports = service.ports.filter((it) => it.protocol === 'TCP' && (call.port === null || it.port === call.port))
      const decisions = podsOf(service)
        .filter((it) => isLive(it) && it.ip !== null)
        .flatMap((to) =>
          ports.flatMap((port) => {
            const number = targetPortIn(to, port)
            if (number === null) return []
            const flow = { from: podEnd(pod), to: podEnd(to), port: number, protocol: 'TCP' } as const
            const isCarried = goesByZtunnel(pod) && goesByZtunnel(to)
            return [{ port, flow, decision: decideCarried(decide, flow, isCarried) }]
          }),
        )
      open.push(...decisions.flatMap((it) => (it.decision.kind === 'unknown' ? [it.decision.why] : [])))
      const isDenied = decisions.every((it) => it.decision.kind === 'denied')
      const judged = isDenied ? decisions : inPart(decisions)
      const first = judged.find((it) => it.decision.kind === 'denied')
      if (first?.decision.kind !== 'denied') return []
      const { by, direction } = first.decision
      const near = nearRule(first.decision, first.flow, namespaces)
      const policy = near?.policy ?? by[0]
      return policy === undefined
        ? []
        : [
            verdict(
              { pod, call, service, isDue: isAwaited(pod, scalers) },
              {
                policy,
                direction,
                denied: judged.filter((it) => it.decision.kind === 'denied').length,
                of: judged.length,
                near,
                flow: first.flow,
              },
            ),
          ]
    })
    if (found.length > 0) return found
    const [why] = open
    if (why !== undefined) return cannotTell('ambiguous', why)
    const ends = wanted.flatMap((it) => [it.pod.namespace, it.service.namespace])
    return okBesideOthers(otherPolicies, ends, wanted.length, waysToPods)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} does not let ${args.caller} ${args.direction === 'Egress' ? 'out' : 'in'} to ` +
      `${args.denied < args.of ? `${args.denied} of ${args.of} endpoints of ` : ''}` +
      `Service ${args.service}, which ${args.by ?? 'its command'} tells ` +
      `${args.idle === null ? 'it' : 'its next pod'} to call.`,
    detail: ({ args }) => `${args.denied} of ${args.of} ways denied, by ${args.direction.toLowerCase()} · ${args.host}`,
    note: () => 'seen in objects alone: whether the program calls it, and when, was not measured',
    help: ({ subject: on, args }) => [
      args.near === '' ? allowing[`${args.direction}`] : args.near,
      args.idle === null
        ? `hopscope trace ${args.start} svc/${args.name}.${args.home} -n ${args.namespace} --probe`
        : `kubectl -n ${args.namespace} get pods -w   # it has no pod now`,
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
    ],
  },
})

const waysToPods = 'ways to pods alone: calls to addresses and hosts outside of them are judged by POL433'

/**
 * What is on a node's network is no policy's. A pod to come of a namespace in ambient mode may go by the tunnel, which
 * shows on a pod that is there alone.
 */
function callersOf(pods: readonly Pod[], namespaces: Known<readonly Namespace[]>): readonly Pod[] {
  const ambient = new Set((namespaces.known ? namespaces.value : []).filter(isAmbientNamespace).map((it) => it.name))
  return pods.filter((it) => !it.hostNetwork && (idleOf(it) === null || !ambient.has(it.namespace)))
}

/** The ways to the first port that some endpoints are reached at, and others are not; none where there is none. */
function inPart<T extends { readonly port: ServicePort; readonly decision: Decision }>(
  ways: readonly T[],
): readonly T[] {
  const ports = [...Map.groupBy(ways, (it) => it.port).values()]
  const kinds = (its: readonly T[]): ReadonlySet<string> => new Set(its.map((it) => it.decision.kind))
  return ports.find((its) => kinds(its).has('denied') && kinds(its).has('allowed') && kinds(its).size === 2) ?? []
}

/** Two variables that name one place are one call. */
function eachOnce<T extends Pick<ToldCall, 'pod' | 'call'>>(told: readonly T[]): readonly T[] {
  const byPlace = Map.groupBy(told, ({ pod, call }) => `${subjectKey(workloadOfPod(pod))} ${call.host}:${call.port}`)
  return [...byPlace.values()].flatMap((its) => its.slice(0, 1))
}

const allowing: Readonly<Record<Direction, string>> = {
  Egress: 'allow the pods of the Service as a peer in egress, with the port that they listen on',
  Ingress: 'allow the caller as a peer in ingress, by its labels and its namespace',
}

interface Denied {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly denied: number
  readonly of: number
  readonly near: NearRule | null
  readonly flow: Flow
}

interface Wanted extends Pick<ToldCall, 'pod' | 'call'> {
  readonly service: Service
  readonly isDue: boolean
}

function verdict({ pod, call, service, isDue }: Wanted, { policy, direction, denied, of, near, flow }: Denied) {
  const on = workloadOfPod(pod)
  return finding({
    subject: policySubject(policy),
    also: [on, subject('Service', service.namespace, service.name)],
    confidence: 'inferred',
    ...(isDue ? {} : { severity: 'info' as const }),
    args: {
      idle: idleOf(pod),
      caller: `${on.kind} ${full(on)}`,
      direction,
      near: nearText(near, flow),
      service: full(service),
      by: call.by,
      host: call.port === null ? call.host : `${call.host}:${call.port}`,
      denied,
      of,
      start: `pod/${pod.name}`,
      name: service.name,
      home: service.namespace,
      namespace: pod.namespace,
    },
    evidence: [deniedEvidence(policy, direction, near)],
    symptoms: [keptBy(policy)],
    causes: [calleeOutOfReach(on)],
  })
}
