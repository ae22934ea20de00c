import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy, OtherPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { okBesideOthers } from '../../relations/policy/other-policies.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { dnsPodLabels } from '../../relations/dns/dns-servers.ts'
import { type DnsGroup, dnsGroups, type Isolation, isolating } from '../../relations/policy/policy-dns.ts'
import { concerned } from '../../relations/pods-of-whom.ts'
import { sameDoor } from '../../relations/policy/same-door.ts'
import { dnsLossInPod, dnsTcpLossInPod } from '../../relations/symptom.ts'
import { allowDns, policySubject, rulesEvidence, viewsOf, workloadsEvidence, workloadsText } from './words.ts'
import { count, full } from '../../phrases.ts'

/**
 * An answer too large for a UDP packet comes back truncated, and the resolver asks again over TCP (RFC 7766 makes TCP
 * mandatory). Where a policy drops that, short answers work for months, and one long answer hangs the application.
 */
export default check({
  code: 'POL402',
  slug: 'policy/dns-udp-only',
  title: 'a NetworkPolicy allows DNS over UDP but not over TCP',
  fine: 'policies that allow DNS allow it over TCP too',
  severity: 'warning',
  needs: ['networkPolicies', 'pods', 'clusterDns'],
  wants: ['namespaces', 'insideViews', 'services', 'otherPolicies'],
  remedies: ['policy-allow-dns'],
  decides: ['NP-05', 'DNS-68'],

  run({ networkPolicies, pods, clusterDns, namespaces, insideViews, services, otherPolicies }) {
    const asking = { pods, dns: clusterDns, policies: networkPolicies, namespaces, views: insideViews, services }
    const groups = dnsGroups(asking).filter((it) => it.udp.kind === 'allowed')
    if (networkPolicies.length === 0 || groups.length === 0)
      return notApplicable('no NetworkPolicy here stands before pods that may ask DNS over UDP')
    if (clusterDns.service === null || clusterDns.pods.length === 0)
      return cannotTell(
        'not-there',
        'where this cluster keeps its DNS is not known: no pods behind kube-system/kube-dns',
      )
    const doors = sameDoor(groups, {
      way: 'tcp',
      apart: (it) => viewsOf(it, insideViews).length > 0,
      mark: (it) => `${tcpAloneOf(it.pods, []).length > 0}`,
    })
    return doors.map((group) => judge(group, { dns: clusterDns, views: viewsOf(group, insideViews), otherPolicies }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.tcpAlone === 0
        ? `NetworkPolicy ${full(on)} lets ${args.who} ask DNS over UDP, but not over TCP.`
        : `NetworkPolicy ${full(on)} lets no DNS over TCP out, and ${args.tcpAloneWho} ` +
          `${args.tcpAlone === 1 ? 'asks' : 'ask'} over TCP alone (use-vc).`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} in namespace ${args.namespace} · UDP ${args.port} allowed, ` +
      `TCP ${args.port} not${args.seen === '' ? '' : ` · ${args.seen}`}`,
    note: ({ args }) =>
      args.tcpAlone === args.pods
        ? `${useVc}: no lookup of theirs works`
        : 'answers too long for UDP come truncated and are asked for again over TCP: ' +
          'such a lookup hangs (glibc has no timeout of its own for that connect), all others work' +
          (args.tcpAlone === 0 ? '' : `; but ${args.tcpAloneWho}: ${useVc}, and none works`),
    help: ({ subject: on, args }) => [
      'allow TCP 53 beside UDP 53, for the same pods',
      `hopscope fix POL402 -n ${on.namespace} --plan`,
      `kubectl -n ${args.namespace} exec ${args.example} -- nc -vz -w 3 ${args.ip} 53`,
    ],
  },
})

const useVc = 'with use-vc glibc asks over TCP alone (musl does not know that option)'

/** By their spec: glibc sends each query of such a pod over TCP. One that runs musl, as was seen inside, does not. */
function tcpAloneOf(pods: readonly Pod[], views: readonly InsideView[]): readonly Pod[] {
  // A container with musl says nothing of its neighbour with glibc.
  const seen = Map.groupBy(views, (it) => it.pod)
  const isMusl = ({ name, containers }: Pod): boolean => {
    const its = seen.get(name) ?? []
    return its.length >= containers.length && its.every((it) => it.libc === 'musl')
  }
  return pods.filter((it) => !isMusl(it) && it.dnsConfig?.options.some((option) => option.name === 'use-vc') === true)
}

interface Around {
  readonly dns: ClusterDns
  readonly views: readonly InsideView[]
  readonly otherPolicies: Known<readonly OtherPolicy[]>
}

function judge(group: DnsGroup, { dns, views, otherPolicies }: Around) {
  const { tcp } = group
  const stands = isolating(tcp)
  const open = views.find((it) => it.tcp53.known && it.tcp53.value === 'open')
  const lost = views.find((it) => it.tcp53.known && it.tcp53.value !== 'open')
  const isWell = open !== undefined && lost === undefined
  if (tcp.kind === 'allowed' || stands === null) {
    const around = [group.namespace, dns.service?.namespace ?? 'kube-system']
    return isWell ? ok(group.pods.length) : okBesideOthers(otherPolicies, around, group.pods.length)
  }
  if (isWell) return reached(group, open)
  if (tcp.kind === 'unknown')
    return cannotTell(
      'ambiguous',
      `${workloadsText(group.pods)}, DNS over TCP: ${tcp.why}`,
      views.length === 0 ? '--probe' : null,
    )
  return found(group, { dns, stands, lost, tcpAlone: tcpAloneOf(group.pods, views) })
}

/** What was seen inside a pod counts above what the rules say. */
function reached({ tcp, pods, namespace }: DnsGroup, open: InsideView) {
  if (tcp.kind === 'unknown') return ok(pods.length, `pod ${open.pod} reaches DNS over TCP`)
  return cannotTell(
    'ambiguous',
    `policies deny DNS over TCP, yet pod ${namespace}/${open.pod} reaches it: ` +
      'policies are not enforced here, or a cache on the node answers',
  )
}

/** The policy to fix is the one that lets UDP through, where there is one by name. */
function policyToMend({ policy, others, direction }: Isolation): NetworkPolicy {
  const letsUdp = (it: NetworkPolicy): boolean =>
    rulesOf(it, direction).some((rule) => rule.ports.some((one) => one.protocol === 'UDP'))
  return [policy, ...others].find(letsUdp) ?? policy
}

interface Shut {
  readonly dns: ClusterDns
  readonly stands: Isolation
  readonly lost: InsideView | undefined
  readonly tcpAlone: readonly Pod[]
}

function found(group: DnsGroup, { dns, stands, lost, tcpAlone }: Shut) {
  const home = { namespace: dns.service?.namespace ?? 'kube-system', labels: dnsPodLabels(dns) }
  const target = dns.service?.ports.find((it) => it.protocol === 'TCP' && it.port === 53)?.targetPort
  const port = typeof target === 'number' ? target : 53
  const policy = policyToMend(stands)
  return finding({
    subject: policySubject(policy),
    also: concerned(group.pods),
    confidence: lost === undefined ? 'inferred' : 'observed',
    severity: lost === undefined && tcpAlone.length === 0 ? 'warning' : 'error',
    args: {
      who: workloadsText(group.pods),
      pods: group.pods.length,
      tcpAlone: tcpAlone.length,
      tcpAloneWho: workloadsText(tcpAlone),
      namespace: group.namespace,
      port,
      ip: dns.service?.clusterIP ?? 'none',
      seen: lost === undefined ? '' : `TCP 53 from pod ${lost.pod}: ${lost.tcp53.known ? lost.tcp53.value : ''}`,
      example: group.pods[0]?.name ?? 'none',
      manifest: allowDns(policy, [{ port, protocol: 'TCP' }], home),
    },
    causes: [...group.pods.map(dnsTcpLossInPod), ...tcpAlone.map(dnsLossInPod)],
    evidence: [
      rulesEvidence(policy, stands.direction, 'and no TCP beside it', 'protocol: UDP'),
      workloadsEvidence('pods without DNS over TCP', group.pods),
      ...(lost?.tcp53.known === true
        ? [
            {
              kind: 'fact' as const,
              label: `TCP ${dns.service?.clusterIP ?? ''}:53 from ${group.namespace}/${lost.pod}`,
              value: lost.tcp53.value,
            },
          ]
        : []),
    ],
  })
}
