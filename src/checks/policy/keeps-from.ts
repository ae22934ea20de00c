import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Crossing } from '../../model/crossing.ts'
import { known, type Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import { endsOf, farNameOf, namespacesOf, type TraceEnds } from '../../relations/path/trace-ends.ts'
import { type TracedFlow, tracedFlows } from '../../relations/path/trace-policy.ts'
import type { Labels } from '../../relations/selector.ts'
import { isLetThrough } from '../../relations/policy/crossed-flows.ts'
import { editedWorkload, type LabelSlip, labelSlip, templateOf } from '../../relations/policy/label-slip.ts'
import { lastingLabels } from '../../relations/policy/lasting-labels.ts'
import { nearRule, type NearRule } from '../../relations/policy/near-rule.ts'
import { okBesideOthers } from '../../relations/policy/other-policies.ts'
import { jobFails, keptBy, portNameMeansNothing, svcUnanswered } from '../../relations/symptom.ts'
import { deniedEvidence, nearText, peerText, policySubject } from './words.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { full, some } from '../../phrases.ts'

/**
 * Only a trace says that a connection is wanted: a policy that keeps others out does its work. What it drops ends in a
 * timeout at the client, without a word from anybody.
 */
export default check({
  code: 'POL410',
  slug: 'policy/keeps-from',
  title: 'a NetworkPolicy stops the traced connection',
  fine: 'no NetworkPolicy stops the traced connection',
  severity: 'error',
  needs: ['networkPolicies', 'pods'],
  wants: ['services', 'endpointSlices', 'namespaces', 'crossings', 'otherPolicies', 'workloads'],
  remedies: [],
  decides: ['NP-02', 'NP-03'],

  run({ networkPolicies, pods, services, endpointSlices, namespaces, crossings, otherPolicies, workloads, scope }) {
    const ends = endsOf({ scope, pods: known(pods), services, endpointSlices })
    if (ends === null) return notApplicable('no trace was asked for')
    const flows = tracedFlows(ends, networkPolicies, namespaces, pods)
    if (flows.length === 0) return notApplicable('no address of the other end is known')
    const denied = flows.filter((it) => it.decision.kind === 'denied' && measured(it, crossings) !== 'open')
    const open = flows.filter((it) => it.decision.kind === 'unknown' && measured(it, crossings) !== 'open')
    const [first] = denied
    if (first !== undefined)
      return judge(first, { ends, denied, of: flows.length, crossings, pods, namespaces, workloads })
    const [unsure] = open
    if (unsure?.decision.kind === 'unknown') return cannotTell('ambiguous', unsure.decision.why)
    const reached = flows.every((it) => measured(it, crossings) === 'open')
    return reached ? ok(flows.length) : okBesideOthers(otherPolicies, namespacesOf(ends), flows.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} does not let pod ${args.from} ` +
      `${args.direction === 'Egress' ? 'out' : 'in'} to ` +
      `${args.denied < args.of ? `${args.denied} of ${args.of} endpoints of ` : ''}${args.to}.`,
    detail: ({ args }) =>
      `${args.denied} of ${args.of} ${args.of === 1 ? 'endpoint' : 'endpoints'} denied · ` +
      (args.direction === 'Egress' ? 'egress' : 'ingress') +
      `${args.more === 0 ? '' : ` · ${args.more} more policies select the same pod, and none of them allows it`}`,
    note: ({ args }) => {
      if (args.slip.length > 0)
        return (
          `a rule of ${args.wanting} wants ${some(args.slip)}: that stands on ${args.maker}, and not on its pod ` +
          'template, so that no pod bears it'
        )
      return args.direction === 'Egress'
        ? 'a policy of type Egress selects the pod that connects, ' +
            'and no rule of any policy leads to the other end on this port'
        : 'a policy of type Ingress selects the pods at the other end, ' +
            'and no rule of any policy lets this pod in on this port'
    },
    help: ({ subject: on, args }) => [
      ...(args.slip.length > 0 ? [`put ${some(args.slip)} into ${args.template} of ${args.maker}`] : []),
      args.near === ''
        ? 'if this connection is wanted, the smallest rule that allows it stands above; ' +
          'it belongs into this policy, or into one of its own'
        : `if this connection is wanted: ${args.near}`,
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      `kubectl -n ${args.home} get pods --show-labels`,
    ],
  },
})

/** What the pod itself saw of this address; null where nothing was tried, or the tool did not say. */
export function measured({ address }: TracedFlow, crossings: Known<readonly Crossing[]>): 'open' | 'failed' | null {
  if (!crossings.known) return null
  const own = crossings.value.filter((it) => it.host === address.host && it.port === address.port && it.result !== null)
  if (own.length === 0) return null
  return own.some(isLetThrough) ? 'open' : 'failed'
}

interface Around {
  readonly ends: TraceEnds
  readonly denied: readonly TracedFlow[]
  readonly of: number
  readonly crossings: Known<readonly Crossing[]>
  readonly pods: readonly Pod[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly workloads: Known<readonly Workload[]>
}

function judge(first: TracedFlow, { ends, denied, of, crossings, pods, namespaces, workloads }: Around) {
  const { decision, address } = first
  if (decision.kind !== 'denied' || ends.from === null) return ok(of)
  const near = nearRule(decision, first.flow, namespaces)
  const policy = near?.policy ?? decision.by[0]
  if (policy === undefined) return ok(of)
  const more = decision.by.filter((it) => it !== policy)
  const { to } = address
  const other =
    to.kind === 'endpoint' ? (pods.find((it) => it.namespace === to.namespace && it.name === to.pod) ?? null) : null
  const end = decision.direction === 'Ingress' ? ends.from : other
  const maker = end === null || !workloads.known ? null : editedWorkload(end, workloads.value)
  const slip = maker === null ? null : labelSlip(maker, decision.by, decision.direction)
  return finding({
    subject: policySubject(policy),
    confidence: denied.some((it) => measured(it, crossings) === 'failed') ? 'observed' : 'inferred',
    args: {
      from: full(ends.from),
      to: farNameOf(ends),
      direction: decision.direction,
      denied: denied.length,
      of,
      near: nearText(near, first.flow),
      more: more.length,
      ...slipArgs(slip),
      home: (decision.direction === 'Egress' ? ends.from : (other ?? ends.from)).namespace,
    },
    evidence: [
      deniedEvidence(policy, decision.direction, near),
      allowing(decision.direction, { policy, from: ends.from, other, host: address.host, port: address.port }),
    ],
    symptoms: whyKept(near, decision.direction, { ends, other }),
    causes: [
      ...(ends.to.kind === 'service' ? [svcUnanswered(ends.to.service)] : []),
      ...(maker?.kind === 'CronJob' ? [jobFails(maker)] : []),
    ],
  })
}

function slipArgs(slip: LabelSlip | null) {
  if (slip === null) return { slip: [], wanting: '', maker: '', template: '' }
  const { policy, workload, pairs } = slip
  return {
    slip: pairs,
    wanting: full(policy),
    maker: `${workload.kind} ${workload.name}`,
    template: templateOf(workload.kind),
  }
}

/**
 * A rule has the other end as a peer, and its port is all that is wrong: what is wrong with the port is found by
 * itself, a name that these pods do not have (POL417) or the Service's port in place of theirs (POL403), and is one
 * fault.
 */
function whyKept(
  near: NearRule | null,
  direction: 'Egress' | 'Ingress',
  { ends, other }: { readonly ends: TraceEnds; readonly other: Pod | null },
): readonly string[] {
  if (near === null) return []
  const { port } = near.port
  if (near.part === 'name' && direction === 'Ingress' && other !== null && typeof port === 'string')
    return [portNameMeansNothing(near.policy, port, other)]
  const isOfService = ends.to.kind === 'service' && ends.to.service.ports.some((it) => it.port === port)
  return near.part === 'port' && isOfService ? [keptBy(near.policy)] : []
}

interface Wanted {
  readonly policy: NetworkPolicy
  readonly from: Pod
  readonly other: Pod | null
  readonly host: string
  readonly port: number
}

/** The least that would let it through: this peer, this port. */
function allowing(direction: 'Ingress' | 'Egress', { policy, from, other, host, port }: Wanted): Evidence {
  const end = direction === 'Ingress' ? from : other
  const selector = (matchLabels: Labels) => ({ matchLabels, matchExpressions: [] })
  const lasting = lastingLabels(end?.labels ?? {})
  const peer = peerText({
    namespaceSelector:
      end === null || end.namespace === policy.namespace
        ? null
        : selector({ 'kubernetes.io/metadata.name': end.namespace }),
    podSelector: end === null ? null : selector(lasting),
    ipBlock: end === null ? { cidr: `${host}/${isIpv6(host) ? 128 : 32}`, except: [] } : null,
  })
  const where = peer.startsWith('{') ? peer : `{${peer}}`
  const way = direction === 'Ingress' ? 'from' : 'to'
  return {
    kind: 'fact',
    label: `spec.${direction.toLowerCase()}, a rule more`,
    value: `- {${way}: [${where}], ports: [{port: ${port}, protocol: TCP}]}`,
  }
}
