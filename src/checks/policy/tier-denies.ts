import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { OtherPolicy, TierRule } from '../../model/network-policy.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { otherKindText, otherPolicyText } from '../../relations/policy/other-policies.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { tierDecisions } from '../../relations/policy/tier-decides.ts'
import { type WantedWay, wantedWays } from '../../relations/policy/wanted-ways.ts'
import { calleeOutOfReach, dnsLossInPod, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Above NetworkPolicies stand the admin's, below them a baseline, and a denial of Cilium is before all that allows:
 * whoever looks at NetworkPolicies alone finds the connection allowed, and it ends in a timeout.
 */
export default check({
  code: 'POL437',
  slug: 'policy/tier-denies',
  title: 'a policy of another tier denies a connection that is wanted',
  fine: 'policies of the tiers around NetworkPolicies let through what is wanted',
  severity: 'error',
  needs: ['otherPolicies', 'pods', 'services'],
  wants: ['networkPolicies', 'namespaces', 'clusterDns', 'workloads', 'endpointSlices'],
  remedies: [],
  decides: ['NP-14'],

  run({ otherPolicies, networkPolicies, scope, ...sources }) {
    const tiered = otherPolicies.filter((it) => it.tier !== undefined)
    if (tiered.length === 0)
      return notApplicable('no policy of a tier around NetworkPolicies, and none of Cilium that denies, is here')
    const decide = tierDecisions(tiered, networkPolicies.known ? networkPolicies.value : null, sources.namespaces)
    const ways = wantedWays({ ...sources, scope })
    if (ways.length === 0) return notApplicable('no connection is known that somebody wants')
    const judged = ways.map((way) => ({ way, decisions: way.flows.map(decide) }))
    const denied = judged.flatMap(({ way, decisions }): readonly Denied[] => {
      // Whom anybody could reach is reached by some.
      if (way.why === 'target' && !decisions.every((it) => it.kind === 'denied')) return []
      const those = decisions.filter((it) => it.kind === 'denied')
      const [first] = those
      return first === undefined ? [] : [{ ...first, way, denied: those.length, of: decisions.length }]
    })
    if (denied.length > 0)
      return [...Map.groupBy(denied, (it) => `${otherPolicyText(it.by)} ${it.rule.name ?? ''} ${it.direction}`)].map(
        ([, its]) => verdict(its),
      )
    const [open] = judged.flatMap(({ way, decisions }) =>
      decisions.flatMap((it) => (it.kind === 'unknown' ? [{ way, by: it.by }] : [])),
    )
    return open === undefined
      ? ok(ways.length)
      : cannotTell('ambiguous', `${otherPolicyText(open.by)} may decide on the way to ${open.way.to}: ${unclear}`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.kind} ${on.namespace === null ? on.name : full(on)} denies ${some(args.ways, 2)}.`,
    detail: ({ args }) =>
      `${args.rule} · ${args.denied} of ${args.of} connections to pods · ${places[args.tier] ?? ''}`,
    note: () => 'seen in objects alone, and as far as the CNI heeds them: what is denied ends in a timeout, as a rule',
    help: ({ subject: on, args }) => [
      `if this is wanted: ${args.remedy}`,
      `kubectl ${on.namespace === null ? '' : `-n ${on.namespace} `}get ${args.resource} ${on.name} -o yaml`,
      ...(args.start === '' ? [] : [`hopscope trace ${args.start} --probe`]),
    ],
  },
})

const unclear = 'priorities that are alike, or NetworkPolicies, peers or labels that are not known here'

const places: Readonly<Record<string, string>> = {
  admin: 'before any NetworkPolicy is asked',
  baseline: 'where no NetworkPolicy chooses the pod',
  cilium: 'before all that other policies allow',
}

const remedies: Readonly<Record<string, string>> = {
  admin: 'put a rule with Allow or Pass above that one, or into a policy of a smaller priority number',
  baseline: 'a NetworkPolicy that chooses the pod and allows it is asked in its place',
  cilium: 'make the denial narrower, for no rule that allows is stronger',
}

interface Denied {
  readonly by: OtherPolicy
  readonly rule: TierRule
  readonly direction: Direction
  readonly way: WantedWay
  readonly denied: number
  readonly of: number
}

const resources: Partial<Readonly<Record<OtherPolicy['kind'], string>>> = {
  AdminNetworkPolicy: 'adminnetworkpolicy',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicy',
  ClusterNetworkPolicy: 'clusternetworkpolicies.policy.networking.k8s.io',
  CiliumNetworkPolicy: 'ciliumnetworkpolicy',
  CiliumClusterwideNetworkPolicy: 'ciliumclusterwidenetworkpolicy',
}

function verdict(its: readonly Denied[]) {
  const [first] = its
  if (first === undefined) return ok(0)
  const { by, rule, direction } = first
  const from = its.flatMap((it) => it.way.from ?? [])
  const tier = by.kind.startsWith('Cilium') ? 'cilium' : (by.tier?.tier ?? 'admin')
  const number = (by.tier?.rules ?? []).filter((it) => it.direction === direction).indexOf(rule)
  const traced = its.find((it) => it.way.why === 'call')?.way
  return finding({
    subject: subject(by.kind, by.namespace, by.name),
    also: [
      ...concerned(from),
      ...its.flatMap(({ way: { service } }) =>
        service === null ? [] : [subject('Service', service.namespace, service.name)],
      ),
    ],
    confidence: 'inferred',
    // A call that is told of may never be made.
    ...(its.every((it) => it.way.why === 'call') ? { severity: 'warning' as const } : {}),
    args: {
      kind: otherKindText(by.kind),
      ways: [...new Set(its.map(({ way }) => wayText(way)))],
      rule: `${direction.toLowerCase()} rule ${rule.name === null ? number + 1 : `“${rule.name}”`}`,
      denied: its.reduce((sum, it) => sum + it.denied, 0),
      of: its.reduce((sum, it) => sum + it.of, 0),
      tier,
      remedy: remedies[tier] ?? '',
      resource: resources[by.kind] ?? by.kind,
      start: traced === undefined ? '' : traceArgs(traced),
    },
    evidence: [
      { kind: 'fact', label: otherPolicyText(by), value: `${direction.toLowerCase()}: ${rule.action}` },
      { kind: 'fact', label: 'denied', value: some([...new Set(its.map(({ way }) => wayText(way)))], 5) },
    ],
    causes: its.flatMap(causesOf),
  })
}

function traceArgs({ from, service }: WantedWay): string {
  return from === null || service === null
    ? ''
    : `pod/${from.name} svc/${service.name}.${service.namespace} -n ${from.namespace}`
}

function wayText({ why, from, to }: WantedWay): string {
  if (from === null) return `all that comes in to ${to}`
  const on = workloadOfPod(from)
  const who = `${on.kind.toLowerCase()} ${full(on)}`
  return why === 'lookup' ? `the lookups of ${who}` : `the way of ${who} to ${to}`
}

function causesOf({ way: { why, from, service } }: Denied): readonly string[] {
  if (from === null) return service === null ? [] : [svcUnanswered(service)]
  return why === 'lookup' ? [dnsLossInPod(from)] : [calleeOutOfReach(workloadOfPod(from))]
}
