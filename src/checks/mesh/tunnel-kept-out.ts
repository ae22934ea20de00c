import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import {
  goesByZtunnel,
  hbonePort,
  isLimited,
  meshCallers,
  type ShutTunnel,
  shutTunnel,
  usesWaypoint,
} from '../../relations/mesh/ambient-flows.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import { callableFrom, calledBy, toldCalls } from '../../relations/service/called-services.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { keptBy } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { policySubject, rulesEvidence, workloadsText } from '../policy/words.ts'

/**
 * In the ambient mode all that pods of the mesh send each other travels in one tunnel, to port 15008 of the pod that is
 * called, and policies are enforced outside of the pod: they see the tunnel, and never the port inside of it (istio,
 * "Ambient and Kubernetes NetworkPolicy").
 */
export default check({
  code: 'MSH824',
  slug: 'mesh/tunnel-kept-out',
  title: 'a NetworkPolicy opens ports of pods in ambient mode, and not 15008',
  fine: 'policies that open ports of pods in ambient mode to others of the mesh open 15008 as well',
  severity: 'error',
  needs: ['networkPolicies', 'pods', 'namespaces'],
  wants: ['otherPolicies', 'services', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ networkPolicies, pods, namespaces, otherPolicies, services, clusterDns, scope }) {
    const carried = pods.filter(goesByZtunnel)
    if (carried.length === 0) return notApplicable('no pod here is in the ambient mode of Istio')
    const decide = policyRules(networkPolicies, { known: true, value: namespaces })
    const callers = meshCallers(pods, namespaces, { decide, only: scope.namespace })
    const waypointed = new Set(namespaces.filter((it) => usesWaypoint(it.labels)).map((it) => it.name))
    const classes = [...Map.groupBy(carried, (it) => decide.classOf(podEnd(it))).values()]
    const pairs = classes.flatMap(([to]) =>
      to === undefined
        ? []
        : callers.filter((it) => isLimited(networkPolicies, it.end, to)).map((caller) => ({ caller, to })),
    )
    if (pairs.length === 0) return notApplicable('no NetworkPolicy limits what pods in ambient mode say to each other')
    const shut = pairs.flatMap(({ caller, to }) => shutTunnel(decide, caller, to) ?? [])
    // A waypoint comes in by the tunnel in the place of whom the rules name.
    const sure = shut.filter(
      ({ to, caller }) =>
        !waypointed.has(to.namespace) &&
        !usesWaypoint(to.labels) &&
        othersOn(otherPolicies, [to.namespace, caller.end.namespace]).length === 0,
    )
    const known = { known: true, value: namespaces } as const
    const around = callableFrom({
      services: services.known ? services.value : [],
      namespaces: known,
      clusterDns,
      scope,
    })
    const told = toldCalls(carried).flatMap(({ pod, call }) => {
      const called = calledBy(pod, call, around)
      return called.is === 'there' ? [{ pod, service: called.service }] : []
    })
    const podsOf = podsOfServices(pods)
    const tellers = ({ caller, to }: ShutTunnel): readonly Pod[] =>
      told
        .filter(
          ({ pod, service }) =>
            decide.classOf(podEnd(pod)) === decide.classOf(caller.end) &&
            podsOf(service).some((it) => decide.classOf(podEnd(it)) === decide.classOf(podEnd(to))),
        )
        .map((it) => it.pod)
    if (sure.length > 0)
      return [...Map.groupBy(sure, (it) => it.policy).values()].map((its) => verdict(its, carried, tellers))
    const [first] = shut
    if (first !== undefined && othersOn(otherPolicies, [first.to.namespace, first.caller.end.namespace]).length === 0)
      return cannotTell(
        'ambiguous',
        `NetworkPolicy ${full(first.policy)} lets ${hbonePort} in to nobody of the callers; a waypoint may ` +
          'stand between',
      )
    return okBesideOthers(
      otherPolicies,
      pairs.flatMap(({ caller, to }) => [to.namespace, caller.end.namespace]),
      pairs.length,
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.direction === 'Ingress'
        ? `NetworkPolicy ${full(on)} opens port ${args.port} of ${args.who} to ${some(args.callers, 2)}, and not ` +
          `${hbonePort}, by which pods in ambient mode come.`
        : `NetworkPolicy ${full(on)} lets ${some(args.callers, 2)} out to port ${args.port} of ${args.who}, and not ` +
          `to ${hbonePort}, by which pods in ambient mode go.`,
    detail: ({ args }) =>
      `by ${args.direction.toLowerCase()} · HBONE, TCP ${hbonePort}, is denied` +
      (args.seen ? '' : ` · whether ${some(args.callers, 2)} has pods of the mesh was not read`),
    note: () =>
      'seen in objects alone: whether this network enforces the policy was not measured. Callers outside of the ' +
      'mesh, ' +
      "and the kubelet's probes, come by the port itself and are let in",
    help: ({ subject: on, args }) => [
      `let TCP ${hbonePort} through beside port ${args.port}, for the same peers`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
      'kubectl -n istio-system logs -l app=ztunnel --tail 200 | grep -i error',
    ],
  },
})

/** Those that are told to call; where nobody is, the namespaces of those that may. */
function verdict(
  its: readonly ShutTunnel[],
  carried: Parameters<typeof workloadsText>[0],
  tellers: (it: ShutTunnel) => readonly Pod[],
) {
  const [first] = its
  if (first === undefined) return notApplicable('no tunnel is shut')
  const { policy, direction, port } = first
  const targets = new Set(its.map((it) => full(workloadOfPod(it.to))))
  const who = carried.filter((it) => targets.has(full(workloadOfPod(it))))
  const telling = its.flatMap(tellers).map(workloadOfPod)
  const callers =
    telling.length > 0
      ? telling.map((it) => `${it.kind} ${full(it)}`)
      : its.map(({ caller }) => `namespace ${caller.end.namespace}`)
  const isSeen = its.some((it) => it.caller.pod !== null)
  return finding({
    subject: policySubject(policy),
    also: [...new Map(who.map((it) => [full(workloadOfPod(it)), workloadOfPod(it)])).values()],
    severity: isSeen ? 'error' : 'warning',
    confidence: isSeen ? 'inferred' : 'possible',
    args: { direction, port, who: workloadsText(who), callers: [...new Set(callers)], seen: isSeen },
    evidence: [rulesEvidence(policy, direction, `no rule opens TCP ${hbonePort}`, `port: ${port}`)],
    symptoms: [keptBy(policy)],
  })
}
