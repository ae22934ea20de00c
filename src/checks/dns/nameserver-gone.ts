import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { count, some } from '../../phrases.ts'
import { contains, isFirstOf } from '../../relations/cidr-index.ts'
import { type PodResolver, podResolvers } from '../../relations/dns/pod-resolvers.ts'
import { dnsLossInPod, dnsServerInPod } from '../../relations/symptom.ts'
import { seenInPart, whose } from './inside-words.ts'
import { resolverEvidence } from './resolver-words.ts'

/**
 * The address of a DNS server's pod, written into `dnsConfig`, is good until that pod ends: the next one has another.
 * Ranges of pods are routed to their nodes, so that a query there meets silence, or whoever has the address next.
 */
export default check({
  code: 'DNS201',
  slug: 'dns/nameserver-gone',
  title: "a pod's DNS server is an address of pods that nobody has",
  fine: 'no pod asks a DNS server at an address of pods that nobody has',
  severity: 'error',
  needs: ['pods', 'nodes', 'clusterDns'],
  wants: ['insideViews'],
  remedies: [],
  decides: [],

  run({ pods, nodes, clusterDns, insideViews, scope }) {
    const resolvers = podResolvers(pods, clusterDns, insideViews)
    if (resolvers.length === 0) return notApplicable('no running pod whose servers are known')
    const ranges = nodes.flatMap((node) => (node.podCidrs ?? []).map((range) => ({ node, range })))
    const taken = addresses([...pods, ...clusterDns.pods, ...clusterDns.nodeCaches])
    const nobody = (ip: string): Lost | null => {
      const home = taken.has(ip.toLowerCase()) ? undefined : ranges.find(({ range }) => contains(range, ip))
      return home === undefined || isFirstOf(home.range, ip) || nodes.some((it) => it.ip === ip)
        ? null
        : { ip, ...home }
    }
    const found = resolvers.flatMap((it) => {
      const lost = it.nameservers.flatMap((ip) => nobody(ip) ?? [])
      const [first] = lost
      return first === undefined || isAnswered(it, first.ip)
        ? []
        : [
            verdict(it, first, {
              all: lost.length === it.nameservers.length,
              dns: clusterDns,
              isWhole: scope.namespace === null,
            }),
          ]
    })
    return found.length > 0 ? found : ok(resolvers.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} asks DNS server ${args.ip}, an address of the pods of node ${args.node} that ` +
      `${args.whole ? 'no pod has' : 'no DNS server has'}.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} · nameservers ${some(args.nameservers)} · ${args.ip} is in ${args.range}` +
      (args.servers.length === 0 ? '' : ` · the DNS servers have ${some(args.servers)}`) +
      seenInPart(args),
    note: ({ args }) =>
      args.all
        ? "a pod's address goes with the pod: each lookup waits for a server that is not there"
        : "a pod's address goes with the pod: lookups that begin with this server wait until the next one is asked",
    help: ({ subject: on, args }) => [
      args.vip === null
        ? 'write the address of the DNS Service into dnsConfig, or leave dnsPolicy out'
        : `write the address of the DNS Service (${args.vip}) into dnsConfig, or leave dnsPolicy out`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
      `kubectl get pods -A -o wide | grep -F ' ${args.ip} '`,
    ],
  },
})

interface Lost {
  readonly ip: string
  readonly node: Node
  readonly range: string
}

function addresses(pods: readonly Pod[]): ReadonlySet<string> {
  return new Set(pods.flatMap((it) => [it.ip, ...(it.ips ?? [])]).flatMap((it) => it?.toLowerCase() ?? []))
}

/** Asked from inside, it answered, whoever that is. */
function isAnswered({ view }: PodResolver, ip: string): boolean {
  const servers = view?.resolving?.servers
  return (
    servers?.known === true &&
    servers.value.some((it) => it.ip === ip && /^(?:ok|nodata|nxdomain)$/.test(it.result ?? ''))
  )
}

interface Around {
  /** None of its servers is there. */
  readonly all: boolean
  readonly dns: ClusterDns
  /** The pods of every namespace were read. */
  readonly isWhole: boolean
}

function verdict(it: PodResolver, { ip, node, range }: Lost, { all, dns, isWhole }: Around) {
  return finding({
    subject: it.workload,
    confidence: isWhole ? 'inferred' : 'possible',
    severity: isWhole && all ? 'error' : 'warning',
    args: {
      ip,
      node: node.name,
      range,
      all,
      whole: isWhole,
      pods: it.pods.length,
      nameservers: it.nameservers,
      servers: dns.pods.flatMap((one) => one.ip ?? []),
      vip: dns.service?.clusterIP ?? null,
      ...it.seenIn,
    },
    evidence: [
      resolverEvidence(it, 'nameserver', ip, `in ${range}, the pods of node ${node.name}`),
      {
        kind: 'fact',
        label: ip,
        value: isWhole ? 'the address of no pod' : 'the address of no DNS server, nor of a pod here',
      },
    ],
    causes: it.pods.flatMap((pod) => [dnsServerInPod(pod, ip), ...(all ? [dnsLossInPod(pod)] : [])]),
  })
}
