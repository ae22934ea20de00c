import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, type Confidence, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import { isLetNowhere, isShutIn, mayBeShutIn, withoutComplaint } from '../../relations/policy/shut-in.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { once } from '../../relations/once.ts'
import { okBesideOthers } from '../../relations/policy/other-policies.ts'
import { type Decision, policyNames } from '../../relations/policy/policy-allows.ts'
import { lookupEnd } from '../../relations/dns/lookup-end.ts'
import { dnsPodLabels } from '../../relations/dns/dns-servers.ts'
import { type DnsGroup, dnsGroups, type Isolation, isolating } from '../../relations/policy/policy-dns.ts'
import {
  allowDns,
  dnsLosses,
  policySubject,
  rulesEvidence,
  viewsOf,
  workloadsEvidence,
  workloadsText,
} from './words.ts'
import { sameDoor } from '../../relations/policy/same-door.ts'
import { dnsDoorShut } from '../../relations/symptom.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * Once a policy isolates a pod's egress, DNS is traffic like any other, and has to be let out. What remains looks like
 * a DNS fault: names time out, while the same connection by address works.
 */
export default check({
  code: 'POL401',
  slug: 'policy/forgets-dns',
  title: 'a NetworkPolicy keeps pods from DNS',
  fine: 'policies let the pods that were read reach DNS',
  severity: 'error',
  needs: ['networkPolicies', 'pods', 'clusterDns'],
  wants: ['namespaces', 'insideViews', 'services', 'otherPolicies', 'programLogs'],
  remedies: ['policy-allow-dns'],
  decides: ['NP-05', 'NP-11', 'DNS-67'],

  run({ networkPolicies, pods, clusterDns, namespaces, insideViews, services, otherPolicies, programLogs, scope }) {
    const asking = { pods, dns: clusterDns, policies: networkPolicies, namespaces, views: insideViews, services }
    const groups = dnsGroups(asking)
    if (networkPolicies.length === 0 || groups.length === 0)
      return notApplicable('no NetworkPolicy stands before pods that ask the cluster DNS')
    if (clusterDns.service === null || clusterDns.pods.length === 0)
      return cannotTell(
        'not-there',
        'where this cluster keeps its DNS is not known: no pods behind kube-system/kube-dns',
      )
    const all = insideViews.known ? insideViews.value : []
    const isContent = withoutComplaint(programLogs, pods)
    const meant = (group: DnsGroup): boolean =>
      group.pods.every((it) => isShutIn(it, networkPolicies) && !isTargetPod(scope, it))
    const mayBeMeant = (group: DnsGroup): boolean =>
      group.pods.every(
        (it) =>
          (mayBeShutIn(it, networkPolicies) || (isLetNowhere(it, networkPolicies) && isContent(it))) &&
          !isTargetPod(scope, it),
      )
    // Pods of other namespaces were not read, and are no part of what is well.
    const note = scope.namespace === null ? null : `pods of namespace ${scope.namespace} alone`
    const doors = sameDoor(groups, {
      way: 'udp',
      apart: (it) => viewsOf(it, insideViews).length > 0,
      mark: (it) => `${meant(it)} ${mayBeMeant(it)}`,
    })
    return doors.map((group) =>
      judge(group, {
        dns: clusterDns,
        views: viewsOf(group, insideViews),
        all,
        otherPolicies,
        isMeant: meant(group),
        mayBeMeant: mayBeMeant(group),
        note,
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) => {
      const whom = args.server === null ? "the cluster's DNS" : `${args.server}, their nameserver`
      return args.isSuspect
        ? `NetworkPolicy ${full(on)} has no rule that lets ${args.who} ask ${whom}.`
        : `NetworkPolicy ${full(on)} keeps ${args.who} from ${whom}.`
    },
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} in ${placesText(args.namespaces)} · ` +
      `no rule allows UDP ${args.port} to ${args.dns}` +
      (args.others === 0
        ? ''
        : ` · nor does any of ${args.others} other ${args.others === 1 ? 'policy' : 'policies'} ` +
          'that select them') +
      `${args.seen === '' ? '' : ` · ${args.seen}`}`,
    note: ({ args }) => {
      if (args.isMeant)
        return 'it lets them open no connection at all, and their specs name nobody to call: then they need no names'
      if (args.mayBeMeant)
        return (
          'their specs name nobody to call, and nothing shows that they try: if they only answer, they need no ' +
          'names, and this may be meant'
        )
      if (args.isSuspect)
        return (
          `${args.server ?? "the DNS Service's address"} is answered on the node, by no pod that a selector could ` +
          'admit; ' +
          'whether the way to the own node is filtered is left to the CNI, and was not measured'
        )
      if (args.left !== '')
        return (
          `this network judges ${args.left} by where packets go in the end: ` +
          'the lookup inside the pod timed out, so the rules do not let it through'
        )
      return args.tcp === 'allowed'
        ? 'TCP 53 is allowed: a port without `protocol: UDP` means TCP'
        : 'rules of all policies add up: one that allows DNS for these pods is enough'
    },
    help: ({ subject: on, args }) =>
      args.direction === 'Egress'
        ? [
            'let DNS out for the pods that this policy isolates (and for no others: ' +
              'a wider podSelector would isolate more)',
            `hopscope fix POL401 -n ${on.namespace} --plan`,
            `kubectl -n ${args.namespace} exec ${args.example} -- nslookup kubernetes.default`,
          ]
        : ['let every namespace in on port 53', `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`],
  },
})

/** How many of the lookups inside pods are known, and how many of these went well. */
const ends = once((views: readonly InsideView[]) => ({
  known: views.filter((it) => lookupEnd(it) !== null).length,
  well: views.filter((it) => lookupEnd(it)?.result === 'ok').length,
}))

function timedOut(view: InsideView | undefined): boolean {
  return view !== undefined && lookupEnd(view)?.result === 'timeout'
}

interface Around {
  readonly dns: ClusterDns
  readonly views: readonly InsideView[]
  readonly all: readonly InsideView[]
  readonly otherPolicies: Known<readonly OtherPolicy[]>
  /** These pods are to open no connection at all, and need no names. */
  readonly isMeant: boolean
  /** So it may be, by what else was written for them. */
  readonly mayBeMeant: boolean
  /** Whose pods were judged, where they are not all. */
  readonly note: string | null
}

function judge(group: DnsGroup, { dns, views, all, otherPolicies, isMeant, mayBeMeant, note }: Around) {
  const { udp } = group
  const stands = isolating(udp)
  const working = views.find((it) => lookupEnd(it)?.result === 'ok')
  const failing = views.find((it) => ['timeout', 'unreachable', 'refused'].includes(lookupEnd(it)?.result ?? ''))
  const isWell = working !== undefined && failing === undefined
  if (udp.kind === 'allowed' || stands === null)
    return isWell
      ? ok(group.pods.length, note)
      : okBesideOthers(otherPolicies, [group.namespace, home(dns)], group.pods.length, note)
  if (isWell) return resolves(group, udp, working)
  const [looked, ownLooked] = [ends(all), ends(views)]
  const everybody = looked.known > ownLooked.known && looked.well === ownLooked.well
  const decided = udp.kind === 'unknown' && udp.measured === 'decides' && timedOut(failing) && !everybody
  const isSuspect = udp.kind === 'unknown' && udp.isShut === true && looked.known === 0
  if (udp.kind === 'unknown' && !decided && !isSuspect)
    return cannotTell(
      'ambiguous',
      `${policyNames(udp.by)}, ${workloadsText(group.pods)}: ${udp.why}`,
      views.length === 0 ? '--probe' : null,
    )
  return found(group, dns, stands, { failing, decided, isSuspect, isMeant, mayBeMeant })
}

/** What was seen inside a pod counts above what the rules say. */
function resolves(group: DnsGroup, udp: Exclude<Decision, { kind: 'allowed' }>, working: InsideView) {
  if (udp.kind === 'unknown') return ok(group.pods.length, `pod ${working.pod} resolves names`)
  return cannotTell(
    'ambiguous',
    `${policyNames(udp.by)} denies DNS, yet pod ${group.namespace}/${working.pod} resolves names: ` +
      'policies are not enforced here, or a cache on the node answers',
  )
}

interface SeenInside {
  readonly failing: InsideView | undefined
  /** A lookup that timed out decided what the rules leave open. */
  readonly decided: boolean
  /** The rules leave it open, and nobody looked: an address of the own node that no rule names. */
  readonly isSuspect: boolean
  readonly isMeant: boolean
  readonly mayBeMeant: boolean
}

function confidenceOf(failing: InsideView | undefined, isSuspect: boolean): Confidence {
  if (failing !== undefined) return 'observed'
  return isSuspect ? 'possible' : 'inferred'
}

function home({ service }: ClusterDns): string {
  return service?.namespace ?? 'kube-system'
}

function dnsPort({ service }: ClusterDns): number {
  const target = service?.ports.find((it) => it.protocol === 'UDP' && it.port === 53)?.targetPort
  return typeof target === 'number' ? target : 53
}

function failedLookup(namespace: string, view: InsideView | undefined): readonly Evidence[] {
  const end = view === undefined ? null : lookupEnd(view)
  if (view === undefined || end === null) return []
  const { tool, name, result, ms } = end
  return [
    {
      kind: 'fact',
      label: `${tool} ${name} in ${namespace}/${view.pod}`,
      value: `${result} after ${Math.round(ms)} ms`,
    },
  ]
}

function placesText(namespaces: readonly string[]): string {
  return namespaces.length === 1
    ? `namespace ${namespaces[0]}`
    : `${namespaces.length} namespaces (${some(namespaces)})`
}

function found(
  group: DnsGroup,
  dns: ClusterDns,
  { policy, others, direction }: Isolation,
  { failing, decided, isSuspect, isMeant, mayBeMeant }: SeenInside,
) {
  const server = dns.service
  const port = dnsPort(dns)
  const namespaces = [...new Set(group.pods.map((it) => it.namespace))].toSorted(textOrder)
  const address = group.server ?? (decided ? (server?.clusterIP ?? null) : null)
  const place = { namespace: home(dns), labels: dnsPodLabels(dns), ip: group.server }
  return finding({
    subject: policySubject(policy),
    also: concerned(group.pods),
    confidence: confidenceOf(failing, isSuspect),
    ...(isSuspect || mayBeMeant ? { severity: 'warning' as const } : {}),
    ...(isMeant ? { severity: 'info' as const } : {}),
    args: {
      direction,
      isMeant,
      mayBeMeant,
      isSuspect,
      server: group.server,
      who: workloadsText(group.pods),
      pods: group.pods.length,
      namespace: group.namespace,
      namespaces,
      port,
      dns: group.server ?? `${place.namespace}/${server?.name ?? 'the DNS servers'}`,
      left: decided ? (address ?? 'unknown') : '',
      others: others.length,
      tcp: group.tcp.kind,
      seen: failing === undefined ? '' : `lookups from pod ${failing.pod} fail`,
      example: group.pods[0]?.name ?? 'none',
      manifest: allowDns(
        policy,
        [
          { port, protocol: 'UDP' },
          { port, protocol: 'TCP' },
        ],
        place,
      ),
    },
    evidence: [
      rulesEvidence(
        policy,
        direction,
        `no rule allows UDP ${port} ` +
          (direction === 'Egress' ? `to ${group.server ?? place.namespace}` : `from ${placesText(namespaces)}`),
      ),
      ...others.slice(0, 3).map((it) => rulesEvidence(it, direction, 'nor here')),
      workloadsEvidence('pods kept from DNS', group.pods),
      ...failedLookup(group.namespace, failing),
    ],
    // The same door keeps out whole namespaces that were not looked at.
    causes: [...dnsLosses(policy, group), ...(direction === 'Ingress' ? [dnsDoorShut(policy)] : [])],
  })
}
