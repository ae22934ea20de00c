import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { count, full } from '../../phrases.ts'
import { type ControlPlane, controlPlanesOf, isOfPlane, podsUnready } from '../../relations/mesh/control-planes.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { podEnd, type PolicyRules, policyRules, probeEnd } from '../../relations/policy/policy-allows.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { isSidecar, meshOf } from '../../relations/service/mesh-sidecar.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { keptBy } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { policySubject, rulesEvidence, workloadsText } from '../policy/words.ts'

/**
 * A proxy of a mesh has its configuration and its certificate from the control plane, and is not ready before. One that
 * runs keeps what it has until it starts again, or its certificate ends, in a day.
 */
export default check({
  code: 'MSH821',
  slug: 'mesh/kept-from-control-plane',
  title: 'a NetworkPolicy keeps proxies of a mesh from its control plane',
  fine: 'policies let proxies of a mesh reach its control plane',
  severity: 'error',
  needs: ['networkPolicies', 'pods'],
  wants: ['namespaces', 'otherPolicies'],
  remedies: [],
  decides: [],

  run({ networkPolicies, pods, namespaces, otherPolicies }) {
    const proxied = pods.filter((it) => isLive(it) && !it.hostNetwork && controlPlanesOf(it).length > 0)
    if (proxied.length === 0) return notApplicable('no pod here has a proxy of a mesh')
    const decide = policyRules(networkPolicies, namespaces)
    const selecting = policiesOfPods(networkPolicies)
    const limited = [
      ...Map.groupBy(proxied, (it) => `${decide.classOf(podEnd(it))} ${it.ready} ${meshOf(it)}`).values(),
    ].flatMap((its): readonly Limited[] => {
      const [first] = its
      return first === undefined
        ? []
        : controlPlanesOf(first).map((plane) => ({ its, first, plane, ...decision(decide, first, { plane, pods }) }))
    })
    const asked = limited.filter(
      ({ first, seen }) =>
        selecting(first, 'Egress').length > 0 || seen.some((it) => selecting(it, 'Ingress').length > 0),
    )
    if (asked.length === 0) return notApplicable('no NetworkPolicy is between proxies of a mesh and its control plane')
    const ends = asked.flatMap(({ first, plane, seen }) => [first.namespace, seen[0]?.namespace ?? plane.namespace])
    // Of pods that are ready while the control plane was not seen, nothing says that it is where its chart puts it.
    const shut = asked.filter((it) => it.by !== null && (it.seen.length > 0 || !it.first.ready))
    const sure = shut.filter(
      ({ first, plane }) => othersOn(otherPolicies, [first.namespace, plane.namespace]).length === 0,
    )
    if (sure.length > 0)
      return [...Map.groupBy(sure, (it) => `${it.by === null ? '' : full(it.by)} ${it.plane.name}`).values()].flatMap(
        (its) => verdict(its) ?? [],
      )
    const open = asked.find((it) => it.why !== null)
    if (open?.why != null) return cannotTell('ambiguous', open.why)
    const unseen = asked.find((it) => it.by !== null && it.seen.length === 0)
    if (unseen !== undefined && unseen.first.ready)
      return cannotTell('not-asked', `where ${unseen.plane.name} is was not read, and its chart's place is shut`, '-A')
    return okBesideOthers(otherPolicies, ends, asked.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} keeps ${args.who} from ${args.plane}, TCP ${args.port}` +
      (args.waiting > 0
        ? `: without ${args.gives} ${args.waiting === 1 ? 'its proxy is' : 'their proxies are'} not ready.`
        : ': their proxies are ready, and the next that starts will not be.'),
    detail: ({ args }) =>
      `${args.waiting} of ${count(args.of, 'pod')} with the proxy not ready · denied by ` +
      `${args.direction.toLowerCase()}` +
      (args.seen ? '' : ` · ${args.plane} was not seen, and is taken to be in ${args.home}`),
    note: () => 'seen in objects alone: whether this network enforces the policy was not measured',
    help: ({ subject: on, args }) => [
      args.direction === 'Egress'
        ? `let them out to ${args.plane}: in spec.egress, namespace ${args.home}, TCP ${args.port}`
        : `let them in: in spec.ingress, from the namespaces of the mesh, TCP ${args.port}`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
      `kubectl -n ${args.namespace} logs ${args.pod} -c ${args.container} --tail 20`,
    ],
  },
})

interface Decided {
  /** Pods of the control plane that are here. */
  readonly seen: readonly Pod[]
  /** Who denies the way to each of them; null where none does. */
  readonly by: NetworkPolicy | null
  readonly direction: 'Egress' | 'Ingress'
  readonly why: string | null
}

interface Limited extends Decided {
  readonly its: readonly Pod[]
  readonly first: Pod
  readonly plane: ControlPlane
}

interface Asked {
  readonly plane: ControlPlane
  readonly pods: readonly Pod[]
}

function decision(decide: PolicyRules, from: Pod, { plane, pods }: Asked): Decided {
  const seen = pods.filter((it) => isLive(it) && isOfPlane(plane, it))
  const ends = seen.length > 0 ? seen.map(podEnd) : [probeEnd(plane)]
  const decisions = ends.map((to) => decide({ from: podEnd(from), to, port: plane.port, protocol: 'TCP' }))
  const [first] = decisions
  const why = decisions.flatMap((it) => (it.kind === 'unknown' ? [it.why] : []))[0] ?? null
  if (first?.kind !== 'denied' || decisions.some((it) => it.kind !== 'denied'))
    return { seen, by: null, direction: 'Egress', why }
  return { seen, by: first.by[0] ?? null, direction: first.direction, why: null }
}

function verdict(its: readonly Limited[]) {
  const [one] = its
  if (one === undefined || one.by === null) return null
  const { by: policy, plane, direction, seen } = one
  const all = its.flatMap((it) => it.its)
  const waiting = all.filter((it) => it.containers.some((own) => isSidecar(own) && !own.ready))
  const who = waiting.length > 0 ? waiting : all
  const [pod] = who
  return finding({
    subject: policySubject(policy),
    also: [...new Map(who.map((it) => [full(workloadOfPod(it)), workloadOfPod(it)])).values()],
    severity: waiting.length > 0 ? 'error' : 'warning',
    confidence: seen.length > 0 ? 'inferred' : 'possible',
    args: {
      who: workloadsText(who),
      plane: plane.name,
      port: plane.port,
      gives: plane.gives,
      direction,
      waiting: waiting.length,
      of: all.length,
      seen: seen.length > 0,
      home: seen[0]?.namespace ?? plane.namespace,
      namespace: pod?.namespace ?? policy.namespace,
      pod: pod?.name ?? '',
      container: pod?.containers.find(isSidecar)?.name ?? 'istio-proxy',
    },
    evidence: [
      rulesEvidence(policy, direction, `nothing here allows TCP ${plane.port} of ${plane.name}`),
      ...waiting.slice(0, 4).map((it) => ({
        kind: 'fact' as const,
        label: `pod ${it.name}`,
        value: it.notReadyReason ?? 'not ready',
      })),
    ],
    symptoms: [keptBy(policy)],
    causes: podsUnready(waiting),
  })
}
