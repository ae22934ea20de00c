import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type PodResolver, podResolvers, type ServerKind, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { dnsServerInPod } from '../../relations/symptom.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { seenInPart, unseenPods, whose } from './inside-words.ts'
import { resolverEvidence, seenPods } from './resolver-words.ts'
import { count } from '../../phrases.ts'

/**
 * A resolver takes its servers for equals. musl asks all at once and takes the first answer, NXDOMAIN too; glibc asks
 * the next after a timeout, or in turn with `rotate`. Either way a name of the cluster is sometimes not there.
 */
export default check({
  code: 'DNS119',
  slug: 'dns/mixed-nameservers',
  title: "the cluster's DNS and another server stand in one list",
  fine: "no list of servers mixes the cluster's DNS with others",
  severity: 'warning',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['insideViews'],
  remedies: ['pod-dns'],
  decides: ['DNS-14'],

  run({ pods, services, clusterDns, insideViews }) {
    const kind = serverKinds(clusterDns, services)
    const resolvers = podResolvers(pods, clusterDns, insideViews)
    if (resolvers.length === 0) return notApplicable('no running pod whose servers are known')
    const upstreams = upstreamsIn(clusterDns)
    const judged = resolvers.map((it) => judge(it, kind, upstreams))
    const blind = unseenPods(insideViews)
    return blind === null ? judged : [...judged.filter((it) => it.kind !== 'ok'), blind]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} asks ${args.other} beside the cluster's DNS: ` +
      'names of the cluster will be missing now and then.',
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${count(args.pods, 'pod')} · ` +
      `nameservers ${args.all} · ${args.other}: ${args.how}${seenInPart(args)}`,
    note: () =>
      'musl (Alpine) asks all servers at once and takes the first answer, NXDOMAIN too; ' +
      'glibc asks the next when one is late, and never goes back for a name that was denied',
    help: ({ subject: on, args }) => [
      `leave the cluster's DNS alone in the list, and send the domains that ${args.other} knows there from ` +
        `the Corefile: a server block with \`forward . ${args.other}\``,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
    ],
  },
})

/** What is known of whether the other server knows names of the cluster. */
type Knows =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly how: string; readonly confidence: 'observed' | 'inferred' }
  | { readonly kind: 'unknown' }

function judge(it: PodResolver, kind: (ip: string) => ServerKind, upstreams: ReadonlySet<string>) {
  const others = it.nameservers.filter((ip) => kind(ip) === 'other')
  if (others.length === 0 || !it.nameservers.some((ip) => kind(ip) === 'cluster')) return ok(1)
  const judged = others.map((ip) => ({ ip, knows: knowsOf(it, ip, upstreams) }))
  const [stranger] = judged.flatMap(({ ip, knows }) => (knows.kind === 'no' ? [{ ip, knows }] : []))
  if (stranger === undefined) {
    const [open] = judged.filter(({ knows }) => knows.kind === 'unknown')
    if (open === undefined) return ok(1, 'the other servers know the names of the cluster as well')
    const on = `${it.workload.kind} ${it.workload.namespace}/${it.workload.name}`
    return cannotTell(
      it.view === null ? 'not-asked' : 'ambiguous',
      `whether ${open.ip}, which ${on} lists beside the cluster's DNS, knows names of the cluster was not asked`,
      it.view === null ? '--probe' : null,
    )
  }
  const { ip, knows } = stranger
  return finding({
    subject: it.workload,
    confidence: it.seen === null ? 'inferred' : knows.confidence,
    args: { other: ip, all: it.nameservers.join(', '), pods: it.pods.length, how: knows.how, ...it.seenIn },
    symptoms: seenPods(it).map((pod) => dnsServerInPod(pod, ip)),
    evidence: [
      resolverEvidence(it, 'nameserver', ip, 'knows no name of the cluster'),
      { kind: 'fact', label: ip, value: knows.how },
    ],
  })
}

/**
 * Asked from inside the pod, it says so itself. Else: one that the cluster's DNS passes names on to is not the one that
 * knows them, and an address of the public Internet is nobody's cluster. Of any other nobody knows.
 */
function knowsOf({ view }: PodResolver, ip: string, upstreams: ReadonlySet<string>): Knows {
  const servers = view?.resolving?.servers
  const asked = servers?.known === true ? (servers.value.find((it) => it.ip === ip)?.result ?? null) : null
  if (asked === 'ok') return { kind: 'yes' }
  if (
    asked === 'nxdomain' ||
    asked === 'not-found' ||
    asked === 'nodata' ||
    asked === 'refused' ||
    asked === 'servfail'
  )
    return { kind: 'no', how: `asked for a name of the cluster in pod ${view?.pod}: ${asked}`, confidence: 'observed' }
  if (upstreams.has(ip))
    return {
      kind: 'no',
      how: "the cluster's own DNS passes on to it what is not of the cluster",
      confidence: 'inferred',
    }
  return isPublic(ip)
    ? { kind: 'no', how: 'a server of the public Internet', confidence: 'inferred' }
    : { kind: 'unknown' }
}

/** RFC 1918, 6598, 3927, 2544, 5737 for IPv4; all but global unicast for IPv6. */
const notPublic = [
  /^(?:10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.)/,
  /^(?:0\.|127\.|169\.254\.|192\.0\.[02]\.|22[4-9]\.|2[3-5]\d\.)/,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^(?:198\.1[89]\.|198\.51\.100\.|203\.0\.113\.)/,
]

function isPublic(ip: string): boolean {
  return isIpv6(ip) ? /^[23]/.test(ip) && !/^2001:0?db8:/i.test(ip) : !notPublic.some((it) => it.test(ip))
}

function upstreamsIn(dns: ClusterDns): ReadonlySet<string> {
  const { corefile } = dns
  const its = corefile.known
    ? forwardings(askedCorefile(corefile.value, dns)).flatMap((it) => it.plugin.args.slice(1))
    : []
  return new Set(its.map((it) => askedAt(it)))
}

/** `dns://192.0.2.53:53` as the address alone. */
function askedAt(text: string): string {
  const rest = text.replace(/^[a-z]+:\/\//, '')
  if (rest.startsWith('[')) return rest.slice(1).split(']')[0] ?? rest
  return /^[\d.]+:\d+$/.test(rest) ? (rest.split(':')[0] ?? rest) : rest
}
