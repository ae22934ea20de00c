import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { podRanges, type ShutOutside, wayOut } from '../../relations/policy/lets-outside.ts'
import { type OutsideCall, outsideCalls } from '../../relations/policy/outside-calls.ts'
import { policiesSelecting } from '../../relations/policy/policy-applies-to-pod.ts'
import { calleeOutOfReach, keptBy } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * A selector means pods (networking/v1 types.go, NetworkPolicyPeer): `namespaceSelector: {}` lets nothing out of the
 * cluster, and an ipBlock lets out to its own range alone, which a database leaves when it moves.
 */
export default check({
  code: 'POL433',
  slug: 'policy/keeps-from-outside',
  title: 'a NetworkPolicy keeps a program from an address outside of the pods',
  fine: 'policies let programs out to addresses outside of the pods that they are told to call',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'services'],
  wants: [
    'endpointSlices',
    'nodes',
    'namespaces',
    'ingresses',
    'gatewayRoutes',
    'otherPolicies',
    'clusterDns',
    'insideViews',
  ],
  remedies: [],
  decides: [],

  run(seen) {
    const { networkPolicies, otherPolicies, pods, insideViews } = seen
    const { judged, unjudged } = outsideCalls(seen)
    if (judged.length + unjudged === 0)
      return notApplicable('no environment variable or argument here names an address outside of the pods')
    const selecting = policiesSelecting(networkPolicies)
    const isOfPods = podRanges(pods, seen.nodes)
    const places = [...Map.groupBy(judged, placeOf).values()].flatMap((its): readonly Place[] => {
      const ways = its.map((it) => wayOut(it, selecting(it.pod, 'Egress'), isOfPods))
      return ways.some((it) => it !== 'unselected') ? [{ calls: its, ways }] : []
    })
    if (places.length === 0)
      return unjudged === 0
        ? notApplicable('no NetworkPolicy limits what is told to call an address outside of the pods')
        : cannotTell('ambiguous', `${callsText(unjudged)} may go by a proxy, a mesh, or back into the cluster`)
    const shut = places.flatMap((it) => shutOf(it, insideViews))
    const sure = shut.filter(({ call }) => othersOn(otherPolicies, [call.pod.namespace]).length === 0)
    const note = unjudged === 0 ? null : `${callsText(unjudged)} not judged: by a proxy, a mesh, or of its own domain`
    if (sure.length === 0)
      return okBesideOthers(
        otherPolicies,
        places.flatMap(({ calls }) => calls.map(({ pod }) => pod.namespace)),
        places.length,
        note,
      )
    const groups = Map.groupBy(sure, ({ call, policy }) => `${full(policy)} ${subjectKey(workloadOfPod(call.pod))}`)
    return [...groups.values()].flatMap(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} does not let ${args.caller} out to ${some(args.places, 2)}, which ` +
      `${some(args.by, 2)} ${args.by.length > 1 ? 'tell' : 'tells'} it to call.`,
    detail: ({ args }) =>
      (args.isName
        ? 'no rule there has an ipBlock for outside, or no peer: selectors mean pods'
        : 'no ipBlock there has the address, and selectors mean pods') +
      ` · ${count(args.policies, 'policy', 'policies')}` +
      (args.isWaiting ? ' · seen inside the pod: connects there wait without an answer' : ''),
    note: ({ args }) =>
      args.isWaiting
        ? 'what a policy drops ends in a timeout, without a word from anybody'
        : 'seen in objects alone: whether the program calls it, and whether it is to be kept from it, was not measured',
    help: ({ subject: on, args }) => [
      args.isName
        ? 'let it out by a rule of egress with that port and an ipBlock of its addresses (0.0.0.0/0 without your own)'
        : `let it out by a rule of egress with an ipBlock of ${args.address}/32, or of the network that it is in now`,
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
      ...(args.port === null
        ? []
        : [`kubectl -n ${args.namespace} exec ${args.pod} -- nc -z -w 3 ${args.address} ${args.port}`]),
    ],
  },
})

const callsText = (calls: number): string => `${count(calls, 'call')} to addresses or hosts outside`

/** All ways of one setting, as of a Service with several endpoints. */
interface Place {
  readonly calls: readonly OutsideCall[]
  readonly ways: readonly (ShutOutside | 'unselected' | 'open')[]
}

const placeOf = ({ pod, by, told, port, service }: OutsideCall): string =>
  `${subjectKey(workloadOfPod(pod))} ${by} ${told} ${service ?? port}`

interface Shut {
  readonly call: OutsideCall
  readonly policy: NetworkPolicy
  readonly by: readonly NetworkPolicy[]
  readonly isWaiting: boolean
}

/** Told where every way is shut, and no connection there was seen to be open. */
function shutOf({ calls, ways }: Place, views: Known<readonly InsideView[]>): readonly Shut[] {
  const [call] = calls
  const [first] = ways
  if (call === undefined || typeof first !== 'object' || ways.some((it) => typeof it === 'string')) return []
  const seen = calls.map((it) => socketsTo(it, views))
  if (seen.includes('open')) return []
  return [{ call, policy: first.policy, by: first.by, isWaiting: seen.includes('waiting') }]
}

/** What the pod's own sockets showed of that other end. */
function socketsTo({ pod, ip, port }: OutsideCall, views: Known<readonly InsideView[]>): 'open' | 'waiting' | 'unseen' {
  const own = (views.known ? views.value : []).filter((it) => it.namespace === pod.namespace && it.pod === pod.name)
  const sockets = own.flatMap((it) => (it.sockets?.known === true ? [it.sockets.value] : []))
  const isIt = (it: { readonly ip: string; readonly port: number }): boolean =>
    it.ip === ip && (port === null || it.port === port)
  const isOpen = sockets.some((it) => it.crowds.some(isIt) || it.unacknowledged.some((one) => isIt(one)))
  if (isOpen) return 'open'
  return sockets.some((it) => it.connecting.some(isIt)) ? 'waiting' : 'unseen'
}

function placeText({ told, ip, port, service }: OutsideCall): string {
  const at = `${ip ?? told}${port === null ? '' : `:${port}`}`
  return service === null ? at : `${at} (Service ${service})`
}

function verdict(its: readonly Shut[]) {
  const [first] = its
  if (first === undefined) return []
  const { call, policy, by } = first
  const on = workloadOfPod(call.pod)
  const isWaiting = its.some((it) => it.isWaiting)
  return [
    finding({
      subject: policySubject(policy),
      also: [on],
      // Whoever closed the way out may have meant this call too; a program may have a setting that it does not use.
      confidence: isWaiting ? 'observed' : 'possible',
      args: {
        caller: `${on.kind} ${full(on)}`,
        places: [...new Set(its.map((it) => placeText(it.call)))],
        by: [...new Set(its.map((it) => it.call.by ?? 'its command'))],
        isName: call.ip === null,
        address: call.ip ?? call.told,
        port: call.port,
        policies: by.length,
        isWaiting,
        pod: call.pod.name,
        namespace: call.pod.namespace,
      },
      evidence: [rulesEvidence(policy, 'Egress', 'nothing here allows it')],
      symptoms: [keptBy(policy)],
      ...(isWaiting ? { causes: [calleeOutOfReach(on)] } : {}),
    }),
  ]
}
