import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import { type PodResolver, podResolvers, type ServerKind, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { count } from '../service/words.ts'
import { resolverEvidence } from './resolver-words.ts'

/**
 * A resolver takes its servers for equals. musl asks all at once and takes the first answer, NXDOMAIN too; glibc asks
 * the next after a time-out, or in turn with `rotate`. Either way a name of the cluster is sometimes not there.
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
    return resolvers.map((it) => judge(it, kind))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} asks ${args['other']} beside the cluster's DNS: names of the cluster will be missing now and then.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${count(Number(args['pods']), 'pod')} · nameservers ${args['all']}`,
    note: () =>
      'musl (Alpine) asks all servers at once and takes the first answer, NXDOMAIN too; glibc asks the next when one is late, and never goes back for a name that was denied',
    help: ({ subject: on, args }) => [
      `leave the cluster's DNS alone in the list, and send the domains that ${args['other']} knows there from the Corefile: a server block with \`forward . ${args['other']}\``,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
    ],
  },
})

function judge(it: PodResolver, kind: (ip: string) => ServerKind): Verdict {
  const others = it.nameservers.filter((ip) => kind(ip) === 'other')
  const [other] = others
  if (other === undefined || !it.nameservers.some((ip) => kind(ip) === 'cluster')) return ok(1)
  return finding({
    subject: it.workload,
    confidence: it.seen === null ? 'inferred' : 'observed',
    args: { other, all: it.nameservers.join(', '), pods: it.pods.length },
    evidence: [resolverEvidence(it, 'nameserver', other, 'knows no name of the cluster')],
  })
}
